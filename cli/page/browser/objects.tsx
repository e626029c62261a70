import type { LabPage, PageDocument, PageState } from "../page-data";
import { documentChanges } from "../document-changes";
import { Yaml } from "./why";

const WORD = { new: "new", changed: "changed", kept: "" } as const;

/** The objects that stand at the step, what it brought first; each opens to its YAML. */
export function Objects({
  lab,
  state,
  before,
  yours,
}: {
  lab: LabPage;
  state: PageState;
  before: PageState | undefined;
  yours: boolean;
}): preact.JSX.Element {
  const { standing, removed } = documentChanges(lab, before, state);
  if (standing.length === 0 && removed.length === 0) return <></>;
  const onlyPolicies = standing.every((s) => /Policy$/.test(lab.documents[s.index]?.kind ?? ""));
  const fresh = standing.filter((s) => s.change !== "kept");
  const order = [...standing].sort((a, b) => Number(a.change === "kept") - Number(b.change === "kept"));
  return (
    <section class="card objects" aria-label="Objects">
      <h3>{yours ? "Your objects" : `${onlyPolicies ? "Policies" : "Objects"} at this step`}</h3>
      <ul>
        {removed.map((i) => (
          <li key={`gone ${i}`} class="removed">
            <s>{titleOf(lab.documents[i])}</s> <span class="tag closed">removed</span>
          </li>
        ))}
        {order.map(({ index, change }) => {
          const document = lab.documents[index];
          if (document === undefined) return null;
          return (
            // What a step brings is the step: a policy or two are there to be read at once.
            <li key={`${index} ${change}`}>
              <details open={change !== "kept" && fresh.length <= 2 && fresh[0]?.index === index}>
                <summary>
                  {titleOf(document)} {WORD[change] !== "" && <span class="tag">{WORD[change]}</span>}
                </summary>
                <Yaml document={document} />
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const titleOf = (d: PageDocument | undefined): preact.JSX.Element => (
  <>
    <span class="kind">{d?.kind}</span> <span class="mono">{d?.policy}</span>
  </>
);
