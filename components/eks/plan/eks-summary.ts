import type { EksPlan } from "./eks-plan";
import { networkingOf, UNKNOWN } from "../../aws/plan/network-request";
import type { Room } from "./node-room";
import { HOST_NETWORK_PODS } from "../../aws/plan/pod-capacity";

/** An EKS plan as tables of plain data: what `labs plan` prints and gives as JSON. */
export interface EksSummary {
  region: string;
  cni: string;
  vpc: { cidr: string; secondaryCidrs: readonly string[]; nat: string; zones: readonly string[] };
  serviceCidr: string;
  apiServer: string;
  subnets: SubnetSummary[];
  nodeGroups: NodeGroupSummary[];
  /** Pods that the stack runs and the nodes of its start carry, besides each node's own. */
  room?: Room & { own: number };
  loadBalancer: string;
  tags: Record<string, string>;
}

export interface SubnetSummary {
  name: string;
  zone: string;
  cidr: string;
  /** Absent where AWS must be asked first. */
  usable?: number;
  needed: number;
  /** Percent of the usable addresses. */
  use?: number;
  for: string[];
  prefixReservations: string[];
}

export interface NodeGroupSummary {
  name: string;
  instanceTypes: readonly string[];
  amiType: string;
  capacityType: string;
  min: number;
  desired: number;
  max: number;
  zones: readonly string[];
  maxPods: number;
  /** Pods of the group at its most nodes, without those that every node has of its own. */
  pods: number;
  /** VPC addresses of one node of the type that takes most. */
  addressesAtRest: number;
  addressesFull: number;
}

export function eksSummary(plan: EksPlan, room?: EksSummary["room"]): EksSummary {
  const { network } = plan;
  return {
    region: plan.place.region,
    cni: plan.cni,
    vpc: {
      cidr: network.vpcCidr,
      secondaryCidrs: network.secondaryCidrs,
      nat: network.nat,
      zones: network.zones,
    },
    serviceCidr: plan.serviceCidr,
    apiServer:
      plan.publicCidrs.length === 0
        ? "inside the VPC only"
        : `inside the VPC, and from ${plan.publicCidrs.join(", ")}`,
    subnets: network.subnets.map((s) => ({
      name: s.name,
      zone: s.zone,
      cidr: s.cidr,
      needed: s.needed,
      ...(s.cidr === UNKNOWN
        ? {}
        : { usable: s.usable, use: Math.round((100 * s.needed) / Math.max(1, s.usable)) }),
      for: s.needs.map((n) => `${n.what} ${n.addresses}`),
      prefixReservations: s.prefixReservations,
    })),
    nodeGroups: plan.nodeGroups.map((g) => {
      const capacity = plan.capacities.find(
        (c) => g.name === c.group.name || g.name.startsWith(`${c.group.name}-`),
      );
      return {
        name: g.name,
        instanceTypes: g.instanceTypes,
        amiType: g.amiType,
        capacityType: g.capacityType,
        min: g.min,
        desired: g.desired,
        max: g.max,
        zones: g.zones,
        maxPods: g.maxPods,
        pods: g.max * Math.max(0, g.maxPods - (room?.own ?? HOST_NETWORK_PODS)),
        addressesAtRest: capacity?.largest.atRest.total ?? 0,
        addressesFull: capacity?.largest.full.total ?? 0,
      };
    }),
    ...(room === undefined ? {} : { room }),
    loadBalancer:
      plan.loadBalancer.controller === "aws-lbc"
        ? `AWS Load Balancer Controller by ${plan.loadBalancer.identity}, targets: ${networkingOf(plan.cni).cni === "calico" ? "instances" : "instances or addresses"}`
        : "in-tree, targets: instances",
    tags: plan.tags,
  };
}
