import { changeOf, type Changes } from "../page-flows";
import type { LabPage, PageState } from "../page-data";
import { documentChanges } from "../document-changes";
import { count, objectName, shortName } from "./page-words";

interface Props {
  lab: LabPage;
  state: PageState;
  before: PageState;
  changes: Changes;
  yours: boolean;
  onPair: (pair: number) => void;
}

/** So many pairs are named one by one; of more, the ends that they share. */
const FEW = 4;

/** What the step did, to be seen before anything else: the pairs that it opened and closed. */
export function Delta(props: Props): preact.JSX.Element {
  const { opened, closed } = props.changes;
  if (opened.size + closed.size === 0) return <p class="delta muted">{nothing(props)}</p>;
  return (
    <div class="delta" aria-live="polite">
      <Pairs {...props} pairs={[...opened]} what="opened" />
      <Pairs {...props} pairs={[...closed]} what="closed" />
      <span class="muted">
        {props.yours ? "by your policies, against the step before" : "against the step before"}
      </span>
    </div>
  );
}

function Pairs(props: Props & { pairs: number[]; what: "opened" | "closed" }): preact.JSX.Element {
  const { lab, state, before, pairs, what, onPair } = props;
  if (pairs.length === 0) return <></>;
  const sign = what === "opened" ? "+" : "×";
  return (
    <>
      <span class={`tag ${what}`}>{`${sign} ${count(pairs.length, "pair")} ${what}`}</span>
      {pairs.length > FEW ? (
        <span>{shared(lab, pairs)}</span>
      ) : (
        pairs.map((pair) => {
          const [from, to] = [Math.floor(pair / lab.nodes.length), pair % lab.nodes.length];
          const ports = changeOf(lab, before, state, from, to)[what];
          return (
            <button
              key={pair}
              type="button"
              class={`pair ${what}`}
              title="Why?"
              onClick={() => {
                onPair(pair);
              }}
            >
              {`${shortName(lab, from)} → ${shortName(lab, to)} `}
              {ports[0] !== "all" && <span class="port">{ports.join(", ")}</span>}
            </button>
          );
        })
      )}
    </>
  );
}

/** `from a, b` or `to a, b, c`, whichever is shorter. */
function shared(lab: LabPage, pairs: readonly number[]): string {
  const size = lab.nodes.length;
  const ends = {
    from: [...new Set(pairs.map((p) => Math.floor(p / size)))],
    to: [...new Set(pairs.map((p) => p % size))],
  };
  const word = ends.from.length < ends.to.length ? "from" : "to";
  const list = ends[word];
  return list.length > 6
    ? `${word} ${list.length} workloads`
    : `${word} ${list.map((i) => shortName(lab, i)).join(", ")}`;
}

/** Where no pair changes a step is about something else: its objects tell what. */
function nothing({ lab, state, before, yours }: Props): string {
  const { standing, removed } = documentChanges(lab, before, state);
  const named = (change: string): string[] =>
    standing.flatMap((s) => (s.change === change ? [objectName(lab.documents[s.index])] : []));
  const parts = [
    ...list("adds", named("new")),
    ...list("changes", named("changed")),
    ...list(
      "removes",
      removed.map((i) => objectName(lab.documents[i])),
    ),
  ];
  const none = "No pair opens or closes against the step before.";
  if (parts.length === 0) return none;
  return `${none} ${yours ? "Your folder" : "This step"} ${parts.join(" and ")}.`;
}

function list(verb: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [names.length > 3 ? `${verb} ${count(names.length, "object")}` : `${verb} ${names.join(", ")}`];
}
