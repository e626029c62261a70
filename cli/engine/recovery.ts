import {
  madeBy,
  kindFootprint,
  removable,
  shapeBy,
  type MachineObject,
} from "../../components/kind/machine-objects";
import { reasonOf, UserError } from "../../kube/problems";
import { EngineError, type Engine, type PendingOperation, type StackState } from "./engine";
import type { RunEntry } from "../../stacks/run-journal";
import type { EngineSession } from "./session";
import { withLock } from "./stack-lock";

/** A run on a stack, as far as recovery must know it. */
export interface StackRun {
  session: EngineSession;
  stack: string;
  /** Name of the stack's kind cluster on this machine; undefined where its target is another one. */
  cluster?: string | undefined;
  /** Whether that cluster is the stack's although neither its state nor a journal says so. @default it is not */
  owns?: () => Promise<boolean>;
  /** Called where an earlier run left something, before it is cleaned. */
  onLeftovers?: () => void;
}

/** What recovery found. */
export interface Recovered {
  /** The state as it is now; empty where there is no such stack. */
  state: StackState;
  /** What was removed that the state did not know: `kind cluster x`, `docker network x`, `docker container x`. */
  removed: string[];
  /** Operations that may have made something which neither the state nor this machine knows. */
  unclear: PendingOperation[];
}

const EMPTY: StackState = { resources: [], pending: [] };

/**
 * Cleans what a run that did not end has left: a dead lock, operations that were begun, and what they made and the
 * state does not know. On this machine only that is removed which an interrupted run of this very stack made: by its
 * journal, by a pending operation, or by what the caller knows of it. What a cloud may have made stays pending.
 */
export async function recover(run: StackRun): Promise<Recovered> {
  const { session, stack } = run;
  const { engine, machine, journal } = session;
  const entry = journal.read(stack);
  let state = await stateOf(engine, stack);
  let left = await leftovers(run, state, entry);
  if (left.length === 0 && isSettled(state)) {
    journal.remove(stack);
    return { state, removed: [], unclear: [] };
  }
  // Who works on the stack has begun operations too: they are leftovers only when nobody does.
  await withLock(session, stack, () => engine.assertIdle(stack));
  run.onLeftovers?.();
  state = await stateOf(engine, stack);
  left = await leftovers(run, state, entry);
  for (const object of left) await machine.remove(object);
  const unclear = state.pending.filter((op) => op.operation === "creating" && !goesWithCluster(op.type));
  // What was being updated or deleted is still in the state; objects of a cluster are made again, or went with it.
  const settled = state.pending.filter((op) => !unclear.includes(op)).map((op) => op.urn);
  if (settled.length > 0 || state.resources.some((r) => r.deleted === true)) {
    await engine.dropPending(stack, settled);
    state = await stateOf(engine, stack);
  }
  journal.remove(stack);
  return { state, removed: left.map(machineObjectText), unclear };
}

export interface RecoverableRun extends StackRun {
  /** What happens where the state knows a cluster that this machine does not have. */
  lostCluster: "replace" | "refuse";
  say: (line: string) => void;
  kill: AbortSignal;
}

/**
 * Runs an update so that it can be cut off anywhere and run again: before it, what an earlier run left is cleaned; after
 * a failure or a cancellation, what was half made. `update` gets the URNs that must be replaced.
 */
export async function runRecoverably(
  run: RecoverableRun,
  update: (replace: string[]) => Promise<void>,
): Promise<Recovered> {
  const { session, stack, say } = run;
  const before = await recover(run);
  report(run, before);
  const { fresh, lost } = await compare(run, before.state);
  if (lost && run.lostCluster === "refuse")
    throw new Error(
      "its kind cluster is not on this machine any more: deleted by hand, or Docker's context is another; " +
        "`reset --rebuild` makes it again",
    );
  if (lost)
    say(
      `The cluster of stack ${stack} is not on this machine any more: deleted by hand, or Docker's context is another. It is made again.`,
    );
  session.journal.write(stack, { fresh });
  try {
    await withLock(session, stack, () => update(lost ? replaceFor(before.state, run.cluster) : []));
    session.journal.remove(stack);
  } catch (error) {
    await afterFailure(run, error);
    throw error;
  }
  return before;
}

/** After a kill nothing is in order, and another's lock may cover what is there: then the next run cleans up. */
async function afterFailure(run: RecoverableRun, error: unknown): Promise<void> {
  if (run.kill.aborted || isLocked(error)) return;
  try {
    report(run, await recover({ ...run, onLeftovers: () => undefined }));
  } catch (e) {
    // The failure itself is what counts; the journal stays.
    if (!isLocked(e)) run.say(`What was half made could not be removed: ${reasonOf(e)}`);
  }
}

