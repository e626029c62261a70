import type { LabStates } from "../../labs/prediction/lab-states";
import type { PlayTask } from "../page/page-data";
import { isSolved } from "./broken";
import { beginning } from "./exercise";
import type { Contents } from "./learner-folder";
import { update } from "./play-update";

/** What files are worth at a step: the same answers as the learner saw. */
export interface Judged {
  task: PlayTask["kind"];
  solved: boolean;
  claims: JudgedClaim[];
  /** Why the files could not be read. */
  problems: string[];
}

export interface JudgedClaim {
  what: string;
  holds: boolean;
  /** With what the step begins with: no work of the learner's. */
  before: boolean;
}

export function judge(states: LabStates, step: number, contents: Contents): Judged {
  const seen = update(states, step, contents);
  const known = begun.get(states) ?? new Map<number, boolean[]>();
  begun.set(states, known);
  const before = known.get(step) ?? claimsIn(update(states, step, startOf(states, step))).map((c) => c.holds);
  known.set(step, before);
  return {
    task: seen.task.kind,
    solved: isSolved(seen),
    claims: claimsIn(seen).map((c, i) => ({ ...c, before: before[i] ?? false })),
    problems: seen.problems.map((p) => `${p.path}: ${p.message}`),
  };
}
const begun = new WeakMap<LabStates, Map<number, boolean[]>>();

const startOf = (states: LabStates, step: number): Contents => ({
  objects: beginning(states, step).map((object) => ({ object })),
  files: [],
  problems: [],
  notes: [],
});

function claimsIn({ yours }: ReturnType<typeof update>): { what: string; holds: boolean }[] {
  const flows = (yours?.claims ?? []).map((c) => ({
    what:
      c.only ?? `${c.from} → ${c.to} ${c.protocol} ${c.port} ${c.verdict === "allow" ? "open" : "closed"}`,
    holds: c.holds,
  }));
  return [...flows, ...(yours?.requests ?? []).map((r) => ({ what: r.url, holds: r.holds }))];
}
