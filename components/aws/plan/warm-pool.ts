import type { InstanceFacts } from "./instance-types";

/** How pods get their addresses. `calico`: from an overlay pool, so they take none from the VPC. */
export interface PodNetworking {
  cni: "aws" | "calico";
  /** /28 prefixes instead of single addresses; needs Nitro. */
  prefixDelegation: boolean;
  /** Pods on subnets of their own; the node's first interface then carries none of them. */
  customNetworking: boolean;
}

/**
 * The VPC CNI's warm pool: what a node keeps ready. Names and meaning as its environment variables
 * (aws/amazon-vpc-cni-k8s docs/eni-and-ip-target.md, docs/prefix-and-ip-target.md).
 */
export interface WarmPool {
  /** WARM_ENI_TARGET: whole free interfaces. @default 1; ignored once warmIp is set, and with prefixes */
  warmEni?: number;
  /** WARM_IP_TARGET: free addresses. Overrides warmEni and warmPrefix. */
  warmIp?: number;
  /** MINIMUM_IP_TARGET: addresses held at least. Only together with warmIp: alone it stops growth. */
  minimumIp?: number;
  /** WARM_PREFIX_TARGET: whole free /28 prefixes. @default 1 */
  warmPrefix?: number;
}

/** VPC addresses that one node holds. */
export interface AddressUse {
  /** From the node's own subnet. */
  node: number;
  /** From the pod subnet; 0 unless pods have subnets of their own. */
  pod: number;
  /** Both. */
  total: number;
  /** Of those, addresses that come as whole /28 prefixes and need contiguous room. */
  inPrefixes: number;
  /** Interfaces attached. */
  enis: number;
}

const PREFIX_SIZE = 16;

/** Interfaces whose addresses go to pods: the first one does not with custom networking. */
export function podInterfaces(facts: InstanceFacts, networking: PodNetworking): number {
  return networking.customNetworking ? Math.max(0, facts.enis - 1) : facts.enis;
}

/**
 * Addresses that a node holds while `pods` of its pods have a VPC address (pods on the host network need none).
 * Reproduces the published tables of the VPC CNI; see the tests.
 */
export function addressesHeld(
  facts: InstanceFacts,
  networking: PodNetworking,
  warm: WarmPool,
  pods: number,
): AddressUse {
  if (networking.cni === "calico") return { node: 1, pod: 0, total: 1, inPrefixes: 0, enis: 1 };
  const interfaces = podInterfaces(facts, networking);
  const slots = facts.ipv4PerEni - 1;
  const byIp = warm.warmIp !== undefined || warm.minimumIp !== undefined;
  const wanted = Math.max(warm.minimumIp ?? 0, pods + (warm.warmIp ?? 0));

  let enis: number;
  let held: number;
  if (networking.prefixDelegation) {
    const target = byIp ? ceilDiv(wanted, PREFIX_SIZE) : ceilDiv(pods, PREFIX_SIZE) + (warm.warmPrefix ?? 1);
    const prefixes = Math.min(interfaces * slots, Math.max(1, target));
    enis = ceilDiv(prefixes, slots);
    held = prefixes * PREFIX_SIZE;
  } else if (byIp) {
    held = Math.min(interfaces * slots, Math.max(1, wanted));
    enis = ceilDiv(held, slots);
  } else {
    enis = Math.min(interfaces, Math.max(1, ceilDiv(pods, slots) + (warm.warmEni ?? 1)));
    held = enis * slots;
  }
  const inPrefixes = networking.prefixDelegation ? held : 0;
  // Each interface has a primary address of its own besides what it holds for pods.
  const onInterfaces = held + enis;
  return networking.customNetworking
    ? { node: 1, pod: onInterfaces, total: onInterfaces + 1, inPrefixes, enis: enis + 1 }
    : { node: onInterfaces, pod: 0, total: onInterfaces, inPrefixes, enis };
}

function ceilDiv(a: number, b: number): number {
  return b <= 0 ? 0 : Math.ceil(a / b);
}
