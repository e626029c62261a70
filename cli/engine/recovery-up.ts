import { UserError } from "../../kube/problems";
import { EngineError, type StackState } from "./engine-port";
import { withLock } from "../students/recover";
import { cleanUp, knownOf, replaceFor, thingOf, unknownOf, type Ground } from "./docker-leftovers";
import type { Signals } from "./up-interrupts";
import type { RunNote, RunNotes, Thing } from "./run-journal";

export interface TidyRun extends Ground {
  notes: Pick<RunNotes, "read" | "write" | "remove">;
  stack: string;
  /** What the stack's commands make on this machine; none where the target is no kind cluster. */
  things: readonly Thing[];
  signals: Signals;
  say: (line: string) => void;
}

/**
 * Runs an update so that it can be cut off anywhere and run again: before it, what a run left that did not end is
 * removed; after a failure or a Ctrl-C, what was half made. `update` gets the resources that must be replaced.
 */
export async function tidily(run: TidyRun, update: (replace: string[]) => Promise<void>): Promise<void> {
  const { notes, stack, say } = run;
  await afterCutOff(run);
  const before = run.things.length === 0 ? EMPTY : await settledState(run);
  const ours = await oursOf(run, before);
  const replace = ours.gone.flatMap((t) => (t.kind === "cluster" ? replaceFor(before, t.name) : []));
  if (replace.length > 0)
    say(
      `The cluster of stack ${stack} is not on this machine any more: deleted by hand, or Docker's context is another. It is made anew.`,
    );
  const note = { fresh: ours.all };
  notes.write(stack, note);
  try {
    await update(replace);
    notes.remove(stack);
  } catch (error) {
    // After a kill nothing is in order: the next run cleans up.
    if (!run.signals.kill.aborted && (await undone(run, note))) notes.remove(stack);
    throw error;
  }
}

/** Removes what a run that failed has half made; false where another run works on the stack, whose it may be. */
async function undone(run: TidyRun, note: RunNote): Promise<boolean> {
  if (note.fresh.length === 0 || (await unknownOf(run, await stateOf(run), note)).length === 0) return true;
  try {
    tell(run, await cleanUp(run, run.stack, note));
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.kind === "locked") return false;
    throw error;
  }
}

/** Cleans up after a run of this stack that did not end. */
async function afterCutOff(run: TidyRun): Promise<void> {
  const { shop, notes, stack, say } = run;
  const note = notes.read(stack);
  if (note === undefined) return;
  say(`The last run on stack ${stack} was cut off: cleaning up after it.`);
  // Where a cloud is the target, what was begun may exist: the engine tells of it, and nothing is forgotten.
  if (note.fresh.length === 0) await withLock(shop, stack, () => shop.engine.assertIdle(stack));
  else tell(run, await cleanUp(run, stack, note));
  notes.remove(stack);
}

/** The state, once is cleaned what was cut off without a note: a killed `pulumi up`, or a replacement that failed. */
async function settledState(run: TidyRun): Promise<StackState> {
  const state = await stateOf(run);
  const begun = state.pending.filter((op) => op.operation === "creating");
  const deleted = state.resources.filter((r) => r.deleted === true);
  const half = [...begun, ...deleted].flatMap((r) => thingOf(r) ?? []);
  if (half.length === 0 && deleted.length === 0) return state;
  tell(run, await cleanUp(run, run.stack, { fresh: half }));
  return stateOf(run);
}

const EMPTY: StackState = { resources: [], pending: [] };

/** The state; empty where there is no such stack yet. */
async function stateOf({ shop, stack }: Pick<TidyRun, "shop" | "stack">): Promise<StackState> {
  try {
    return await shop.engine.state(stack);
  } catch (error) {
    if (error instanceof EngineError && error.kind === "gone") return EMPTY;
    throw error;
  }
}

/** What on this machine may be removed when this run fails, and what the state knows and the machine has not. */
async function oursOf(run: TidyRun, state: StackState): Promise<{ all: Thing[]; gone: Thing[] }> {
  if (run.things.length === 0) return { all: [], gone: [] };
  const there = await run.there(run.things);
  const known = knownOf(state);
  const has = (list: readonly Thing[], t: Thing): boolean =>
    list.some((o) => o.kind === t.kind && o.name === t.name);
  const strange = there.filter((t) => !has(known, t));
  const cluster = strange.find((t) => t.kind === "cluster");
  if (cluster !== undefined)
    throw new UserError(
      `a kind cluster ${cluster.name} is on this machine, and stack ${run.stack} has not made it; nothing was changed.\n` +
        `  fix: if nobody needs it, kind delete cluster --name ${cluster.name}; or set clusterName to another name`,
    );
  const all = run.things.filter((t) => !has(strange, t));
  return { all, gone: all.filter((t) => has(known, t) && !has(there, t)) };
}

function tell({ say }: Pick<TidyRun, "say">, removed: readonly string[]): void {
  if (removed.length > 0) say(`Removed what was half made: ${removed.join(", ")}.`);
}
