import { removeCommand, kindFootprint, removable } from "../../components/kind/machine-objects";
import { hasExpired } from "../../classroom/lease";
import { fromTags, type EnvironmentRecord } from "../../classroom/environment-record";
import { EngineError } from "../engine/engine";
import { hasLostCluster, machineObjectText, recover, type Recovered } from "../engine/recovery";
import type { EngineSession } from "../engine/session";
import { withLock } from "../engine/stack-lock";
import { destroyStack } from "../sweep/destroy-stack";
import type { Task } from "./batch";
import { assertHome, holdsNothing, runOf } from "./bring-up";

export type DownResult =
  | {
      status: "destroyed";
      destroyed: string[];
      cleaned: string[];
      left: string[];
      /** Its kind cluster was not on the machine any more. */
      goneBefore?: true;
    }
  /** Nothing to do: somebody else was faster. */
  | { status: "gone" }
  /** `reap` only: the lease was extended meanwhile. */
  | { status: "extended"; until: number };

export interface DownOptions {
  /** Destroy only what has expired at this moment, by the tags as they are now. */
  expiredAt?: () => number;
  /**
   * Remove the stack although something may be left that nobody knows: the user has looked. Also an empty one of a
   * machine that is not this one.
   */
  forget?: boolean;
}

/**
 * Takes one environment down: cleans what was interrupted, destroys, looks again, and removes the stack only when
 * nothing is left. What is left is on the receipt, and the stack stays so that the next run finds it.
 */
export async function takeDown(
  session: EngineSession,
  stack: string,
  opts: DownOptions,
  task: Task,
): Promise<DownResult> {
  const { engine } = session;
  try {
    task.progress("looking");
    const known = fromTags(await engine.tags(stack));
    if (known === undefined) throw new Error("is not a student's stack: it is left alone");
    if ("problem" in known)
      throw new Error(`${known.problem}: look at it by hand (pulumi stack tag ls -s ${stack})`);
    if (opts.expiredAt !== undefined && !hasExpired(known.lease, opts.expiredAt())) {
      return { status: "extended", until: known.lease.expires };
    }
    const elsewhere = opts.forget === true && holdsNothing(await engine.state(stack));
    if (!elsewhere) assertHome(known, session);
    const { removed, unclear, state, lost } = await destroyResources(session, stack, known, task);
    task.progress("checking");
    const left = await whatIsLeft(session, stack, known, unclear.length > 0 && opts.forget !== true);
    if (left.length === 0) await withLock(session, stack, () => engine.remove(stack));
    const destroyed = state.resources.filter((r) => r.real).map((r) => `${r.type} ${r.id ?? r.urn}`);
    return { status: "destroyed", destroyed, cleaned: removed, left, ...(lost ? { goneBefore: true } : {}) };
  } catch (e) {
    if (e instanceof EngineError && e.kind === "gone") return { status: "gone" };
    throw e;
  }
}

/** Destroys what an environment has; the stack itself stays. `state` is that before it. */
export async function destroyResources(
  session: EngineSession,
  stack: string,
  record: EnvironmentRecord,
  task: Task,
): Promise<Recovered & { lost: boolean }> {
  const run = runOf(session, stack, record);
  const recovered = await recover(run);
  if (task.cancel.aborted) throw new EngineError("cancelled", "was cancelled before anything was destroyed");
  const lost = await hasLostCluster(run, recovered.state);
  if (recovered.state.resources.length > 0) {
    task.progress("destroy");
    await withLock(session, stack, () =>
      destroyStack(
        session,
        stack,
        recovered.state,
        { onProgress: task.progress, cancel: task.cancel, kill: task.kill },
        task.progress,
      ),
    );
  }
  return { ...recovered, lost };
}

async function whatIsLeft(
  session: EngineSession,
  stack: string,
  known: EnvironmentRecord,
  countUnclear: boolean,
): Promise<string[]> {
  const { engine, machine } = session;
  const after = await engine.state(stack);
  const left = after.resources.map((r) => `${r.type} ${r.id ?? r.urn}`);
  if (countUnclear) {
    left.push(
      ...after.pending.map(
        (op) =>
          `maybe ${op.type}, whose creation was interrupted (${op.urn}): look for it, then run down --forget`,
      ),
    );
  }
  const { cluster } = runOf(session, stack, known);
  if (cluster === undefined || after.resources.length > 0) return left;
  const there = await machine.has(removable(kindFootprint(cluster)));
  for (const object of there)
    left.push(
      `${machineObjectText(object)}, which the state does not know: if it is yours, ${removeCommand(object)}`,
    );
  return left;
}
