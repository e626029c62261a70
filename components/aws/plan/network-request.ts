import type { NetworkConfig } from "../network-config";
import type { InstanceFacts } from "./instance-types";
import type { PodNetworking, WarmPool } from "./warm-pool";

/**
 * Where pods get their addresses, in one word.
 * `aws`: VPC CNI, one address per pod. `aws-prefix`: VPC CNI, /28 prefixes. `aws-custom`: VPC CNI, pods on subnets of
 * their own in secondary ranges. `aws-custom-prefix`: the same with /28 prefixes. `calico`: Calico's overlay, no VPC address.
 */
export type CniMode = (typeof cniModes)[number];

export const cniModes = ["aws", "aws-prefix", "aws-custom", "aws-custom-prefix", "calico"] as const;

/** Where pods live on subnets of their own if nothing is said: what AWS recommends for pods. */
export const POD_RANGE = "100.64.0.0/16";

/** What a mode means for addresses. */
export function networkingOf(mode: CniMode): PodNetworking {
  return {
    cni: mode === "calico" ? "calico" : "aws",
    prefixDelegation: mode === "aws-prefix" || mode === "aws-custom-prefix",
    customNetworking: mode === "aws-custom" || mode === "aws-custom-prefix",
  };
}

/** A node group as the planner needs it. */
export interface GroupRequest {
  name: string;
  /** Facts of every instance type that the group may use; the smallest decides pods, the largest addresses. */
  types: readonly InstanceFacts[];
  /** Most nodes; of each zone with `perZone`, else of the whole group. */
  max: number;
  /** Zones that the group uses, out of the network's. */
  zones: readonly string[];
  /** One managed group per zone, each with its own numbers. */
  perZone: boolean;
}

/** All that the layout of a network is decided by: plain data. */
export interface NetworkRequest {
  /** Whose network it is, which decides its least and its words. @default EKS */
  cluster?: "EKS" | "EC2";
  region: string;
  /** Availability zones by name, 2 to 4 (on EC2 1 to 4). */
  zones: readonly string[];
  cni: CniMode;
  vpcCidr: string;
  /** Further ranges of the VPC; with custom networking pods live there. */
  secondaryCidrs: readonly string[];
  serviceCidr: string;
  /** Pools of Calico's overlay; empty in the other modes. */
  podCidrs: readonly string[];
  peers: NetworkConfig["peers"];
  /** How what is in the VPC gets out; `existing`: as the VPC that is there has it; `isolated`: not at all. */
  nat: NetworkConfig["nat"] | "existing" | "isolated";
  /** Prefix lengths that are wanted; what is left out is sized from the need. */
  prefixes: NetworkConfig["prefixes"];
  groups: readonly GroupRequest[];
  warm: WarmPool;
  /** Nodes carry branch interfaces, for pods with security groups of their own. */
  branches?: boolean;
  /** Pods planned in all. Without: every node full. */
  pods?: number;
}

/** Range of a subnet that is there, before AWS was asked. */
export const UNKNOWN = "unknown";

export type SubnetRole = "public" | "private" | "pod";

/** Who needs how many addresses of a subnet. */
export interface Need {
  what: string;
  addresses: number;
  /** Of these, in whole /28 prefixes. */
  inPrefixes: number;
}

/** One subnet of the plan. */
export interface SubnetPlan {
  /** Of a subnet that is there already. */
  id?: string;
  /** `private-a`: role and the zone's letter; the subnet's identity. */
  name: string;
  role: SubnetRole;
  zone: string;
  /** `unknown` of a subnet that is there, before AWS was asked. */
  cidr: string;
  prefix: number;
  /** Addresses that can be used: without the five that AWS keeps; of a subnet that is there, those that are free. */
  usable: number;
  needs: Need[];
  /** Sum of the needs. */
  needed: number;
  /** Ranges kept for /28 prefixes, so that single addresses do not fragment them. */
  prefixReservations: string[];
  /** Whether nodes are launched here. */
  nodes: boolean;
}

/** A network that fits. */
export interface NetworkPlan {
  /** The VPC, if it is there already. */
  existing?: { vpcId: string; tagSubnets: boolean };
  vpcCidr: string;
  secondaryCidrs: string[];
  zones: readonly string[];
  nat: NetworkRequest["nat"];
  subnets: SubnetPlan[];
}

/** NAT gateways that the stack makes, each with an Elastic IP. */
export function natGateways({ nat, zones }: Pick<NetworkPlan, "nat" | "zones">): number {
  return nat === "single" ? 1 : nat === "perZone" ? zones.length : 0;
}

/** The letter of a zone: `us-west-2a` → `a`. */
export function zoneLetter(zone: string): string {
  return zone.slice(-1);
}

/** Whether the API server reaches pods: it lives in the VPC, an overlay does not. */
export function controlPlaneReaches(mode: CniMode): boolean {
  return mode !== "calico";
}
