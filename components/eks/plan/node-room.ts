import type { AwsFacts } from "./aws-facts";
import type { EksPlan } from "./eks-plan";
import type { InstanceFacts } from "../../aws/plan/instance-types";
import { networkingOf } from "../../aws/plan/network-request";
import { podCapacity } from "../../aws/plan/pod-capacity";

/** Pods of one kind that a stack runs: what a scheduler counts them by. */
export interface PodDemand {
  /** Whose they are, for messages: a lab's instance, or a program. */
  what: string;
  /** How many in all; of each node that they tolerate with `perNode`. */
  pods: number;
  perNode?: boolean;
  /** On the node's own network: a pod for the kubelet, no address of the VPC. */
  hostNetwork?: boolean;
  /** Goes to tainted nodes too. */
  toleratesAll?: boolean;
  /** MiB that one pod requests; 0 where it requests none. */
  memory: number;
  /** Belongs to a lab, so that it can be left out. */
  lab?: boolean;
}

/** Nodes that are there, and the fewest that there may be. */
export interface NodeCount {
  now: number;
  least: number;
}

/** Nodes of one group of the config. */
export interface RoomGroup {
  name: string;
  types: readonly InstanceFacts[];
  maxPods: number;
  nodes: number;
  min: number;
  max: number;
  /** Managed groups that each have these numbers: with `perZone` one for each zone. */
  times: number;
  tainted: boolean;
}

/** What nodes carry, against what wants to run on them besides the pods that each node has of its own. */
export interface Room {
  nodes: number;
  /** Pods that are not on every node. */
  wanted: number;
  carried: number;
  /** The same in MiB of requests; `carried` is infinite where a type's memory is not known. */
  memory: { wanted: number; carried: number };
  /** A pod that asks for more memory than any node has for it. */
  tooLarge?: { what: string; memory: number; most: number };
}

export const nodeCount = (groups: readonly RoomGroup[]): NodeCount => ({
  now: groups.reduce((n, g) => n + g.nodes, 0),
  least: groups.reduce((n, g) => n + g.min * g.times, 0),
});

/** Pods that every node of a group has of its own. */
export const ownPods = (demands: readonly PodDemand[], tainted = false): PodDemand[] =>
  demands.filter((d) => d.perNode === true && (!tainted || d.toleratesAll === true));

const sum = (demands: readonly PodDemand[], of: (d: PodDemand) => number = () => 1): number =>
  demands.reduce((n, d) => n + d.pods * of(d), 0);

const memoryOf = (d: PodDemand): number => d.memory;

/**
 * Most MiB that a node has for pods: EKS's images keep 255 and 11 for each pod of AWS's formula (amazon-eks-ami, nodeadm),
 * the kubelet evicts below 100. The system itself takes more, so this is never too little.
 */
function memoryForPods({ types, maxPods }: RoomGroup): number {
  const each = types.map((facts) => {
    const { publishedMaxPods = maxPods } = podCapacity(facts, networkingOf("aws"));
    return (facts.memory ?? Infinity) - (255 + 11 * Math.min(maxPods, publishedMaxPods)) - 100;
  });
  return Math.max(...each);
}

/** What fits on the nodes. Only what no scheduler could place is counted as too much: labels and affinities are left out. */
export function roomOn(groups: readonly RoomGroup[], demands: readonly PodDemand[]): Room {
  const slots = (g: RoomGroup) => Math.max(0, g.maxPods - sum(ownPods(demands, g.tainted)));
  const memory = (g: RoomGroup) => Math.max(0, memoryForPods(g) - sum(ownPods(demands, g.tainted), memoryOf));
  const total = (some: readonly RoomGroup[], of: (g: RoomGroup) => number) =>
    some.reduce((n, g) => n + (g.nodes === 0 ? 0 : g.nodes * of(g)), 0);
  const open = groups.filter((g) => !g.tainted);
  const closed = groups.filter((g) => g.tainted);
  const floating = demands.filter((d) => d.perNode !== true);
  const anywhere = floating.filter((d) => d.toleratesAll === true);
  const picky = floating.filter((d) => d.toleratesAll !== true);
  const wanted = (room: (g: RoomGroup) => number, of?: (d: PodDemand) => number) =>
    sum(picky, of) + Math.max(0, sum(anywhere, of) - total(closed, room));
  const most = Math.max(0, ...open.filter((g) => g.nodes > 0).map(memory));
  const large = picky.find((d) => d.memory > most);
  return {
    nodes: nodeCount(groups).now,
    wanted: wanted(slots),
    carried: total(open, slots),
    memory: { wanted: wanted(memory, memoryOf), carried: total(open, memory) },
    ...(large === undefined ? {} : { tooLarge: { what: large.what, memory: large.memory, most } }),
  };
}

export const fits = ({ wanted, carried, memory, tooLarge }: Room): boolean =>
  wanted <= carried && memory.wanted <= memory.carried && tooLarge === undefined;

/**
 * The groups of a plan with the nodes that they have after the next `up`: those at the start, or, of groups that stand,
 * those that AWS has now. Nothing in the stack adds nodes later.
 */
export function roomGroups(plan: EksPlan, aws: AwsFacts): RoomGroup[] {
  return plan.capacities.map(({ group, maxPods }) => {
    const made = plan.nodeGroups.filter((g) =>
      group.perZone
        ? group.zones.some((z) => g.name === `${group.name}-${z.slice(-1)}`)
        : g.name === group.name,
    );
    const now = (g: (typeof made)[number]) =>
      (g.keepsDesired ? aws.cluster?.nodeGroups[g.name]?.desired : undefined) ?? g.desired;
    return {
      name: group.name,
      types: group.types,
      maxPods,
      nodes: made.reduce((n, g) => n + now(g), 0),
      min: made[0]?.min ?? 0,
      max: made[0]?.max ?? 0,
      times: made.length,
      tainted: made.some((g) => g.taints.some((t) => t.effect !== "PreferNoSchedule")),
    };
  });
}
