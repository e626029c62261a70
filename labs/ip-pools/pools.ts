import { overlaps, prefixOf, resized, subnetAt } from "../../kube/ip";
import type { ClusterFacts } from "../../kube/cluster-facts";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import type { IPPool } from "../../policies/calico/cluster-types";
import type { KubeObject } from "../../kube/objects";
import { WHOAMI } from "../images";
import { deployment, namespace, service, NOBODY } from "../workload";

export const EXTERNAL_POOL = "external-pool";
/** Eight addresses a block: a node takes few addresses at a time from a range that is worth something. */
export const BLOCK_SIZE = 29;

/** The upper half of the pod range: 198.19.24.0/21 of 198.19.16.0/20. */
export function upperHalf(cidr: string): string {
  return subnetAt(cidr, prefixOf(cidr) + 1, 1);
}

/** Where the second pool goes, or why there is no room for it. */
export function externalRange(
  facts: Pick<ClusterFacts, "platform" | "podCidrs" | "cni">,
): { cidr: string } | { reason: string; fix: string } {
  const [podCidr] = facts.podCidrs;
  if (podCidr === undefined)
    return { reason: "the cluster's pod range is not known", fix: "describe the pod range of the cluster" };
  const cidr = upperHalf(podCidr);
  if (prefixOf(cidr) > BLOCK_SIZE)
    return {
      reason: `half of the pod range ${podCidr} is smaller than one block of /${BLOCK_SIZE}`,
      fix: "use a larger pod range",
    };
  const taken = facts.cni.pools?.find((p) => overlaps(p.cidr, cidr));
  if (taken === undefined) return { cidr };
  const lower = resized(podCidr, prefixOf(cidr));
  return {
    // Calico 3.33 disables a pool that overlaps another.
    reason: `pool ${taken.name} (${taken.cidr}) leaves no room for a second pool in the upper half of the pod range, ${cidr}`,
    // Where the pods' range is what the pools are, halving them would only move the question.
    fix: `set calico.pools to [{ cidr: ${lower} }] before the cluster is made, on a kind stack as Pulumi.ip-pools.yaml`,
  };
}

/** For a lab's needs: nothing where there is room. */
export function noRoom(facts: ClusterFacts): { reason: string; fix: string } | undefined {
  const found = externalRange(facts);
  return "cidr" in found ? undefined : found;
}

export interface PoolChoice {
  /** @default "!all()": no node takes from it by itself */
  nodeSelector?: string;
  /** @default "Automatic" */
  assignmentMode?: "Automatic" | "Manual";
  /** @default true */
  natOutgoing?: boolean;
}

export function externalPool(facts: ClusterFacts, choice: PoolChoice = {}): IPPool {
  const found = externalRange(facts);
  // Selection has checked that there is room; without, the lab is not built.
  const cidr = "cidr" in found ? found.cidr : upperHalf(facts.podCidrs[0] ?? "198.19.16.0/20");
  return {
    apiVersion: CALICO_API_VERSION,
    kind: "IPPool",
    metadata: { name: EXTERNAL_POOL },
    spec: {
      cidr,
      blockSize: BLOCK_SIZE,
      // Where routes are not exchanged, nodes must wrap what they send each other.
      ...(facts.cni.bgp
        ? ({ ipipMode: "Never", vxlanMode: "Never" } as const)
        : ({ ipipMode: "Never", vxlanMode: "Always" } as const)),
      natOutgoing: choice.natOutgoing ?? true,
      nodeSelector: choice.nodeSelector ?? "!all()",
      assignmentMode: choice.assignmentMode ?? "Automatic",
    },
  };
}

/**
 * A namespace whose pods take from the pool. The annotation is honoured whatever the pool's selectors say
 * (libcalico-go/lib/ipam/ipam.go, determinePools).
 */
export const externalNamespace = (name: string): KubeObject =>
  namespace(name, "restricted", {}, { "cni.projectcalico.org/ipv4pools": JSON.stringify([EXTERNAL_POOL]) });

/** A web server that tells its own and the caller's address. */
export function web(name: string, ns: string, replicas: number): KubeObject[] {
  return [
    deployment({
      name,
      namespace: ns,
      image: WHOAMI,
      user: NOBODY,
      labels: { app: name },
      port: 80,
      replicas,
    }),
    service({ name, namespace: ns, selector: { app: name }, ports: [{ port: 80, name: "http" }] }),
  ];
}
