import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withSince, type Standing } from "../../classroom/standing";
import { longestFirst } from "../../classroom/work-effort";
import type { EnvironmentRecord } from "../../classroom/environment-record";
import { failOn, UserError, type Problem } from "../../kube/problems";
import { ownFolder } from "../../stacks/project-folders";
import { realClock } from "../clock";
import { installedEngine } from "../engine/session";
import { thisMachine } from "../engine/machine";
import { choose } from "./choose-environments";
import { classNameOf, knownLabs } from "./class-input";
import type { Outcome, Task } from "./batch";
import { lookAt } from "./look-at-cluster";
import { lookCsv, lookJunit, lookText, type ClassLook } from "./standing-formats";
import { StandingStore } from "./standing-store";
import { durationOf, parallelOf, STANDARD, type VerifyCommand } from "./students-options";
import { print, workOn } from "./work-on-students";

/** Where the last look at each student is kept. */
export const standingFolder = join(ownFolder, "class");

/** Seconds; without time to settle, as nothing is being changed by us. */
const PROBES = { timeout: 3, wait: 0, start: 90, parallel: 8, requests: 300, internet: "1.1.1.1" };

/** `labs students verify`: who is how far, and what is wrong with whom. Changes nothing but by `verify`'s own probe pods. */
export async function runStudentsVerify(ids: string[], options: VerifyCommand): Promise<void> {
  const problems: Problem[] = [];
  const parallel = parallelOf(options, STANDARD.parallel, problems);
  const timeout = durationOf("--timeout", options.timeout, 10 * 60_000, problems);
  problems.push(...wrongLabs(options.lab ?? []), ...wrongFiles(options));
  failOn("Nothing was probed.", problems);
  const engine = await installedEngine();
  if (engine === undefined)
    throw new UserError(
      "kubeconfigs are in the stacks' outputs, and only the Pulumi CLI decrypts them, which is not on this machine\n" +
        "  fix: install it (https://www.pulumi.com/docs/install/)",
    );
  const className = classNameOf(options.class);
  const chosen = await choose(engine, ids, {
    ...options,
    ...(className === undefined ? {} : { class: className }),
  });
  const look = {
    engine,
    machine: thisMachine().name,
    probes: PROBES,
    clock: realClock,
    ...(options.lab && { labs: options.lab }),
  };
  const found = await lookAtClass(chosen, new StandingStore(standingFolder), {
    parallel,
    key: JSON.stringify([[...chosen.keys()], options.lab ?? []]),
    fresh: options.fresh === true,
    work: (names, work) => workOn(names, { parallel, timeout, json: options.json === true }, work),
    look: (stack, record, task) => lookAt(stack, record, look, task),
  });
  if (options.csv !== undefined) writeFileSync(options.csv, lookCsv(found));
  if (options.junit !== undefined) writeFileSync(options.junit, lookJunit(found));
  await print(options.json === true, found, () => lookText(found, Date.now()));
  if (found.skipped.length > 0 || found.standings.some((s) => s.unreachable !== undefined))
    process.exitCode = 1;
}

interface Looking {
  parallel: number;
  /** The same for the same question. */
  key: string;
  /** Look again at those whom a run that was cut off has seen. */
  fresh: boolean;
  work: (
    names: readonly string[],
    work: (name: string, task: Task) => Promise<Standing>,
  ) => Promise<Outcome<Standing>[]>;
  look: (stack: string, record: EnvironmentRecord, task: Task) => Promise<Standing>;
}

/** Looks at everybody, the slowest of last time first; each is kept as soon as it is known. */
export async function lookAtClass(
  chosen: ReadonlyMap<string, EnvironmentRecord>,
  store: StandingStore,
  { parallel, key, fresh, work, look }: Looking,
): Promise<ClassLook> {
  const began = Date.now();
  const since = store.begin(key, began, fresh);
  const seen = (stack: string): boolean => (store.of(stack)?.looked ?? -1) >= since;
  const left = [...chosen.keys()].filter((stack) => since === began || !seen(stack));
  const ordered = longestFirst(left, (stack) => store.of(stack)?.ms ?? Infinity);
  const outcomes = await work(ordered, async (stack, task) => {
    const record = chosen.get(stack);
    if (record === undefined) throw new Error(`${stack} was not chosen`);
    const standing = withSince(await look(stack, record, task), store.of(stack));
    store.keep(standing);
    return standing;
  });
  const skipped: string[] = [];
  const lost = new Map<string, Standing>();
  for (const o of outcomes) {
    const record = chosen.get(o.name);
    if (o.status === "done" || record === undefined) continue;
    // Who was cut off by Ctrl-C is looked at by the next run; who took too long is unreachable.
    if (!o.reason.startsWith("stopped after")) {
      skipped.push(o.name);
      continue;
    }
    const of = { student: record.id, name: record.name, stack: o.name, looked: began, ms: o.ms };
    lost.set(o.name, withSince({ ...of, labs: [], unreachable: o.reason }, store.of(o.name)));
  }
  if (skipped.length === 0) store.ended();
  const standings = [...chosen.keys()].flatMap((stack) =>
    skipped.includes(stack) ? [] : (lost.get(stack) ?? store.of(stack) ?? []),
  );
  const times = outcomes.map((o) => o.ms);
  const sum = times.reduce((a, b) => a + b, 0);
  return {
    standings,
    skipped,
    parallel,
    took: Date.now() - began,
    bound: Math.max(sum / parallel, ...times, 0),
  };
}

function wrongLabs(labs: readonly string[]): Problem[] {
  const known = [...knownLabs().keys()];
  return labs
    .filter((l) => !known.includes(l))
    .map((value) => ({ path: "--lab", value, message: "is not a lab", fix: `labs: ${known.join(", ")}` }));
}

/** Told now: after minutes of probing it would cost the report. */
const wrongFiles = ({ csv, junit }: VerifyCommand): Problem[] =>
  Object.entries({ "--csv": csv, "--junit": junit }).flatMap(([path, value]) =>
    value === undefined || existsSync(dirname(value))
      ? []
      : [{ path, value, message: "is in a folder that is not there", fix: `make ${dirname(value)}` }],
  );
