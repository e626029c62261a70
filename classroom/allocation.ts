import { overlaps, parseNet, prefixOf, subnetAt } from "../kube/ip";
import type { Problem } from "../kube/problems";

/**
 * On one machine every kind cluster gets ports and address ranges of its own. A cluster has a slot, a small number
 * that is kept in the backend with its stack; everything else follows from the slot, so nothing moves when others
 * come and go.
 */
export interface AllocationRanges {
  /** First and last port of the machine that may be used. @default 20000-29999, below Linux's ephemeral ports */
  hostPorts: { from: number; to: number };
  /** Ports per cluster: the API server, HTTP, HTTPS, and one for each node port of the labs. @default 20 */
  portsPerCluster: number;
  /** Pod ranges are cut from here. @default 10.64.0.0/10: away from Docker's own 172.16.0.0/12 and 192.168.0.0/16 */
  podCidrs: string;
  /** Size of one pod range. kind gives each node a /24 of it. @default 20 */
  podPrefix: number;
  /** @default 10.32.0.0/12 */
  serviceCidrs: string;
  /** @default 22 */
  servicePrefix: number;
  /**
   * Docker networks of clusters whose labs need one of their own (`kind.network`) are cut from here.
   * @default 198.18.0.0/16: kept for tests (RFC 2544), and beside the 198.19.0.0/16 of this project's own stacks
   */
  networkCidrs: string;
  /** Size of one network: nodes, gateway and host1. @default 24 */
  networkPrefix: number;
}

export const DEFAULT_RANGES: AllocationRanges = {
  hostPorts: { from: 20000, to: 29999 },
  portsPerCluster: 20,
  podCidrs: "10.64.0.0/10",
  podPrefix: 20,
  serviceCidrs: "10.32.0.0/12",
  servicePrefix: 22,
  networkCidrs: "198.18.0.0/16",
  networkPrefix: 24,
};

/** Unique local addresses for more clusters than there are ports: nothing to choose. */
const IPV6 = { pods: "fd00:64::/40", services: "fd00:96::/96" } as const;

/** What one cluster gets. */
export interface ClusterAllocation {
  slot: number;
  apiPort: number;
  httpPort: number;
  httpsPort: number;
  /** Ports left for the labs' node ports, in order. */
  labPorts: readonly number[];
  podCidr: string;
  serviceCidr: string;
  /** The same for IPv6, where the class has it (`kind.ipFamily`). */
  podCidr6: string;
  serviceCidr6: string;
  /** For the docker network of its own, where a lab needs one. */
  networkCidr: string;
}

/** Ports that every cluster takes before those of the labs. */
const OWN_PORTS = 3;

/** What is wrong with the ranges themselves. */
export function allocationProblems(r: AllocationRanges, path = "allocation"): Problem[] {
  const problems: Problem[] = [];
  const { from, to } = r.hostPorts;
  if (from > to) {
    problems.push({
      path: `${path}.hostPorts`,
      value: `${from}-${to}`,
      message: "is empty",
      fix: "from ≤ to",
    });
  }
  if (r.portsPerCluster < OWN_PORTS) {
    problems.push({
      path: `${path}.portsPerCluster`,
      value: r.portsPerCluster,
      message: `is less than the ${OWN_PORTS} that every cluster needs (API server, HTTP, HTTPS)`,
      fix: `${OWN_PORTS} or more, plus the node ports of the labs`,
    });
  }
  const nets = (["pod", "service", "network"] as const).map((kind) => {
    const cidr = r[`${kind}Cidrs`];
    const net = cidr.includes("/") ? parseNet(cidr) : undefined;
    const size = net?.family === 4 ? net.prefix : undefined;
    if (size === undefined) {
      problems.push({
        path: `${path}.${kind}Cidrs`,
        value: cidr,
        message: "is not an IPv4 range",
        fix: "such as 10.64.0.0/10",
      });
    } else if (r[`${kind}Prefix`] < size) {
      problems.push({
        path: `${path}.${kind}Prefix`,
        value: r[`${kind}Prefix`],
        message: `is larger than the range ${cidr} it is cut from`,
        fix: `between ${size} and ${SMALLEST[kind]}`,
      });
    }
    return size === undefined ? undefined : { kind, cidr };
  });
  for (const [i, a] of nets.entries()) {
    for (const b of nets.slice(i + 1)) {
      if (a === undefined || b === undefined || !overlaps(a.cidr, b.cidr)) continue;
      problems.push({
        path: `${path}.${b.kind}Cidrs`,
        value: b.cidr,
        message: `overlaps the ${a.kind} ranges ${a.cidr}`,
        fix: "ranges that share no address",
      });
    }
  }
  return problems;
}

