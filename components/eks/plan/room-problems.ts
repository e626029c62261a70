import type { Problem } from "../../../kube/problems";
import { largerTypes } from "../../aws/plan/instance-types";
import { networkingOf, type CniMode } from "../../aws/plan/network-request";
import {
  fits,
  nodeCount,
  ownPods,
  roomOn,
  type NodeCount,
  type PodDemand,
  type Room,
  type RoomGroup,
} from "./node-room";
import { podCapacity } from "../../aws/plan/pod-capacity";
import type { WarmPool } from "../../aws/plan/warm-pool";

export interface RoomQuestion {
  groups: readonly RoomGroup[];
  /** What wants to run on that many nodes: some programs run once more on a larger cluster. */
  demands: (nodes: NodeCount) => PodDemand[];
  /** The same, each lab at the step where it has most. */
  largest: (nodes: NodeCount) => PodDemand[];
  cni: CniMode;
  warm: WarmPool;
  /** The cluster stands, so that an autoscaler of somebody's may run there. */
  standing: boolean;
}

/** Most nodes that a managed group can have (EKS quotas). */
const MOST_NODES = 450;

/** Pods that would wait for ever once the stack is up are refused; those that may wait later are told. */
export function roomProblems(q: RoomQuestion, path: string): { problems: Problem[]; warnings: string[] } {
  const { groups } = q;
  const subject = groups.find((g) => !g.tainted && g.nodes > 0);
  // Without a node for pods the plan has other problems, and says so.
  if (subject === undefined) return { problems: [], warnings: [] };
  const room = roomWith(q, groups);
  const atMost = groups.map((g) => ({ ...g, nodes: g.max * g.times }));
  if (!fits(room)) {
    const said = shortage(q, room, subject);
    if (q.standing && fits(roomWith(q, atMost)))
      return { problems: [], warnings: [`${said}; they run once there are more nodes`] };
    return {
      problems: [
        {
          path: `${path}.nodeGroups.${subject.name}`,
          value: `${room.nodes} × ${subject.types.map((t) => t.instanceType).join(", ")}`,
          message: said,
          fix: waysOut(q, subject).join("; or "),
        },
      ],
      warnings: [],
    };
  }
  const warnings: string[] = [];
  const later = roomWith({ ...q, demands: q.largest }, groups);
  if (!fits(later)) {
    warnings.push(
      `nodes: at a later step of the labs ${later.wanted} pods want to run besides each node's own, and ${later.carried} fit: ${waysOut({ ...q, demands: q.largest }, subject).join("; or ")}`,
    );
  } else if (room.carried - room.wanted < ROOM_TO_MOVE) {
    warnings.push(
      `nodes: room for ${count(room.carried - room.wanted, "pod")} more; an update of a Deployment starts the new pod before it stops the old one, and \`labs verify\` starts some of its own`,
    );
  }
  const least = roomWith(
    q,
    groups.map((g) => ({ ...g, nodes: g.min * g.times })),
  );
  if (!fits(least)) {
    warnings.push(
      `nodes: scaled down to min (${least.nodes}), ${least.carried} of ${least.wanted} pods would have a place`,
    );
  }
  return { problems: [], warnings };
}

/** Pods that verify and updates start beside those that run. */
const ROOM_TO_MOVE = 2;

function roomWith(q: Pick<RoomQuestion, "demands">, groups: readonly RoomGroup[]): Room {
  return roomOn(groups, q.demands(nodeCount(groups)));
}

function shortage(q: RoomQuestion, room: Room, group: RoomGroup): string {
  const demands = q.demands(nodeCount(q.groups));
  const { memory, tooLarge } = room;
  if (room.wanted > room.carried) {
    const own = ownPods(demands);
    const ofEach = own.reduce((n, d) => n + d.pods, 0);
    const each = `a node takes ${group.maxPods} pods, of which ${ofEach} are its own: ${own.map(named).join(", ")}`;
    return `${room.wanted} pods want to run (${consumers(demands)}), and ${room.carried} fit on ${nodes(room.nodes)} (${each})`;
  }
  if (tooLarge !== undefined) {
    return `a pod of ${tooLarge.what} asks for ${tooLarge.memory} MiB of memory, and a node has at most ${tooLarge.most} MiB for pods`;
  }
  return `the pods ask for ${memory.wanted} MiB of memory, and ${nodes(room.nodes)} have at most ${memory.carried} MiB for them`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
const nodes = (n: number): string => count(n, "node");
const named = ({ what, pods }: PodDemand): string => (pods === 1 ? what : `${what} ${pods}`);

function consumers(demands: readonly PodDemand[]): string {
  const counts = new Map<string, number>();
  for (const d of demands) if (d.perNode !== true) counts.set(d.what, (counts.get(d.what) ?? 0) + d.pods);
  return [...counts].map(([what, pods]) => `${what} ${pods}`).join(", ");
}

/** What would make room, each worked out to fit: more nodes, a larger type, prefixes, fewer labs. */
function waysOut(q: RoomQuestion, group: RoomGroup): string[] {
  const at = `nodeGroups.${group.name}`;
  const fitsWith = (change: Partial<RoomGroup>) =>
    fits(
      roomWith(
        q,
        q.groups.map((g) => (g.name === group.name ? { ...g, ...change } : g)),
      ),
    );
  const ways: string[] = [];
  for (let min = Math.ceil(group.nodes / group.times) + 1; min <= MOST_NODES; min++) {
    if (!fitsWith({ nodes: min * group.times, min })) continue;
    ways.push(`more nodes: ${at}.min ${min}${min > group.max ? ", and max no less" : ""}`);
    break;
  }
  const [facts] = group.types;
  const capacity = (cni: CniMode, type = facts) =>
    type === undefined ? 0 : podCapacity(type, networkingOf(cni), q.warm).maxPods;
  const larger =
    facts === undefined
      ? undefined
      : largerTypes(facts).find((t) => fitsWith({ types: [t], maxPods: capacity(q.cni, t) }));
  if (larger !== undefined) ways.push(`a larger type: ${at}.instanceTypes [${larger.instanceType}]`);
  const prefixed = { aws: "aws-prefix", "aws-custom": "aws-custom-prefix" } as const;
  if (q.cni in prefixed && group.types.every((t) => t.nitro)) {
    const cni = prefixed[q.cni as keyof typeof prefixed];
    const maxPods = Math.min(...group.types.map((t) => capacity(cni, t)));
    if (fitsWith({ maxPods })) ways.push(`prefixes: cni ${cni}, with ${maxPods} pods on a node`);
  }
  const bare = q.demands(nodeCount(q.groups)).filter((d) => d.lab !== true);
  if (fits(roomOn(q.groups, bare))) ways.push("fewer labs");
  return ways.length === 0 ? ["larger nodes, and more of them"] : ways;
}
