import type { ClusterFacts, OutsideHost } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";

/** The nodes and what is beside them, as far as policies name it. */
interface Site {
  /** The allowed source. */
  host1: string;
  /** Where the user's own requests come from, as nodes see them. */
  gateway: string;
  control: string;
  workers: string[];
}

/** Selection has checked that nodes and host1 are known; usual ones stand in where nothing is built. */
export function site(facts: ClusterFacts): Site {
  const outside: Pick<OutsideHost, "address" | "gateway"> = facts.outside ?? {
    address: "198.19.15.254",
    gateway: "198.19.15.253",
  };
  const nodes = facts.nodes ?? [
    { name: "control", controlPlane: true },
    { name: "node1", controlPlane: false },
  ];
  return {
    host1: outside.address,
    gateway: outside.gateway,
    control: nodes.find((n) => n.controlPlane)?.name ?? "control",
    workers: nodes.filter((n) => !n.controlPlane).map((n) => n.name),
  };
}

/** Nodes for the evaluator, at addresses that docker gives first. Which node gets which one changes no answer. */
export function nodes(facts: ClusterFacts): KubeObject[] {
  const s = site(facts);
  const base = (facts.outside?.network ?? "198.19.0.0/20").split("/")[0]?.replace(/\.\d+$/, "") ?? "198.19.0";
  return [s.control, ...s.workers].map((name, i) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        ...(name === s.control ? { "node-role.kubernetes.io/control-plane": "" } : {}),
      },
    },
    status: { addresses: [{ type: "InternalIP", address: `${base}.${i + 1}` }] },
  }));
}

/** Whether policies can name the nodes, and a host beside them, before these exist. */
export function lacksAddresses(facts: ClusterFacts): { reason: string; fix: string } | undefined {
  return facts.outside === undefined || facts.nodes === undefined
    ? {
        reason:
          "its policies name addresses: nodes, control plane and a host outside must be known before they exist",
        fix: "use a kind stack with kind.network, as Pulumi.host-endpoints.yaml",
      }
    : undefined;
}
