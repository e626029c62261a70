import type { Grade } from "./grading";
import { countCauses, type CauseCount, type Standing, type Wrong } from "./standing";

/** A class as its instructor sees it: from what is played here, from hand-ins, and from clusters. */
export interface ClassView {
  className: string;
  rows: ViewRow[];
  grades: Grade[];
  /** What is to be said beside the table: refused hand-ins. */
  notes: string[];
}

export interface ViewRow {
  student: string;
  name: string;
  lab: string;
  from: "play" | "hand-in" | "cluster";
  steps: ViewStep[];
  /** Asked for before steps were solved. */
  hints?: number;
  wrong: readonly Wrong[];
  /** Milliseconds since 1970: of the last change that was seen. */
  changed?: number;
  /** Why there is nothing to see. */
  lost?: string;
}

export interface ViewStep {
  id: string;
  state: "done" | "open" | "none" | "unknown";
}

/** What was last seen of clusters, as rows. */
export const clusterRows = (standings: readonly Standing[]): ViewRow[] =>
  standings.flatMap(({ student, name, labs, unreachable, looked }) => {
    const who = { student, name, from: "cluster" as const };
    const lost = unreachable === undefined ? {} : { lost: unreachable };
    if (labs.length === 0) return [{ ...who, lab: "", steps: [], wrong: [], changed: looked, ...lost }];
    return labs.map(({ lab, steps }) => {
      const since = steps.flatMap((s) => s.since ?? []);
      return {
        ...who,
        lab,
        steps: steps.map(({ id, state }) => ({ id, state: state === "silent" ? ("none" as const) : state })),
        wrong: unreachable === undefined ? steps.flatMap((s) => s.wrong) : [],
        changed: Math.max(looked, ...since),
        ...lost,
      };
    });
  });

/** "7 of 20 forgot DNS", over all that is seen. */
export const viewCauses = ({ rows }: Pick<ClassView, "rows">): CauseCount[] =>
  countCauses(rows, new Set(rows.filter((r) => r.lost === undefined).map((r) => r.student)).size);
