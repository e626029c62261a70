import type { KindPlan } from "../../components/kind/plan/kind-plan";
import { lookAtDocker } from "../../stacks/kind-neighbours";
import type { Machine, StackState } from "./engine-port";
import { withLock, type Workshop } from "../students/recover";
import type { RunNote, Thing } from "./run-journal";

/** Things that the commands of a kind stack make, in the order in which they can be removed. */
export function thingsOf(plan: KindPlan): Thing[] {
  const { network } = plan;
  return [
    { kind: "cluster", name: plan.name },
    ...(network?.host1 === undefined ? [] : [{ kind: "container", name: network.host1.container } as const]),
    ...(network === undefined ? [] : [{ kind: "network", name: network.name } as const]),
  ];
}

/** The engine and this machine, and which of things the machine has. */
export interface Ground {
  shop: Workshop;
  there: (things: readonly Thing[]) => Promise<Thing[]>;
}

/** Those of the things that this machine has, as kind and Docker say. */
export async function thereHere(things: readonly Thing[], machine: Machine): Promise<Thing[]> {
  const clusters = await machine.kindClusters();
  const onlyCluster = things.every((t) => t.kind === "cluster");
  const docker = onlyCluster ? { containers: [], networks: [] } : lookAtDocker();
  const names = {
    cluster: clusters,
    container: docker.containers.map((c) => c.name),
    network: docker.networks.map((n) => n.name),
  };
  return things.filter((t) => names[t.kind].includes(t.name));
}

/** The thing that a command makes; undefined for other resources. */
export function thingOf(r: { type: string; inputs: Readonly<Record<string, unknown>> }): Thing | undefined {
  const undo = r.inputs["delete"];
  if (r.type !== "command:local:Command" || typeof undo !== "string") return undefined;
  for (const [kind, pattern] of UNDO) {
    const name = pattern.exec(undo)?.[1];
    if (name !== undefined) return { kind, name };
  }
  return undefined;
}

/** The things that the state says are there. */
export function knownOf(state: Pick<StackState, "resources">): Thing[] {
  return state.resources.filter((r) => r.deleted !== true).flatMap((r) => thingOf(r) ?? []);
}

/** The commands of components/kind. */
const UNDO: readonly (readonly [Thing["kind"], RegExp])[] = [
  ["cluster", /^kind delete cluster --name (\S+)$/],
  ["container", /^docker rm --force (\S+)$/],
  ["network", /^docker network rm (\S+)$/],
];

const same = (a: Thing, b: Thing): boolean => a.kind === b.kind && a.name === b.name;

/**
 * Removes what a run that did not end has left: a dead lock, operations that were begun, and what it made and the
 * state does not know. Nothing is removed that was on the machine before that run.
 */
export async function cleanUp(ground: Ground, stack: string, note: RunNote): Promise<string[]> {
  const { shop } = ground;
  // Who works on the stack has begun operations too: they are left-overs only when nobody does.
  await withLock(shop, stack, () => shop.engine.assertIdle(stack));
  const state = await shop.engine.state(stack);
  const found = await unknownOf(ground, state, note);
  // Docker keeps a network while anything is on it: the cluster goes first, then host1.
  for (const t of found)
    await (t.kind === "cluster"
      ? shop.machine.deleteKindCluster(t.name)
      : shop.machine.removeFromDocker({ kind: t.kind, name: t.name }));
  // Objects of a cluster are made again, or went with it; what was being updated or deleted is still in the state.
  const begun = state.pending.map((op) => op.urn);
  if (begun.length > 0 || state.resources.some((r) => r.deleted === true))
    await shop.engine.dropPending(stack, begun);
  return found.map((t) => (t.kind === "cluster" ? `kind cluster ${t.name}` : `docker ${t.kind} ${t.name}`));
}

/** What a run has made and the state does not know: a command that was cancelled leaves no trace there. */
export async function unknownOf(
  { there }: Pick<Ground, "there">,
  state: Pick<StackState, "resources">,
  note: RunNote,
): Promise<Thing[]> {
  const known = knownOf(state);
  const unknown = note.fresh.filter((t) => !known.some((k) => same(k, t)));
  return unknown.length === 0 ? [] : there(unknown);
}

/**
 * What must be replaced so that a cluster that is gone from the machine is made anew: the engine asks no command
 * whether its work is still there. Its shape, so that objects in it are given up with it (components/kind).
 */
export function replaceFor(state: Pick<StackState, "resources">, cluster: string): string[] {
  const known = knownOf(state).some((t) => t.kind === "cluster" && t.name === cluster);
  if (!known) return [];
  return state.resources.map((r) => r.urn).filter((urn) => urn.endsWith("::kind-shape"));
}
