import { subnetAt, prefixOf } from "../../kube/ip";
import type { ClusterFacts } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";
import type { IPPool } from "../../policies/calico/cluster-types";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import { service } from "../workload";

const PREFIX = 26;

/**
 * Addresses for Services: the last range but one of the nodes' network, where Docker gives none: it begins at the other
 * end, and host1 and the gateway stand in the last.
 */
export function loadBalancerRange({ outside }: Pick<ClusterFacts, "outside">): string {
  const network = outside?.network ?? "198.19.0.0/20";
  return subnetAt(network, PREFIX, 2 ** (PREFIX - prefixOf(network)) - 2);
}

/** A pool for Services alone: Calico's kube-controllers takes from it (kube-controllers/pkg/controllers/loadbalancer). */
export const loadBalancerPool = (facts: ClusterFacts): IPPool => ({
  apiVersion: CALICO_API_VERSION,
  kind: "IPPool",
  metadata: { name: "load-balancer-pool" },
  spec: {
    cidr: loadBalancerRange(facts),
    blockSize: PREFIX,
    ipipMode: "Never",
    vxlanMode: "Never",
    nodeSelector: "all()",
    allowedUses: ["LoadBalancer"],
    assignmentMode: "Automatic",
  },
});

export function balanced(namespace: string, externalTrafficPolicy: "Cluster" | "Local"): KubeObject {
  const object = service({
    name: "external-lb",
    namespace,
    type: "LoadBalancer",
    selector: { app: "external-web" },
    ports: [{ name: "http", port: 80 }],
    spec: { externalTrafficPolicy },
  });
  // The address comes by itself; `up` need not stand and wait for it.
  return { ...object, metadata: { ...object.metadata, annotations: { "pulumi.com/skipAwait": "true" } } };
}
