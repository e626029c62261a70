import type { Problem } from "../../../kube/problems";
import type { InstanceFacts } from "./instance-types";
import {
  addressesHeld,
  podInterfaces,
  type AddressUse,
  type PodNetworking,
  type WarmPool,
} from "./warm-pool";

/**
 * Pods that every node runs on the host network besides those with an address: aws-node and kube-proxy.
 * Part of AWS's published formula.
 */
export const HOST_NETWORK_PODS = 2;

/** How many pods a node of a type carries, and what that costs in VPC addresses. */
export interface PodCapacity {
  facts: InstanceFacts;
  networking: PodNetworking;
  /**
   * Pods by AWS's published formula, which counts addresses alone (m5.large 29; with prefixes 434). Absent with an
   * overlay: there addresses are no limit.
   */
  publishedMaxPods?: number;
  /** What AWS recommends never to exceed: 110, or 250 above 30 vCPUs (EKS guide, choosing an instance type). */
  cap: 110 | 250;
  /** The smaller of the two: what the kubelet gets. */
  maxPods: number;
  /** Addresses of a node that runs its first pod with an address. A node without any is rare: CoreDNS lands somewhere. */
  atRest: AddressUse;
  /** Addresses of a node with `maxPods` pods. */
  full: AddressUse;
}

/** Pods of one node, by type and mode. Check `capacityProblems` first. */
export function podCapacity(
  facts: InstanceFacts,
  networking: PodNetworking,
  warm: WarmPool = {},
): PodCapacity {
  const cap = facts.vcpus !== undefined && facts.vcpus > 30 ? 250 : 110;
  const held = (pods: number) =>
    addressesHeld(facts, networking, warm, Math.max(1, pods - HOST_NETWORK_PODS));
  const common = { facts, networking, cap, atRest: held(0) } as const;
  if (networking.cni === "calico") {
    return { ...common, maxPods: cap, full: held(cap) };
  }
  const perInterface = (facts.ipv4PerEni - 1) * (networking.prefixDelegation ? 16 : 1);
  const publishedMaxPods = podInterfaces(facts, networking) * perInterface + HOST_NETWORK_PODS;
  const maxPods = Math.min(publishedMaxPods, cap);
  return { ...common, publishedMaxPods, maxPods, full: held(maxPods) };
}

/** What stands against a mode on a type, or against a warm pool. */
export function capacityProblems(facts: InstanceFacts, networking: PodNetworking, path: string): Problem[] {
  if (networking.cni === "calico") return [];
  const problems: Problem[] = [];
  if (networking.prefixDelegation && !facts.nitro) {
    problems.push({
      path,
      value: facts.instanceType,
      message: "has no Nitro hypervisor, so its interfaces hold no /28 prefixes",
      fix: "a Nitro type (t3, m5, c5 or newer), or no prefix delegation",
    });
  }
  if (networking.customNetworking && facts.enis < 2) {
    problems.push({
      path,
      value: facts.instanceType,
      message:
        "has one network interface; with custom networking the first one carries no pods, so none is left",
      fix: "a type with two interfaces or more",
    });
  }
  return problems;
}

/** Warm pools that cannot work or say less than they seem to. */
export function warmPoolProblems(warm: WarmPool, networking: PodNetworking, path: string): Problem[] {
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(warm) as [keyof WarmPool, number | undefined][]) {
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 0) {
      problems.push({ path: `${path}.${key}`, value, message: "must be a whole number, 0 or more" });
    } else if (networking.cni === "calico") {
      problems.push({
        path: `${path}.${key}`,
        value,
        message: "belongs to the VPC CNI; Calico's overlay takes no addresses from the VPC",
        fix: "remove it",
      });
    }
  }
  if (problems.length > 0) return problems;
  if (warm.minimumIp !== undefined && (warm.warmIp ?? 0) === 0) {
    problems.push({
      path: `${path}.warmIp`,
      value: warm.warmIp,
      message: "minimumIp without warmIp stops a node from ever taking more addresses than the minimum",
      fix: "set warmIp too, 2 for instance",
    });
  }
  if (networking.prefixDelegation && warm.warmIp === undefined && warm.warmPrefix === 0) {
    problems.push({
      path: `${path}.warmPrefix`,
      value: 0,
      message: "is not supported: without a free prefix every start of a pod waits for EC2",
      fix: "1 or more, or warmIp with minimumIp",
    });
  }
  if (!networking.prefixDelegation && warm.warmPrefix !== undefined) {
    problems.push({
      path: `${path}.warmPrefix`,
      value: warm.warmPrefix,
      message: "has an effect only with prefix delegation",
      fix: "warmEni or warmIp, or prefix delegation",
    });
  }
  return problems;
}

/**
 * Most addresses that `nodes` nodes can hold with `pods` pods on them, however the scheduler places them: the worst of
 * "p pods on as many nodes as the pods fill, the others at rest" for every p. Without `pods` every node is full.
 */
export function worstPlacement(
  capacity: PodCapacity,
  warm: WarmPool,
  nodes: number,
  pods?: number,
): AddressUse {
  const held = (p: number) => addressesHeld(capacity.facts, capacity.networking, warm, Math.max(1, p));
  const most = Math.max(1, capacity.maxPods - HOST_NETWORK_PODS);
  if (nodes <= 0) return { node: 0, pod: 0, total: 0, inPrefixes: 0, enis: 0 };
  if (pods === undefined || pods >= nodes * most) return times(held(most), nodes);
  let worst = times(held(1), nodes);
  for (let p = 2; p <= most; p++) {
    const spare = pods - nodes;
    if (spare < p - 1) break;
    const filled = Math.min(nodes, Math.floor(spare / (p - 1)));
    const left = filled < nodes ? Math.min(most, 1 + spare - filled * (p - 1)) : 1;
    const use = plus(
      times(held(p), filled),
      filled < nodes ? plus(held(left), times(held(1), nodes - filled - 1)) : times(held(1), 0),
    );
    if (use.total > worst.total) worst = use;
  }
  return worst;
}

function times(use: AddressUse, n: number): AddressUse {
  return {
    node: use.node * n,
    pod: use.pod * n,
    total: use.total * n,
    inPrefixes: use.inPrefixes * n,
    enis: use.enis * n,
  };
}

export function plus(a: AddressUse, b: AddressUse): AddressUse {
  return {
    node: a.node + b.node,
    pod: a.pod + b.pod,
    total: a.total + b.total,
    inPrefixes: a.inPrefixes + b.inPrefixes,
    enis: a.enis + b.enis,
  };
}
