import type { KubeObject } from "../../../kube/objects";

/** The nodes of a cluster that is there. */
export interface FoundNodes {
  /** Those that take pods of anybody; a drained or a young node counts, as it comes back. */
  workers: number;
  /** All of them: the operator tolerates every taint. */
  all: number;
  controlPlane: number;
  /** For people: zones, kubelets, systems, addresses. */
  zones: readonly string[];
  kubelets: readonly string[];
  systems: readonly string[];
  addresses: readonly string[];
  /** Whether any says that it is Ready: then some CNI is there. */
  ready: boolean;
  cloud: string | undefined;
}

interface NodeParts {
  spec?: { providerID?: string; taints?: { key: string; effect: string }[] };
  status?: {
    nodeInfo?: { kubeletVersion?: string; osImage?: string };
    addresses?: { type: string; address: string }[];
    conditions?: { type: string; status: string }[];
  };
}

const CONTROL_PLANE = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

export function foundNodes(nodes: readonly KubeObject[]): FoundNodes {
  const parts = nodes.map((n) => n as unknown as NodeParts);
  const each = (read: (n: NodeParts) => string | undefined): string[] =>
    [...new Set(parts.map(read).filter((x) => x !== undefined))].sort();
  return {
    all: nodes.length,
    workers: parts.filter(takesPods).length,
    controlPlane: nodes.filter((n) => CONTROL_PLANE.some((l) => l in (n.metadata.labels ?? {}))).length,
    zones: [...new Set(nodes.map((n) => n.metadata.labels?.["topology.kubernetes.io/zone"]))]
      .filter((z) => z !== undefined)
      .sort(),
    kubelets: each((n) => n.status?.nodeInfo?.kubeletVersion),
    systems: each((n) => n.status?.nodeInfo?.osImage),
    addresses: each((n) => n.status?.addresses?.find((a) => a.type === "InternalIP")?.address),
    ready: parts.some((n) => n.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True")),
    cloud: each((n) => /^([a-z]+):\/\//.exec(n.spec?.providerID ?? "")?.[1])[0],
  };
}

/** Taints that Kubernetes sets for a while (not ready, drained, being set up) are none of the node's own. */
const passing = (key: string): boolean =>
  key.startsWith("node.kubernetes.io/") || key.startsWith("node.cloudprovider.kubernetes.io/");

const takesPods = ({ spec }: NodeParts): boolean =>
  !(spec?.taints ?? []).some((t) => t.effect !== "PreferNoSchedule" && !passing(t.key));
