import type { EnvironmentRecord } from "../../classroom/record";
import { fromTags, toTags, type Tags } from "../../classroom/record";
import { hasExpired } from "../../classroom/lease";
import type { Task } from "./batch";
import { EngineError, type Engine, type StackState } from "../engine/engine-port";
import { clusterGone, recover, withLock, type Workshop } from "./recover";

/** What `up` is to make of one student's environment. */
export interface Wanted {
  record: EnvironmentRecord;
  config: Readonly<Record<string, unknown>>;
  /** Read what the cluster really has first, so that what a student broke is mended. */
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
export async function bringUp(shop: Workshop, stack: string, wanted: Wanted, task: Task): Promise<UpResult> {
  const { engine } = shop;
  task.progress("preparing");
  const tags = await tagsOrCreate(engine, stack);
  const state = await engine.state(stack);
  const known = fromTags(tags);
  if (known === undefined && state.resources.length > 0) {
    throw new Error(`a stack ${stack} exists that is no student's: give the class another name`);
  }
  if (known !== undefined && !("problem" in known)) checkHome(known, wanted.record, shop, state);
  checkShape(wanted, state);
  const config =
    wanted.keepSteps === true && state.resources.length > 0
      ? withStepsOf(await engine.config(stack), wanted.config)
      : wanted.config;
  for (const [name, value] of Object.entries(toTags(wanted.record))) {
    if (tags[name] !== value) await engine.setTag(stack, name, value);
  }
  await engine.setConfig(stack, config);
  if (state.pending.length > 0) task.progress("cleaning up after an interrupted run");
  const { cleaned, unclear } = await recover(shop, stack, wanted.record);
  if (task.cancel.aborted) throw new EngineError("cancelled", "was cancelled before its update began");
  if (await clusterGone(shop, stack, wanted.record, state)) {
    // Nothing would be updated but records: the engine believes its state. Whether it is really gone, a person knows.
    throw new Error(
      "its kind cluster is not on this machine any more: deleted by hand, or Docker's context is another; " +
        "`reset --rebuild` makes it anew",
    );
  }
  task.progress("update");
  await withLock(shop, stack, () =>
    engine.up(stack, {
      onProgress: task.progress,
      cancel: task.cancel,
      kill: task.kill,
      ...(wanted.refresh === true ? { refresh: true } : {}),
    }),
  );
  return { cleaned, unclear: unclear.map((op) => op.urn) };
}

/** Creating takes the lock too, so that it is tried only where there is no stack. */
async function tagsOrCreate(engine: Engine, stack: string): Promise<Tags> {
  try {
    return await engine.tags(stack);
  } catch (e) {
    if (!(e instanceof EngineError) || e.kind !== "gone") throw e;
    await engine.create(stack);
    return {};
  }
}

/** A kind cluster stays on its machine, and an environment on its target, until it is taken down. */
function checkHome(
  known: EnvironmentRecord,
  wanted: EnvironmentRecord,
  shop: Workshop,
  state: StackState,
): void {
  if (state.resources.length === 0 && state.pending.length === 0) return;
  if (known.target !== wanted.target) {
    throw new Error(`runs on ${known.target}: take it down before it can be made on ${wanted.target}`);
  }
  if (known.machine !== undefined && known.machine !== shop.machine.name) {
    throw new Error(`its kind cluster is on ${known.machine}: run the command there`);
  }
}

/** kind changes nothing in place: what differs would take the cluster away under its student. */
function checkShape({ shape, replace }: Wanted, state: StackState): void {
  if (shape === undefined || replace === true) return;
  const runs = state.resources.find((r) => r.urn.endsWith("-shape") && Array.isArray(r.inputs["triggers"]));
  const [fingerprint] = (runs?.inputs["triggers"] ?? []) as unknown[];
  if (fingerprint === undefined || fingerprint === shape) return;
  throw new Error(
    "its cluster would be replaced, with all that the student made in it: the class (sizes, kind, allot) or the " +
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
  /** Remove the stack although something may be left that nobody knows: the user has looked. */
  forget?: boolean;
}

/**
 * Takes one environment down: cleans what was interrupted, destroys, looks again, and removes the stack only when
 * nothing is left. What is left is on the receipt, and the stack stays so that the next run finds it.
 */
export async function takeDown(
  shop: Workshop,
  stack: string,
  opts: DownOptions,
  task: Task,
): Promise<DownResult> {
  const { engine, machine } = shop;
  try {
    task.progress("looking");
    const known = fromTags(await engine.tags(stack));
    if (known === undefined) throw new Error("is no student's stack: it is left alone");
    if ("problem" in known)
      throw new Error(`${known.problem}: look at it by hand (pulumi stack tag ls -s ${stack})`);
    if (opts.expiredAt !== undefined && !hasExpired(known.lease, opts.expiredAt())) {
      return { status: "extended", until: known.lease.expires };
    }
    if (
      known.machine !== undefined &&
      known.machine !== machine.name &&
      !isEmpty(await engine.state(stack))
    ) {
      throw new Error(`its kind cluster is on ${known.machine}: run the command there`);
    }
    const { cleaned, unclear, state: before } = await recover(shop, stack, known);
    if (task.cancel.aborted)
      throw new EngineError("cancelled", "was cancelled before anything was destroyed");
    const gone = await clusterGone(shop, stack, known, before);
    if (before.resources.length > 0) {
      task.progress("destroy");
      await withLock(shop, stack, () =>
        engine.destroy(stack, { onProgress: task.progress, cancel: task.cancel, kill: task.kill }),
      );
    }
    task.progress("checking");
    const left = await whatIsLeft(shop, stack, known, unclear.length > 0 && opts.forget !== true);
    if (left.length === 0) await withLock(shop, stack, () => engine.remove(stack));
    const destroyed = before.resources.filter((r) => r.real).map((r) => `${r.type} ${r.id ?? r.urn}`);
    return { status: "destroyed", destroyed, cleaned, left, ...(gone ? { goneBefore: true } : {}) };
  } catch (e) {
    if (e instanceof EngineError && e.kind === "gone") return { status: "gone" };
    throw e;
  }
}

async function whatIsLeft(
  shop: Workshop,
  stack: string,
  known: EnvironmentRecord,
  countUnclear: boolean,
): Promise<string[]> {
  const after = await shop.engine.state(stack);
  const left = after.resources.map((r) => `${r.type} ${r.id ?? r.urn}`);
  if (countUnclear) {
    left.push(
      ...after.pending.map(
        (op) =>
          `maybe ${op.type}, whose creation was interrupted (${op.urn}): look for it, then run down --forget`,
      ),
    );
  }
  if (known.target === "kind" && (await shop.machine.kindClusters()).includes(stack)) {
    left.push(
      `kind cluster ${stack}, which the state does not know: if it is yours, kind delete cluster --name ${stack}`,
    );
  }
  if (known.target === "kind" && known.machine === shop.machine.name && after.resources.length === 0) {
    for (const { kind, name } of await shop.machine.outsideOf(stack)) {
      const remove = kind === "network" ? `docker network rm ${name}` : `docker rm --force ${name}`;
      left.push(`docker ${kind} ${name}, which the state does not know: if it is yours, ${remove}`);
    }
  }
  return left;
}

function isEmpty(state: StackState): boolean {
  return state.resources.length === 0 && state.pending.length === 0;
}
