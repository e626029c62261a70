import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Class } from "../../classroom/class-file";
import { planEnvironments, slotsHere, type PlannedEnvironment } from "../../classroom/environments";
import { longestFirst, upEffort } from "../../classroom/effort";
import type { EnvironmentRecord } from "../../classroom/record";
import type { Student } from "../../classroom/student";
import { ProblemsError, type Problem } from "../../kube/problems";
import { PROJECT, planStack } from "../../stacks/stack-plan";
import { missingKindTools } from "../../stacks/required-tools";
import { openSession } from "../engine/session";
import { projectFolder } from "../folders";
import { bringUp } from "./bring-up";
import { warnDamaged } from "./choose";
import { busySlots } from "./check-ports";
import { clusterNeeds, labPorts, loadClass, thisUser } from "./load";
import { durationOf, parallelOf, type StudentsUpCommand } from "./options";
import { planText } from "./plan-text";
import { allRecords, type EnvironmentRecords } from "./records";
import { whenText } from "./when";
import { plain, print, workOn } from "./work";

/** `labs students up`: everything that can be wrong is told before anything is made. */
export async function runStudentsUp(ids: string[], options: StudentsUpCommand): Promise<void> {
  const problems: Problem[] = [];
  const wish = {
    parallel: parallelOf(options, 0, problems),
    timeout: durationOf("--timeout", options.timeout, 0, problems),
    ttl: durationOf("--ttl", options.ttl, 0, problems),
  };
  const { cls: given, students: all } = loadClass(options.roster, options.class, problems);
  const parallel = wish.parallel || given.parallel;
  const timeout = wish.timeout || given.timeout;
  const cls: Class = {
    ...given,
    ttl: durationOf("--ttl", options.ttl, given.ttl, problems, given.hardLimit),
  };
  for (const id of ids.filter((i) => !all.some((s) => s.id === i))) {
    problems.push({
      path: id,
      message: `is not in ${options.roster}`,
      fix: "ids as they stand in the roster",
    });
  }
  fail(problems);
  const students = ids.length === 0 ? all : all.filter((s) => ids.includes(s.id));
  const session = await openSession(options);
  const found = await allRecords(session.engine);
  warnDamaged(found);
  const { planned, problems: unplanned } = planEnvironments({
    students,
    cls,
    existing: found.records,
    machine: session.machine.name,
    owner: cls.owner ?? thisUser(),
    now: Date.now(),
    keepLonger: options.ttl === undefined,
    nodePorts: labPorts(),
    labNeeds: clusterNeeds(),
    busySlots: await busySlots(cls, students, slotsHere(found.records, session.machine.name), clusterNeeds()),
  });
  const { shapes, problems: unfit } = planStacks(planned);
  problems.push(...unplanned, ...unfit);
  const onKind = [...planned.values()].some((p) => p.record.target === "kind");
  if (onKind && options.dryRun !== true) problems.push(...missingKindTools());
  fail(problems);
  if (options.dryRun === true) {
    await print(
      options.json === true,
      [...planned].map(([name, p]) => ({ stack: name, ...p.record, config: p.config })),
      () => planText(planned, cls),
    );
    return;
  }
  keepOutOfGit(cls.name);
  const others = notInRoster(found.records, cls.name, all);
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
  await print(options.json === true, outcomes.map(plain), () => {
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
  });
}

/** Who left the class keeps an environment until it expires: told, for nobody else will. */
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
  planned: ReadonlyMap<string, PlannedEnvironment>,
  summaries: EnvironmentRecords["summaries"],
): number {
  const p = planned.get(name);
  if (p === undefined) return 0;
  const labs = Object.keys((p.config["labs"] as object | undefined) ?? {}).length;
  return upEffort({ target: p.record.target, resources: summaries.get(name)?.resources, labs });
}

function untilText(expires: readonly number[]): string {
  const first = whenText(Math.min(...expires), Date.now());
  return new Set(expires).size === 1 ? `until ${first}` : `the first until ${first}`;
}

/**
 * The stacks as the program would plan them: the shape of each kind cluster, and what is wrong; the same for many
 * students is told once.
 */
function planStacks(planned: ReadonlyMap<string, PlannedEnvironment>): {
  shapes: Map<string, string>;
  problems: Problem[];
} {
  const problems = new Map<string, Problem>();
  const shapes = new Map<string, string>();
  for (const [name, { config }] of planned) {
    const raw = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        `${PROJECT}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    try {
      const { target } = planStack(name, raw);
      if (target.kind === "kind") shapes.set(name, target.cluster.fingerprint);
    } catch (e) {
      if (!(e instanceof ProblemsError)) throw e;
      for (const p of e.problems) {
        const key = JSON.stringify([p.path, p.message]);
        if (!problems.has(key)) problems.set(key, { ...p, path: `config of ${name}: ${p.path}` });
      }
    }
  }
  return { shapes, problems: [...problems.values()] };
}

function fail(problems: Problem[]): void {
  if (problems.length > 0)
    throw new ProblemsError("The class cannot be made like this; nothing was changed.", problems);
}

/** The class's stack files hold names and addresses of people: git is to pass them over in this clone. */
function keepOutOfGit(className: string): void {
  const { status, stdout } = spawnSync("git", ["rev-parse", "--git-path", "info/exclude"], {
    cwd: projectFolder,
    encoding: "utf8",
  });
  if (status !== 0) return;
  const path = resolve(projectFolder, stdout.trim());
  const line = `/Pulumi.${className}-*.yaml`;
  const now = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (now.split(/\r?\n/).includes(line)) return;
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${now === "" || now.endsWith("\n") ? "" : "\n"}${line}\n`);
}
