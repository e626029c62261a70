/** How far a student is in a lab, as probes of the cluster have it. */
export interface LabStanding {
  lab: string;
  /** The last step all of whose claims hold; absent where none is whole just now. */
  at?: number;
  /** The step that the student works at; absent after the last. */
  next?: number;
  steps: StepStanding[];
}

/** `done`: its claims hold, or those of a later step. `silent`: it claims nothing. `unknown`: probes could not tell. */
export type StepState = "done" | "open" | "unknown" | "silent";

export interface StepStanding {
  step: number;
  id: string;
  state: StepState;
  held: number;
  claims: number;
  /** What is wrong at the step that the student works at, the most telling first. */
  wrong: Wrong[];
  /** Milliseconds since 1970: since when it is seen like this. */
  since?: number;
}

export interface Wrong {
  cause: string;
  object: string;
  message: string;
}

/** What was seen of one student. Who cannot be reached has done nothing wrong. */
export interface Standing {
  student: string;
  name: string;
  stack: string;
  /** When it was looked at, and how long that took. */
  looked: number;
  ms: number;
  /** As last seen, where the student cannot be reached now. */
  labs: LabStanding[];
  unreachable?: string;
}

export interface ProbedStep {
  step: number;
  id: string;
  held: number;
  /** Of these `unknown` could not be told. */
  claims: number;
  unknown: number;
}

/** Where a student is by what holds now: a step before one that holds is done, though its own claims are gone by. */
export function labStanding(lab: string, probed: readonly ProbedStep[]): LabStanding {
  const whole = probed.filter((p) => p.claims > 0 && p.held === p.claims);
  const at = whole.at(-1)?.step;
  const steps = probed.map(({ step, id, held, claims, unknown }): StepStanding => ({
    step,
    id,
    held,
    claims,
    wrong: [],
    state:
      at !== undefined && step <= at
        ? "done"
        : claims === 0
          ? "silent"
          : held + unknown === claims
            ? "unknown"
            : "open",
  }));
  const next = nextOf(steps, at);
  return { lab, ...(at === undefined ? {} : { at }), ...(next === undefined ? {} : { next }), steps };
}

/** The first open step after the last whole one; where none is whole, the one of which most holds. */
function nextOf(steps: readonly StepStanding[], at: number | undefined): number | undefined {
  const open = steps.filter((s) => s.state === "open");
  if (at !== undefined) return open[0]?.step;
  const share = (s: StepStanding): number => s.held / s.claims;
  return open.reduce<StepStanding | undefined>(
    (best, s) => (best === undefined || share(s) > share(best) ? s : best),
    undefined,
  )?.step;
}

/** The same standing with the moments since when each step is as it is. What could not be told keeps what was known. */
export function withSince(now: Standing, before: Standing | undefined): Standing {
  if (now.unreachable !== undefined) return { ...now, labs: before?.labs ?? [] };
  const labs = now.labs.map((lab) => {
    const old = before?.labs.find((l) => l.lab === lab.lab);
    const steps = lab.steps.map((s) => {
      const was = old?.steps.find((o) => o.id === s.id);
      const since = was !== undefined && alike(was, s) ? was.since : undefined;
      return { ...s, since: since ?? now.looked };
    });
    return { ...lab, steps };
  });
  return { ...now, labs };
}

const alike = (a: StepStanding, b: StepStanding): boolean =>
  a.state === b.state && causes(a).join() === causes(b).join();

const causes = ({ wrong }: StepStanding): string[] => [...new Set(wrong.map((w) => w.cause))];

/** How many of those reached have each cause at the step that they work at, the most frequent first. */
export function causesOf(class_: readonly Standing[]): CauseCount[] {
  const reached = class_.filter((s) => s.unreachable === undefined);
  return countCauses(
    reached.map(({ student, labs }) => ({
      student,
      wrong: labs.flatMap((l) => l.steps.flatMap((s) => s.wrong)),
    })),
    reached.length,
  );
}

export interface CauseCount {
  cause: string;
  students: string[];
  of: number;
}

/** Each student counts once for a cause, at however many labs. */
export function countCauses(
  class_: readonly { student: string; wrong: readonly Wrong[] }[],
  of: number,
): CauseCount[] {
  const found = new Map<string, Set<string>>();
  for (const { student, wrong } of class_)
    for (const { cause } of wrong) found.set(cause, (found.get(cause) ?? new Set()).add(student));
  return [...found]
    .map(([cause, who]) => ({ cause, students: [...who], of }))
    .sort((a, b) => b.students.length - a.students.length || (a.cause < b.cause ? -1 : 1));
}

/** Causes as a class hears them, behind "7 of 20". */
export const CAUSE_WORDS: Readonly<Record<string, string>> = {
  dns: "forgot DNS",
  label: "choose by a label that is not there",
  port: "name a wrong port",
  namespace: "look in a wrong namespace",
  "policy type": "have policyTypes wrong",
  peers: "name the wrong peers",
  rule: "have a rule that does less or more than it must",
  order: "have policies in the wrong order",
  direction: "wrote the rule for the other direction",
  missing: "have not written a policy yet",
  extra: "have a policy too many",
  route: "lead requests elsewhere",
  workload: "have right policies, and a network that does not follow them",
};

export const causeText = ({ cause, students, of }: CauseCount): string =>
  `${students.length} of ${of} ${CAUSE_WORDS[cause] ?? cause}`;