/** Longest prefix of what one cluster gets. */
const SMALLEST = { pod: 22, service: 26, network: 24 } as const;

type Bound = "hostPorts" | "podCidrs" | "serviceCidrs" | "networkCidrs";

/**
 * How many clusters fit, and what runs out first; with `networks` each has a docker network of its own. The ranges
 * must have been checked.
 */
export function capacity(r: AllocationRanges, networks = false): { clusters: number; bound: Bound } {
  const limits: [number, Bound][] = [
    [Math.floor((r.hostPorts.to - r.hostPorts.from + 1) / r.portsPerCluster), "hostPorts"],
    [2 ** (r.podPrefix - prefixOf(r.podCidrs)), "podCidrs"],
    [2 ** (r.servicePrefix - prefixOf(r.serviceCidrs)), "serviceCidrs"],
    ...(networks
      ? [[2 ** (r.networkPrefix - prefixOf(r.networkCidrs)), "networkCidrs"] as [number, Bound]]
      : []),
  ];
  const [clusters, bound] = limits.reduce((a, b) => (b[0] < a[0] ? b : a));
  return { clusters, bound };
}

/** What the cluster of a slot gets. */
export function allocationOf(slot: number, r: AllocationRanges): ClusterAllocation {
  const base = r.hostPorts.from + slot * r.portsPerCluster;
  return {
    slot,
    apiPort: base,
    httpPort: base + 1,
    httpsPort: base + 2,
    labPorts: Array.from({ length: r.portsPerCluster - OWN_PORTS }, (_, i) => base + OWN_PORTS + i),
    podCidr: subnetAt(r.podCidrs, r.podPrefix, slot),
    serviceCidr: subnetAt(r.serviceCidrs, r.servicePrefix, slot),
    podCidr6: subnetAt(IPV6.pods, 56, slot),
    serviceCidr6: subnetAt(IPV6.services, 112, slot),
    networkCidr: subnetAt(r.networkCidrs, r.networkPrefix, slot),
  };
}

/** Node ports of the labs that one cluster can map. */
export function roomForLabPorts(r: AllocationRanges): number {
  return r.portsPerCluster - OWN_PORTS;
}

/**
 * A slot for each name: the one it has, or the lowest that is free. `held` are the slots of all clusters on this
 * machine, of other classes too; `busy` those with a port or network that something else has. `networks`: whether
 * any of the clusters needs a docker network of its own.
 */
export function allocateSlots(
  names: readonly string[],
  held: ReadonlyMap<string, number>,
  ranges: AllocationRanges,
  busy: ReadonlySet<number> = new Set(),
  networks = false,
): { slots: Map<string, number>; problems: Problem[] } {
  const { clusters, bound } = capacity(ranges, networks);
  const taken = new Set([...held.values(), ...busy]);
  const slots = new Map<string, number>();
  const without: string[] = [];
  let next = 0;
  for (const name of names) {
    const has = held.get(name);
    if (has !== undefined) {
      slots.set(name, has);
      continue;
    }
    while (taken.has(next)) next++;
    if (next >= clusters) {
      without.push(name);
      continue;
    }
    taken.add(next);
    slots.set(name, next);
  }
  const first = without[0];
  if (first === undefined) return { slots, problems: [] };
  const others = [...held.keys()].filter((n) => !slots.has(n)).length + busy.size;
  const value = bound === "hostPorts" ? `${ranges.hostPorts.from}-${ranges.hostPorts.to}` : ranges[bound];
  const problem: Problem = {
    path: `allocation.${bound}`,
    value,
    message:
      `runs out: ${clusters} kind clusters fit on this machine, ${others} of them are taken by others, ` +
      `so ${without.length} of ${names.length} students get none (the first is ${first})`,
    fix: `widen ${bound}, give each cluster less, or split the class over machines`,
  };
  return { slots, problems: [problem] };
}
