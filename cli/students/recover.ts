import type { EnvironmentRecord } from "../../classroom/record";
import {
  EngineError,
  type DockerThing,
  type Engine,
  type Machine,
  type PendingOperation,
  type StackState,
} from "../engine/engine-port";

/** What the work on one environment stands on. */
export interface Workshop {
  engine: Engine;
  machine: Machine;
  /** Take over locks whose holder cannot be seen from here (another machine, Pulumi Cloud). */
  breakLocks: boolean;
}

/**
 * Runs an operation that takes the stack's lock. A lock that a dead process of this machine left behind is taken
 * away, and the operation is run once more; a live one is left alone unless the user says to break it.
 */
export async function withLock<T>(shop: Workshop, stack: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (e) {
    if (!(e instanceof EngineError) || e.kind !== "locked") throw e;
    const { holder } = e;
    const here = holder?.machine === shop.machine.host;
    const dead = here && !shop.machine.alive(holder.pid);
    if (!shop.breakLocks && !dead) {
      const who =
        holder === undefined
          ? "another update"
          : `process ${holder.pid} ${here ? "of this machine" : `on ${holder.machine}`} since ${holder.since}`;
      const advice = here
        ? "let it end, or stop it"
        : "let it end; if you know that it is dead, run again with --break-locks";
      throw new EngineError("locked", `is being worked on by ${who}: ${advice}`, holder);
    }
    await shop.engine.cancel(stack);
    return operation();
  }
}

/** What recovery found. */
export interface Recovered {
  /** What was deleted that the state did not know: kind clusters by name, `docker network x`, `docker container x`. */
  cleaned: string[];
  /** Operations that may have made something which neither the state nor this machine knows. */
  unclear: PendingOperation[];
}

/**
 * Cleans what an interrupted operation left. A kind cluster is deleted only when a pending operation of this very
 * stack names it, or when its API server has the port that was allotted to this environment: then nobody else's
 * cluster can be meant. What a cloud may have made stays pending, and is told.
 */
export async function recover(
  shop: Workshop,
  stack: string,
  home: Pick<EnvironmentRecord, "target" | "machine" | "apiPort">,
): Promise<Recovered & { state: StackState }> {
  let state = await shop.engine.state(stack);
  const stray = await hasStray(shop, stack, home, state);
  if (state.pending.length === 0 && !stray) return { cleaned: [], unclear: [], state };
  // A live update has pending operations too: only when nobody holds the lock are they left-overs.
  await withLock(shop, stack, () => shop.engine.assertIdle(stack));
  state = await shop.engine.state(stack);
  const settled: string[] = [];
  const unclear: PendingOperation[] = [];
  const clusters = new Set<string>();
  const things: DockerThing[] = [];
  for (const op of state.pending) {
    const cluster = op.operation === "creating" ? kindClusterOf(op) : undefined;
    if (cluster !== undefined) clusters.add(cluster);
    const thing = op.operation === "creating" ? dockerThingOf(op, stack) : undefined;
    if (thing !== undefined) things.push(thing);
    if (cluster === undefined && op.operation === "creating" && !goesWithCluster(op.type)) unclear.push(op);
    // What was being updated or deleted is still in the state; objects of a cluster are made again or go with it.
    else settled.push(op.urn);
  }
  if (await hasStray(shop, stack, home, state)) clusters.add(stack);
  const there = clusters.size === 0 ? [] : await shop.machine.kindClusters();
  const cleaned = [...clusters].filter((c) => there.includes(c));
  for (const cluster of cleaned) await shop.machine.deleteKindCluster(cluster);
  // Docker keeps a network while anything is on it: nodes went first, host1 goes now.
  things.sort((a, b) => (a.kind < b.kind ? -1 : 1));
  for (const thing of home.machine === shop.machine.name ? things : []) {
    await shop.machine.removeFromDocker(thing);
    cleaned.push(`docker ${thing.kind} ${thing.name}`);
  }
  if (settled.length > 0) await shop.engine.dropPending(stack, settled);
  return { cleaned, unclear, state };
}

/** Whether the state knows a kind cluster of this machine that the machine does not have. */
export async function clusterGone(
  shop: Workshop,
  stack: string,
  home: Pick<EnvironmentRecord, "target" | "machine">,
  state: StackState,
): Promise<boolean> {
  if (home.target !== "kind" || home.machine !== shop.machine.name) return false;
  if (!state.resources.some((r) => kindClusterOf(r) === stack)) return false;
  return !(await shop.machine.kindClusters()).includes(stack);
}

/** Whether this environment's cluster runs although neither the state nor a pending operation knows it. */
async function hasStray(
  shop: Workshop,
  stack: string,
  home: Pick<EnvironmentRecord, "target" | "machine" | "apiPort">,
  state: StackState,
): Promise<boolean> {
  if (home.target !== "kind" || home.machine !== shop.machine.name || home.apiPort === undefined)
    return false;
  if ([...state.resources, ...state.pending].some((r) => kindClusterOf(r) === stack)) return false;
  if (!(await shop.machine.kindClusters()).includes(stack)) return false;
  return (await shop.machine.apiPort(stack)) === home.apiPort;
}

/** The kind cluster that a command was to make; undefined for anything else. */
export function kindClusterOf(op: Pick<PendingOperation, "type" | "inputs">): string | undefined {
  if (op.type !== "command:local:Command") return undefined;
  const create = op.inputs["create"];
  if (typeof create !== "string") return undefined;
  return /^kind create cluster --name ([a-z0-9][a-z0-9.-]*)(?:\s|$)/.exec(create)?.[1];
}

/** The network or host1 that a command was to make for this very stack (components/kind/network.ts). */
export function dockerThingOf(
  op: Pick<PendingOperation, "type" | "inputs">,
  stack: string,
): DockerThing | undefined {
  const undo = op.inputs["delete"];
  if (op.type !== "command:local:Command" || typeof undo !== "string") return undefined;
  if (undo === `docker network rm ${stack}`) return { kind: "network", name: stack };
  if (undo === `docker rm --force ${stack}-host1`) return { kind: "container", name: `${stack}-host1` };
  return undefined;
}

/** Objects inside a cluster, and commands that only read: nothing of theirs outlives the cluster. */
function goesWithCluster(type: string): boolean {
  return type.startsWith("kubernetes:") || type.startsWith("command:local:") || type.startsWith("pulumi:");
}
