import {
  madeBy,
  kindFootprint,
  removable,
  shapeBy,
  type MachineObject,
} from "../../components/kind/machine-objects";
import { reasonOf, UserError } from "../../kube/problems";
import { EngineError, type Engine, type StackState } from "./engine";
import { fatesOf, type Unclear } from "./interrupted-operations";
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
  /** URNs of what interrupted operations had made, and the state knows now. */
  adopted: string[];
  /** What is there under a name that an interrupted operation was to use, and was not made by this stack. */
  foreign: string[];
  /** Operations that may have made something of which nobody knows. */
  unclear: Unclear[];
}

const EMPTY: StackState = { resources: [], pending: [] };

/**
 * Cleans what a run that did not end has left: a dead lock, operations that were begun, and what they made and the
 * state does not know. On this machine only that is removed which an interrupted run of this very stack made: by its
 * journal, by a pending operation, or by what the caller knows of it. What stands in a cluster or in a cloud is adopted.
 */
export async function recover(run: StackRun): Promise<Recovered> {
  const { session, stack } = run;
  const { engine, machine, journal } = session;
  const entry = journal.read(stack);
  let state = await stateOf(engine, stack);
  let left = await leftovers(run, state, entry);
  if (left.length === 0 && isSettled(state)) {
    journal.remove(stack);
    return { state, removed: [], adopted: [], foreign: [], unclear: [] };
  }
  // Who works on the stack has begun operations too: they are leftovers only when nobody does.
  let began = entry?.began;
  await withLock(
    session,
    stack,
    () => engine.assertIdle(stack),
    ({ since }) => {
      began ??= Date.parse(since) || undefined;
    },
    entry,
  );
  run.onLeftovers?.();
  state = await stateOf(engine, stack);
  left = await leftovers(run, state, entry);
  for (const object of left) await machine.remove(object);
  const clusterGone = await isClusterGone(run, state, left);
  const { done, adopted, foreign, unclear } = await fatesOf(session, stack, state, { clusterGone, began });
  if (done.length > 0 || adopted.length > 0 || needsSettling(state)) {
    await engine.settle(stack, { done, adopted });
    state = await stateOf(engine, stack);
  }
  journal.remove(stack);
  const urns = adopted.map((a) => a.urn).filter((urn) => state.resources.some((r) => r.urn === urn));
  return { state, removed: left.map(machineObjectText), adopted: urns, foreign, unclear };
}

/** Whether the kind cluster that objects of the state were made in is there no more: what was made in it went with it. */
async function isClusterGone(
  run: StackRun,
  state: StackState,
  removed: readonly MachineObject[],
): Promise<boolean> {
  const isCluster = (o: MachineObject | undefined): boolean => o?.kind === "cluster";
  return (
    removed.some(isCluster) ||
    state.resources.some((r) => r.deleted === true && isCluster(madeBy(r))) ||
    (await hasLostCluster(run, state))
  );
}

export interface RecoverableRun extends StackRun {
  /** What happens where the state knows a cluster that this machine does not have. */
  lostCluster: "replace" | "refuse";
  say: (line: string) => void;
  kill: AbortSignal;
}

/**
 * Runs an update so that it can be cut off anywhere and run again: before it, what an earlier run left is cleaned; after
 * a failure or a cancellation, what was half made. `update` gets the URNs that must be replaced, and the state before it.
 */
export async function runRecoverably(
  run: RecoverableRun,
  update: (replace: string[], before: StackState) => Promise<void>,
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
  session.journal.write(stack, { began: Date.now(), fresh, space: session.machine.space });
  try {
    await withLock(session, stack, () =>
      update(lost ? replaceFor(before.state, run.cluster) : [], before.state),
    );
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

export function report(
  { say }: Pick<RecoverableRun, "say">,
  { removed, adopted, foreign, unclear }: Recovered,
): void {
  if (removed.length > 0) say(`Removed what was half made: ${removed.join(", ")}.`);
  if (adopted.length > 0) say(`Taken over from the run that was cut off: ${adopted.map(nameIn).join(", ")}.`);
  if (foreign.length > 0) say(`Not made by this stack, and left alone: ${foreign.join(", ")}.`);
  for (const { urn, why } of unclear) say(`Not known whether ${nameIn(urn)} was made: ${why}. Look for it.`);
}

/** The logical name at the end of a URN. */
const nameIn = (urn: string): string => urn.replace(/^.*::/, "");

/** The state; empty where there is no such stack. */
async function stateOf(engine: Engine, stack: string): Promise<StackState> {
  try {
    return await engine.state(stack);
  } catch (error) {
    if (error instanceof EngineError && error.kind === "gone") return EMPTY;
    throw error;
  }
}

const isSettled = (state: StackState): boolean => state.pending.length === 0 && !needsSettling(state);

const needsSettling = ({ resources }: StackState): boolean =>
  resources.some((r) => r.deleted === true || r.unread === true);

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
  const order = ["cluster", "load-balancer", "container", "network"];
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
  kind === "cluster"
    ? `kind cluster ${name}`
    : kind === "load-balancer"
      ? `load balancers of ${name}`
      : `docker ${kind} ${name}`;
