import { UserError } from "../../../../kube/problems";
import { answers } from "../connectivity";
import { explain, traced } from "../explain";
import { PROTOCOLS, type Direction, type Endpoint, type HttpRequest } from "../reach-model";
import type { State } from "../reach-state";
import { diff, type Change, type Difference } from "../state-diff";
import type { Question } from "../traced-flow";
import { flowCheck } from "./checks";
import type { Check, Fix, SearchTask, WrongFlow } from "./fix-model";
import { endsOf } from "./fix-model";
import { edited, searchFixes, wholeFixes } from "./search-fixes";

/** The smallest change that opens a closed flow, or closes an open one. */
export interface FlowFix extends Fix {
  readonly opens: boolean;
  /** Everything that the change opens and closes, the flow itself too. */
  readonly difference: Difference;
  /** What it changes beside the flow; empty where nothing else changes. */
  readonly beside: readonly Change[];
}

/** Where every change changes more than the flow, so many are compared by how much. */
const COMPARED = 40;
/** Of so many other flows rules are narrowed to what they need. */
const MOST_WANTED = 200;

/**
 * The smallest edit of the policies in the input that turns one flow, with everything that it changes. Where an edit
 * changes nothing else, it comes before a smaller one that does.
 * @throws UserError where the flow is not known to be open or closed, or no edit turns it
 */
export function fixFlow(state: State, question: Question & { port: number }): FlowFix {
  const asked = {
    from: question.from,
    to: question.to,
    port: question.port,
    protocol: question.protocol ?? "TCP",
    ...(question.request === undefined ? {} : { request: question.request }),
  };
  const flows = explain(state, question);
  const verdicts = new Set(flows.map((f) => f.verdict));
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.size > 1 || verdict === "unknown")
    throw new UserError(
      `--fix turns a flow that is open or closed; this one is ${[...verdicts].join(" and ")}: name an end more exactly.`,
    );
  const opens = verdict === "deny";
  const turned = flowCheck("turned", asked, opens ? "allow" : "deny");
  const ends = namesOf(state, asked);
  const alone: Check = {
    id: "nothing else",
    wrong: (after) => (after === state ? [] : beside(diff(state, after), ends, asked).map(asWrong)),
  };
  const task: SearchTask = {
    state,
    mine: near(state, asked),
    checks: [turned, alone],
    wanted: opens ? turned.wrong(state) : openAround(state, turned.wrong(state)),
    checked: 60,
    budget: 10_000,
  };
  const whole = searchFixes(task).slice(0, 1);
  const found = (whole.length > 0 ? whole : wholeFixes({ ...task, checks: [turned] }).slice(0, COMPARED))
    .flatMap((fix): FlowFix[] => {
      const after = edited(state, fix.edits);
      if (after === undefined) return [];
      const difference = diff(state, after);
      return [{ ...fix, opens, difference, beside: beside(difference, ends, asked) }];
    })
    .sort((a, b) => a.beside.length - b.beside.length)[0];
  if (found === undefined)
    throw new UserError(
      `No single change of a policy ${opens ? "opens" : "closes"} this flow, nor two together.`,
    );
  return found;
}

interface Asked {
  from: string;
  to: string;
  port: number;
  request?: HttpRequest;
  protocol: string;
}

/** The ends behind the question, as a difference names them, and the ports at the destination. */
function namesOf(state: State, asked: Asked): { from: Set<string>; to: Set<string>; ports: Set<string> } {
  const legs = traced(state, asked).flatMap((t) => t.legs);
  return {
    from: new Set(legs.map((l) => l.source.name)),
    to: new Set(legs.map((l) => l.destination.name)),
    ports: new Set(legs.map((l) => String(l.port ?? asked.port))),
  };
}

function beside(
  { added, removed, changed }: Difference,
  ends: ReturnType<typeof namesOf>,
  { protocol }: Asked,
): Change[] {
  return [...added, ...removed, ...changed].filter(
    (c) =>
      !ends.from.has(c.from) ||
      !ends.to.has(c.to) ||
      c.protocol.toLowerCase() !== protocol.toLowerCase() ||
      ![c.opened, c.closed].filter((p) => p !== "").every((p) => ends.ports.has(p)),
  );
}

const NONE = { verdict: "deny", tier: null, policy: null, rule: -1, reason: "" } as const;

const asWrong = (c: Change): WrongFlow => ({
  from: { name: c.from } as Endpoint,
  to: { name: c.to } as Endpoint,
  protocol: PROTOCOLS[c.protocol] ?? 0,
  ports: [],
  want: "deny",
  egress: NONE,
  ingress: NONE,
});

/** Policies that may have a say: of the namespaces of both ends, and cluster-wide ones. */
function near(state: State, asked: Asked): SearchTask["mine"] {
  const spaces = new Set(
    traced(state, asked).flatMap(({ legs }) =>
      legs.flatMap((l) => [l.source.namespace, l.destination.namespace]),
    ),
  );
  return state.objects.filter(
    ({ object }) =>
      object.kind.endsWith("NetworkPolicy") &&
      (object.kind.includes("Global") || spaces.has(object.metadata.namespace ?? "default")),
  );
}

/** What else is open at both ends: a rule that is narrowed must still let it through. */
function openAround(state: State, wrong: readonly WrongFlow[]): WrongFlow[] {
  const answer = answers(state);
  const all = [...state.workloads, ...state.outside];
  const found = wrong.flatMap((flow) =>
    (["ingress", "egress"] satisfies Direction[]).flatMap((direction) => {
      const [subject, unwanted] = endsOf(flow, direction);
      return all
        .filter((peer) => peer !== unwanted && peer !== subject)
        .flatMap((peer) => {
          const [from, to] = direction === "ingress" ? [peer, subject] : [subject, peer];
          return answer(from, to)
            .filter(({ part }) => part.verdict === "allow")
            .map(({ part, ports }): WrongFlow => ({
              from,
              to,
              protocol: PROTOCOLS[part.protocol] ?? Number(part.protocol),
              ports,
              want: "allow",
              egress: part.egress,
              ingress: part.ingress,
            }));
        });
    }),
  );
  return found.slice(0, MOST_WANTED);
}
