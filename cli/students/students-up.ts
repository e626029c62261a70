import type { Class } from "../../classroom/class-file";
import { longestFirst, upEffort } from "../../classroom/work-effort";
import type { ClassConfig, PlannedStack } from "../../stacks/config/class-config";
import type { EnvironmentRecord } from "../../classroom/environment-record";
import type { Student } from "../../classroom/student";
import { failOn, type Problem } from "../../kube/problems";
import { askKindMachine } from "../../stacks/kind-machine";
import { assertClock } from "../engine/backend-time";
import { thisMachine } from "../engine/machine";
import { lookFirst, openSession, stackReader } from "../engine/session";
import { allocate } from "./allocate";
import type { Outcome } from "./batch";
import { bringUp, type UpResult } from "./bring-up";
import { warnDamaged } from "./choose-environments";
import { loadClass, thisUser } from "./class-input";
import { classPlanText } from "./class-plan-text";
import type { EnvironmentRecords } from "./environment-records";
import { keepOutOfGit } from "./keep-out-of-git";
import { whenText } from "./moment-text";
import { planStacks } from "./planned-stacks";
import { sharedMachineWarning } from "./shared-machine";
import { SlotClaims } from "./slot-claims";
import { durationOf, parallelOf, type StudentsUpCommand } from "./students-options";
import { printable, print, workOn } from "./work-on-students";

/** `labs students up`: everything that can be wrong is reported before anything is made. */
export async function runStudentsUp(ids: string[], options: StudentsUpCommand): Promise<void> {
  const { cls, students, all, parallel, timeout } = inputOf(ids, options);
  const dry = options.dryRun === true;
  // Nothing is installed for a class that is refused, nor by a dry run.
  const engine = await (dry ? stackReader() : lookFirst(options));
  const place = { engine, machine: thisMachine() };
  const claims = new SlotClaims();
  const owner = cls.owner ?? thisUser();
  const when = { now: Date.now(), keepLonger: options.ttl === undefined };
  const allocation = await allocate(place, cls, students, { owner, ...when }, claims);
  try {
    const { planned, found } = allocation;
    warnDamaged(found);
    const { shapes, onKind, costs, problems, warnings } = planStacks(planned);
    problems.unshift(...allocation.problems);
    if (onKind.length > 0 && !dry) {
      const machine = await askKindMachine(onKind, { ports: false });
      problems.push(...machine.problems);
      warnings.push(...machine.notes);
    }
    failOn(REFUSED, problems);
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    process.stderr.write(sharedMachineWarning(planned, found.records, place.machine.name) ?? "");
    if (dry) {
      const rows = [...planned].map(([name, p]) => ({
        stack: name,
        ...p.record,
        config: p.config,
        cost: costs.get(name),
      }));
      await print(options.json === true, rows, () => classPlanText(planned, cls, [...costs.values()]));
      return;
    }
    await assertClock(options);
    const session = await openSession(options);
    keepOutOfGit(cls.name);
    const outcomes = await workOn(
      longestFirst(planned.keys(), (name) => effortOf(name, planned, found.summaries)),
      { parallel, timeout, json: options.json === true },
      async (name, task) => {
        const wanted = planned.get(name);
        if (wanted === undefined) throw new Error(`${name} was not planned`);
        const shape = shapes.get(name);
        const more = { keepSteps: true, replace: options.replace === true, ...(shape && { shape }) };
        return {
          ...(await bringUp(session, name, { ...wanted, ...more }, task)),
          expires: new Date(wanted.record.lease.expires).toISOString(),
        };
      },
    );
    const others = notInRoster(found.records, cls.name, all);
    await print(options.json === true, outcomes.map(printable), () => resultText(outcomes, planned, others));
  } finally {
    claims.release();
  }
}

const REFUSED = "The class cannot be made like this; nothing was changed.";

/** Class, roster and options; what is wrong with any of them is reported at once. */
function inputOf(
  ids: readonly string[],
  options: StudentsUpCommand,
): { cls: Class<ClassConfig>; students: Student[]; all: Student[]; parallel: number; timeout: number } {
  const problems: Problem[] = [];
  const parallel = parallelOf(options, 0, problems);
  const timeout = durationOf("--timeout", options.timeout, 0, problems);
  durationOf("--ttl", options.ttl, 0, problems);
  const { cls: given, students: all } = loadClass(options.roster, options.class, problems);
  const ttl = durationOf("--ttl", options.ttl, given.ttl, problems, given.hardLimit);
  for (const id of ids.filter((i) => !all.some((s) => s.id === i))) {
    problems.push({
      path: id,
      message: `is not in ${options.roster}`,
      fix: "ids as they stand in the roster",
    });
  }
  failOn(REFUSED, problems);
  const students = ids.length === 0 ? all : all.filter((s) => ids.includes(s.id));
  return {
    cls: { ...given, ttl },
    students,
    all,
    parallel: parallel || given.parallel,
    timeout: timeout || given.timeout,
  };
}

function resultText(
  outcomes: readonly Outcome<UpResult & { expires: string }>[],
  planned: ReadonlyMap<string, PlannedStack>,
  others: string,
): string {
  const up = outcomes.filter((o) => o.status === "done");
  const again =
    up.length < outcomes.length ? "\nRun the same command again: it continues where it stopped.\n" : "\n";
  const unclear = up.flatMap((o) =>
    o.value.unclear.map((urn) => `  may be left of an interrupted run: ${urn}\n`),
  );
  const capped = [...planned].filter(([, p]) => p.capped).map(([name]) => name);
  const limit = capped.length === 0 ? "" : `The hard limit shortens the lease of ${capped.join(", ")}.\n`;
  const until = up.length === 0 ? "" : `, ${untilText(up.map((o) => Date.parse(o.value.expires)))}`;
  const next = up.length === 0 ? "" : "labs students kubeconfig <id> gives a student's kubeconfig.\n";
  return `${up.length} of ${outcomes.length} environments are up${until}.${again}${unclear.join("")}${limit}${others}${next}`;
}

/** Who left the class keeps an environment until it expires: reported, for nobody else will. */
function notInRoster(
  records: ReadonlyMap<string, EnvironmentRecord>,
  className: string,
  students: readonly Student[],
): string {
  const ids = [...records].filter(
    ([name, r]) => r.class === className && !students.some((s) => s.environment === name),
  );
  if (ids.length === 0) return "";
  const names = ids.map(([, r]) => r.id).join(" ");
  return `Not in the roster any more, and still there: labs students down ${names}\n`;
}

function effortOf(
  name: string,
  planned: ReadonlyMap<string, PlannedStack>,
  summaries: EnvironmentRecords["summaries"],
): number {
  const p = planned.get(name);
  if (p === undefined) return 0;
  const labs = Object.keys(p.config.labs ?? {}).length;
  return upEffort({ target: p.record.target, resources: summaries.get(name)?.resources, labs });
}

function untilText(expires: readonly number[]): string {
  const first = whenText(Math.min(...expires), Date.now());
  return new Set(expires).size === 1 ? `until ${first}` : `the first until ${first}`;
}
