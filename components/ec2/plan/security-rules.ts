import type { Traffic } from "../ec2-config";

/** One rule of a security group, as plain data: one resource each, so that a change touches no other. */
export interface SecurityRule {
  /** The rule's identity. */
  name: string;
  group: "nodes" | "control-plane";
  /** Who may: a group of this cluster, or a range. */
  from: { group: "nodes" | "control-plane" } | { cidr: string };
  /** `tcp`, `udp`, `icmp`, `-1` (all), or the number of an IP protocol. */
  protocol: string;
  ports?: { from: number; to: number };
  description: string;
}

export interface Openings {
  between: readonly Traffic[];
  /** Ranges of pods. */
  podCidrs: readonly string[];
  publicCidrs: readonly string[];
  nodePortCidrs: readonly string[];
}

const TRAFFIC: Readonly<Record<Traffic, Pick<SecurityRule, "protocol" | "ports" | "description">>> = {
  bgp: { protocol: "tcp", ports: { from: 179, to: 179 }, description: "BGP between nodes" },
  // A protocol beside TCP and UDP: a rule with ports never matches it.
  ipip: { protocol: "4", description: "IPIP between nodes: IP protocol 4" },
  vxlan: { protocol: "udp", ports: { from: 4789, to: 4789 }, description: "VXLAN between nodes" },
  wireguard: { protocol: "udp", ports: { from: 51820, to: 51820 }, description: "WireGuard between nodes" },
  typha: { protocol: "tcp", ports: { from: 5473, to: 5473 }, description: "Felix to Typha" },
};

const one = (port: number) => ({ from: port, to: port });
const slug = (cidr: string) => cidr.replace(/[./]/g, "-");

/** What may come in, to which nodes, from whom. Everything may go out. */
export function securityRules({ between, podCidrs, publicCidrs, nodePortCidrs }: Openings): SecurityRule[] {
  const nodes = { group: "nodes" } as const;
  const control = { group: "control-plane" } as const;
  return [
    {
      ...control,
      name: "api-nodes",
      from: nodes,
      protocol: "tcp",
      ports: one(6443),
      description: "API server, for nodes and pods",
    },
    ...publicCidrs.map((cidr) => ({
      ...control,
      name: `api-${slug(cidr)}`,
      from: { cidr },
      protocol: "tcp",
      ports: one(6443),
      description: "API server, from outside",
    })),
    {
      ...control,
      name: "etcd",
      from: control,
      protocol: "tcp",
      ports: { from: 2379, to: 2380 },
      description: "etcd, for control planes alone",
    },
    { ...nodes, name: "kubelet", from: nodes, protocol: "tcp", ports: one(10250), description: "kubelet" },
    {
      ...nodes,
      name: "ping",
      from: nodes,
      protocol: "icmp",
      description: "ping, and what says that a packet is too large",
    },
    ...between.map((what) => ({ ...nodes, name: what, from: nodes, ...TRAFFIC[what] })),
    // A rule that names a group is about its members' own addresses, and a packet that is not wrapped has a pod's.
    ...podCidrs.map((cidr) => ({
      ...nodes,
      name: `pods-${slug(cidr)}`,
      from: { cidr },
      protocol: "-1",
      description: "pods whose packets are not wrapped",
    })),
    ...nodePortCidrs.map((cidr) => ({
      ...nodes,
      name: `node-ports-${slug(cidr)}`,
      from: { cidr },
      protocol: "tcp",
      ports: { from: 30000, to: 32767 },
      description: "node ports, from outside",
    })),
  ];
}
