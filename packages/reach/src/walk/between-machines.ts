import type { Host } from "../input/hosts";
import { poolsOf, type Pool } from "../input/ip-pools";
import { waysBetween } from "../hosts/node-ways";
import type { Endpoint } from "../reach-model";
import type { State } from "../reach-state";
import type { Hop } from "./hop";
import { addressOf, machineOf } from "./names";

/** Ends of a way, with the machines that are known. */
export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly sender: Host | undefined;
  readonly receiver: Host | undefined;
  /** Whether both are on one machine; undefined where that is not known. */
  readonly local: boolean | undefined;
}

/**
 * From a machine to the pod's: the route, and how the packet is wrapped. Routes and tunnels are Calico's where its pools
 * are in the input; of another CNI nothing is known but that it carries the packet.
 * @param at the machine that sends it on
 */
export function toPod(state: State, at: string, ends: Ends): Hop[] {
  const { destination, receiver, local } = ends;
  const pools = poolsOf(state.pools, destination);
  const into: Hop = {
    at: machineOf(destination, receiver),
    does: "goes to the pod's interface",
    by:
      pools.length === 0
        ? "a route of the CNI"
        : `route ${addressOf(destination) ?? "<pod>"} dev cali… scope link`,
  };
  if (local === true) return [into];
  const perhaps =
    local === undefined ? ["whether the pod is on this very node: then nothing is sent between nodes"] : [];
  const { unknown, ...way } = pools.length === 0 ? NO_POOLS : between(state, pools, ends);
  const open = [...(unknown === undefined ? [] : [unknown]), ...perhaps];
  return [{ at, ...way, ...(open.length === 0 ? {} : { unknown: open.join("; ") }) }, into];
}

type Way = Omit<Hop, "at">;

const NO_POOLS: Way = {
  does: "goes to the pod's node",
  by: "routes of the CNI",
  unknown: "how packets go between nodes: no IPPool of Calico's is in the input",
};

function between(state: State, pools: readonly Pool[], { source, destination, sender, receiver }: Ends): Way {
  const encrypted = [sender, receiver].every((host) => (host?.tunnels.wireguard ?? []).length > 0);
  if (encrypted)
    return {
      does: "is encrypted, and goes from node to node as UDP 51820",
      by: "WireGuard: dev wireguard.cali, as both nodes have an address for it",
    };
  const [tunnel, ...others] = new Set(pools.map((pool) => pool.tunnel));
  if (others.length > 0)
    return {
      does: "goes to the pod's node",
      by: "the route to the block of its pool",
      unknown: "which pool the pod's address is of: they differ in how packets are wrapped",
    };
  const ways = waysBetween(state, source, destination, false, sender, receiver);
  if (tunnel === undefined || ways.every((way) => way === "fabric")) {
    const plain = { does: "goes to the pod's node as it is, from pod to pod", by: PLAIN[tunnel ?? "none"] };
    return tunnel === undefined || (sender?.subnets ?? []).length > 0 ? plain : { ...plain, unknown: ONE_24 };
  }
  if (ways.length === 1) return WRAPPED[tunnel];
  return {
    does: `between subnets ${WRAPPED[tunnel].does}; within one it goes as it is`,
    by: `${WRAPPED[tunnel].by}; the pool is CrossSubnet`,
    unknown: "whether both nodes are in one subnet",
  };
}

const ONE_24 =
  "whether that is one subnet, as nothing on the nodes says; their addresses are of one /24, which is hardly ever divided";
const PLAIN = {
  none: "route to the pod's block via that node, learned by BGP (proto bird)",
  ipip: "route to the pod's block via that node, learned by BGP (proto bird): one subnet",
  vxlan: "route to the pod's block via that node, Felix's own: one subnet",
} as const;

/** Sizes: 20 for IPv4; 20 + 8 + 8 + 14, and 20 more where the outer packet is IPv6. */
const WRAPPED = {
  ipip: {
    does: "is wrapped, from node to node: IP protocol 4 (IPIP), 20 bytes more",
    by: "route to the pod's block dev tunl0, learned by BGP (proto bird)",
  },
  vxlan: {
    does: "is wrapped, from node to node: UDP 4789 (VXLAN), 50 bytes more, 70 with IPv6 outside",
    by: "route to the pod's block dev vxlan.calico",
  },
} as const;

/** To what is no pod, outside or another machine: whether the source's address is replaced. */
export function toMachine(state: State, at: string, { source, sender }: Ends): Hop[] {
  if (source.type !== "workload") return [];
  const out = { at, does: "leaves the node", by: "the node's own routes" };
  const pools = poolsOf(state.pools, source);
  const masked = new Set(pools.map((pool) => pool.masquerades));
  if (masked.size === 0)
    return [
      {
        ...out,
        unknown: "whether the source's address is replaced: no IPPool of Calico's is in the input",
      },
    ];
  if (masked.size > 1)
    return [{ ...out, unknown: "which pool the pod's address is of: they differ in natOutgoing" }];
  const address = sender === undefined ? undefined : addressOf(sender.node);
  return [
    masked.has(true)
      ? {
          at,
          does: `source becomes the node's address${address === undefined ? "" : ` ${address}`}, and it leaves the node`,
          by: "natOutgoing of the pod's pool (chain cali-nat-outgoing), for what is in no pool",
        }
      : {
          at,
          does: "leaves the node with the pod's own address: the answer needs a route back",
          by: "natOutgoing of the pod's pool is off",
        },
  ];
}
