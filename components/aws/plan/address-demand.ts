import { branchInterfaces } from "./branch-interfaces";
import { HOST_NETWORK_PODS, podCapacity, worstPlacement, type PodCapacity } from "./pod-capacity";
import {
  networkingOf,
  type GroupRequest,
  type Need,
  type NetworkRequest,
  type SubnetRole,
} from "./network-request";
import type { AddressUse } from "./warm-pool";

/** Free addresses that EKS wants in each control-plane subnet: 6 at least, 16 recommended (EKS guide, network requirements). */
export const CONTROL_PLANE_LEAST = 6;
export const CONTROL_PLANE_RECOMMENDED = 16;
/** Free addresses that a load balancer wants in each of its subnets (Elastic Load Balancing guides). */
const PER_LOAD_BALANCER = 8;
/** Load balancers that a class has room for; a lab has one or two. */
const LOAD_BALANCERS = 4;
/**
 * Nodes that an update of a managed group adds for a while: twice the number of its zones, so two in each
 * (EKS guide, managed node update behavior).
 */
export const UPDATE_SURGE_PER_ZONE = 2;

/** A group's capacity, for all of its instance types together. */
export interface GroupCapacity {
  group: GroupRequest;
  /** What the kubelet gets: the least of the types. */
  maxPods: number;
  /** The type that takes most addresses, which decides the subnets. */
  largest: PodCapacity;
  /** Nodes in one zone, and in all. */
  perZone: number;
  nodes: number;
  /** Pods of all its nodes, without those on the host network. */
  pods: number;
}

export function groupCapacities(request: NetworkRequest): GroupCapacity[] {
  const networking = networkingOf(request.cni);
  return request.groups.map((group) => {
    const all = group.types.map((facts) => podCapacity(facts, networking, request.warm));
    const maxPods = Math.min(...all.map((c) => c.maxPods));
    // The kubelet's number is one for the group: addresses are counted with it, not with each type's own.
    const capped = all.map((c) => ({ ...c, maxPods }));
    const largest = capped.reduce((a, b) =>
      worstPlacement(b, request.warm, 1).total > worstPlacement(a, request.warm, 1).total ? b : a,
    );
    const perZone = group.perZone ? group.max : Math.ceil(group.max / Math.max(1, group.zones.length));
    const nodes = group.perZone ? group.max * group.zones.length : group.max;
    return {
      group,
      maxPods,
      largest,
      perZone,
      nodes,
      pods: nodes * Math.max(0, maxPods - HOST_NETWORK_PODS),
    };
  });
}

/** What each role's subnet of a zone must hold. With `surge`, updates of node groups included. */
export function demand(request: NetworkRequest, zone: string, role: SubnetRole, surge: boolean): Need[] {
  const needs: Need[] = [];
  const add = (what: string, addresses: number, inPrefixes = 0) => {
    if (addresses > 0) needs.push({ what, addresses, inPrefixes });
  };
  if (role === "public") {
    add(`${LOAD_BALANCERS} load balancers`, LOAD_BALANCERS * PER_LOAD_BALANCER);
    if (request.nat === "perZone" || (request.nat === "single" && zone === request.zones[0]))
      add("NAT gateway", 1);
  }
  if (role === "private") {
    // On EC2 it is a node like the others.
    if (request.cluster !== "EC2") add("control plane", CONTROL_PLANE_RECOMMENDED);
    add("1 internal load balancer", PER_LOAD_BALANCER);
  }
  const carriesNodes = role === nodeRole(request);
  if (!carriesNodes && role !== "pod") return needs;

  const networking = networkingOf(request.cni);
  const capacities = groupCapacities(request);
  const possible = capacities.reduce((sum, c) => sum + c.pods, 0);
  for (const c of capacities) {
    if (!c.group.zones.includes(zone)) continue;
    const share =
      request.pods === undefined || possible === 0
        ? undefined
        : Math.ceil((request.pods * c.pods) / possible);
    const use = worstPlacement(c.largest, request.warm, c.perZone, share);
    const type = c.largest.facts.instanceType;
    const what = `${c.perZone} × ${type} (${c.group.name})`;
    // Prefixes are taken where pods' addresses are.
    const part = (u: AddressUse): [addresses: number, inPrefixes: number] =>
      role === "pod" ? [u.pod, u.inPrefixes] : [u.node, u.pod > 0 ? 0 : u.inPrefixes];
    add(role === "pod" ? `pods of ${what}` : `nodes ${what}`, ...part(use));
    // One address each, and the trunk's own; on pods' subnets where pods have some.
    if (request.branches === true && (role === "pod") === networking.customNetworking)
      add(`branch interfaces of ${c.group.name}`, c.perZone * (1 + branchesOf(c.group)));
    if (!surge) continue;
    const [addresses, inPrefixes] = part(c.largest.atRest);
    add(`update of ${c.group.name}`, UPDATE_SURGE_PER_ZONE * addresses, UPDATE_SURGE_PER_ZONE * inPrefixes);
  }
  return needs;
}

const branchesOf = ({ types }: GroupRequest): number =>
  Math.max(0, ...types.map((facts) => branchInterfaces(facts.instanceType) ?? 0));

/** Where nodes are launched: without NAT only the public subnets reach a registry. */
export function nodeRole(request: Pick<NetworkRequest, "nat">): "public" | "private" {
  return request.nat === "none" ? "public" : "private";
}

export function sum(needs: readonly Need[]): { addresses: number; inPrefixes: number } {
  return {
    addresses: needs.reduce((n, need) => n + need.addresses, 0),
    inPrefixes: needs.reduce((n, need) => n + need.inPrefixes, 0),
  };
}
