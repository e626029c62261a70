import type { EnvironmentRecord } from "../../classroom/environment-record";
import { fromTags, toTags } from "../../classroom/environment-record";
import type { Task } from "./batch";
import { EngineError, type StackState } from "../engine/engine";
import { runRecoverably, type StackRun } from "../engine/recovery";
import { tagsOrCreate, type EngineSession } from "../engine/session";
import { madeBy, shapeBy } from "../../components/kind/machine-objects";

/** What `up` is to make of one student's environment. */
export interface Wanted {
  record: EnvironmentRecord;
  config: Readonly<Record<string, unknown>>;
  /** Read what the cluster really has first, so that what a student broke is put right. */
  refresh?: boolean;
  /** Labs that run stay at the step they are at: an `up` for late students moves nobody back. */
  keepSteps?: boolean;
  /** Fingerprint of the kind cluster that the config makes: another one than runs would replace it. */
  shape?: string;
  /** Replace a cluster of another shape, with all that its student made in it. */
  replace?: boolean;
}

export interface UpResult {
  /** What an earlier, interrupted run had left and was cleaned. */
  cleaned: string[];
  /** What may exist without anybody knowing it. */
  unclear: string[];
}

/**
 * Brings one environment up, or further: whatever an earlier run left is cleaned or continued. Tags are written
 * before anything is made, so that nothing runs that `list` and `reap` do not see.
 */
export async function bringUp(
  session: EngineSession,
  stack: string,
  wanted: Wanted,
  task: Task,
): Promise<UpResult> {
  const { engine } = session;
  task.progress("preparing");
  const tags = await tagsOrCreate(engine, stack);
  const state = await engine.state(stack);
  const known = fromTags(tags);
  if (known === undefined && state.resources.length > 0) {
    throw new Error(`a stack ${stack} exists that is not a student's: give the class another name`);
  }
  if (known !== undefined && !("problem" in known)) {
    if (known.target !== wanted.record.target && !holdsNothing(state))
      throw new Error(
        `runs on ${known.target}: take it down before it can be made on ${wanted.record.target}`,
      );
    assertHome(known, session);
  }
  checkShape(wanted, state);
  const config =
    wanted.keepSteps === true && state.resources.length > 0
      ? withStepsOf(await engine.config(stack), wanted.config)
      : wanted.config;
  for (const [name, value] of Object.entries(toTags(wanted.record))) {
    if (tags[name] !== value) await engine.setTag(stack, name, value);
  }
  await engine.setConfig(stack, config);
  const run = {
    ...runOf(session, stack, wanted.record),
    // Nothing would be updated but records: the engine believes its state. Whether it is really gone, a person knows.
    lostCluster: "refuse",
    onLeftovers: () => {
      task.progress("cleaning up after an interrupted run");
    },
    say: task.progress,
    kill: task.kill,
  } as const;
  const { removed, unclear } = await runRecoverably(run, async () => {
    if (task.cancel.aborted) throw new EngineError("cancelled", "was cancelled before its update began");
    task.progress("update");
    await engine.up(stack, {
      onProgress: task.progress,
      cancel: task.cancel,
      kill: task.kill,
      refresh: wanted.refresh === true,
    });
  });
  return { cleaned: removed, unclear: unclear.map((op) => op.urn) };
}

/** What recovery must know of an environment: its cluster, and that one with its API server's port is its own. */
export function runOf(session: EngineSession, stack: string, record: EnvironmentRecord): StackRun {
  const { target, machine, apiPort } = record;
  if (target !== "kind" || machine !== session.machine.name) return { session, stack };
  return {
    session,
    stack,
    cluster: stack,
    owns: async () => apiPort !== undefined && (await session.machine.apiPort(stack)) === apiPort,
  };
}

/**
 * A kind cluster stays on its machine: whatever makes, changes or destroys it runs there. That the state holds nothing
 * is no leave to go elsewhere: a command that was cut off leaves a cluster there of which only that machine knows.
 */
export function assertHome({ machine }: EnvironmentRecord, session: EngineSession): void {
  if (machine === undefined || machine === session.machine.name) return;
  throw new Error(`its kind cluster is on ${machine}: run the command there`);
}

export const holdsNothing = (state: StackState): boolean =>
  state.resources.length === 0 && state.pending.length === 0;

/** kind changes nothing in place: what differs would take the cluster away under its student. */
function checkShape({ shape, replace }: Wanted, state: StackState): void {
  if (shape === undefined || replace === true) return;
  // A shape whose cluster was never made, or is gone, holds nothing of a student's.
  if (!state.resources.some((r) => madeBy(r)?.kind === "cluster")) return;
  const runs = state.resources.flatMap((r) => shapeBy(r) ?? [])[0];
  if (runs === undefined || runs.fingerprint === shape) return;
  throw new Error(
    "its cluster would be replaced, with all that the student made in it: the class (sizes, kind, allocation) or the " +
      "versions are others than when it was made; put them back, or say up --replace",
  );
}

/** The labs of a new config, each at the step where it is now. */
export function withStepsOf(
  now: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const labsOf = (c: Readonly<Record<string, unknown>>): Record<string, { step?: unknown }> =>
    typeof c["labs"] === "object" && c["labs"] !== null
      ? (c["labs"] as Record<string, { step?: unknown }>)
      : {};
  const before = labsOf(now);
  const labs = Object.entries(labsOf(wanted)).map(([name, lab]) => {
    const step = before[name]?.step;
    return [name, step === undefined ? lab : { ...lab, step }] as const;
  });
  return { ...wanted, labs: Object.fromEntries(labs) };
}