const isLocked = (error: unknown): boolean => error instanceof EngineError && error.kind === "locked";

function report({ say }: RecoverableRun, { removed }: Recovered): void {
  if (removed.length > 0) say(`Removed what was half made: ${removed.join(", ")}.`);
}

/** The state; empty where there is no such stack. */
async function stateOf(engine: Engine, stack: string): Promise<StackState> {
  try {
    return await engine.state(stack);
  } catch (error) {
    if (error instanceof EngineError && error.kind === "gone") return EMPTY;
    throw error;
  }
}

const isSettled = (state: StackState): boolean =>
  state.pending.length === 0 && !state.resources.some((r) => r.deleted === true);

/** What this machine has, an interrupted run of the stack made, and the state does not know; in order of removal. */
async function leftovers(
  { session: { machine }, cluster, owns }: StackRun,
  state: StackState,
  entry: RunEntry | undefined,
): Promise<MachineObject[]> {
  const known = knownObjects(state);
  const begun = [
    ...state.pending.filter((op) => op.operation === "creating"),
    // Deleted to be made again: what is there now is the half-made new one.
    ...state.resources.filter((r) => r.deleted === true),
  ].flatMap((r) => madeBy(r) ?? []);
  const suspects = [...(entry?.fresh ?? []), ...begun].filter((o) => !has(known, o));
  if (cluster !== undefined && owns !== undefined) {
    const own = kindFootprint(cluster).cluster;
    if (!has(known, own) && !has(suspects, own) && (await machine.has([own])).length > 0 && (await owns()))
      suspects.push(own);
  }
  const order = ["cluster", "container", "network"];
  const each = suspects.filter((o, i) => suspects.findIndex((p) => same(p, o)) === i);
  const there = each.length === 0 ? [] : await machine.has(each);
  return there.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** What of the cluster's objects is not on this machine yet, and whether the state knows a cluster that is not there. */
async function compare(
  { session: { machine }, stack, cluster }: StackRun,
  state: StackState,
): Promise<{ fresh: MachineObject[]; lost: boolean }> {
  if (cluster === undefined) return { fresh: [], lost: false };
  const footprint = kindFootprint(cluster);
  const objects = removable(footprint);
  const there = await machine.has(objects);
  const known = knownObjects(state);
  if (has(there, footprint.cluster) && !has(known, footprint.cluster))
    throw new UserError(
      `a kind cluster ${cluster} is on this machine, and stack ${stack} has not made it; nothing was changed.\n` +
        `  fix: if nobody needs it, kind delete cluster --name ${cluster}; or set clusterName to another name`,
    );
  return {
    // The state's own count too: a replacement makes them again, and may be cut off half-way.
    fresh: objects.filter((o) => !has(there, o) || has(known, o)),
    lost: has(known, footprint.cluster) && !has(there, footprint.cluster),
  };
}

/** Whether the state knows a kind cluster that this machine does not have. */
export async function hasLostCluster(run: StackRun, state: StackState): Promise<boolean> {
  if (run.cluster === undefined) return false;
  const { cluster } = kindFootprint(run.cluster);
  return has(knownObjects(state), cluster) && (await run.session.machine.has([cluster])).length === 0;
}

/**
 * What must be replaced so that a lost cluster is made again: the engine asks no command whether its work is still
 * there. The shape, so that objects in the cluster are given up with it (components/kind).
 */
function replaceFor(state: StackState, cluster: string | undefined): string[] {
  return state.resources.filter((r) => shapeBy(r)?.cluster === cluster).map((r) => r.urn);
}

/** The objects that the state says are there. */
const knownObjects = (state: StackState): MachineObject[] =>
  state.resources.filter((r) => r.deleted !== true).flatMap((r) => madeBy(r) ?? []);

const same = (a: MachineObject, b: MachineObject): boolean => a.kind === b.kind && a.name === b.name;
const has = (list: readonly MachineObject[], o: MachineObject): boolean => list.some((l) => same(l, o));

export const machineObjectText = ({ kind, name }: MachineObject): string =>
  kind === "cluster" ? `kind cluster ${name}` : `docker ${kind} ${name}`;

/** Objects inside a cluster, and commands that only read: nothing of theirs outlives the cluster. */
function goesWithCluster(type: string): boolean {
  return type.startsWith("kubernetes:") || type.startsWith("command:local:") || type.startsWith("pulumi:");
}
