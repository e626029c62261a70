import type { ObjectMeta } from "../../kube/objects";
import type { LabelSelector } from "./types";

/** ClusterNetworkPolicy as plain data, as far as labs use it (network-policy-api 0.2, policy.networking.k8s.io/v1alpha2). */
export interface ClusterNetworkPolicy {
  apiVersion: "policy.networking.k8s.io/v1alpha2";
  kind: "ClusterNetworkPolicy";
  metadata: ObjectMeta;
  spec: {
    /** `Admin` is asked before every NetworkPolicy, `Baseline` after all. */
    tier: "Admin" | "Baseline";
    /** 0 to 1000; lower goes first within a tier. */
    priority: number;
    subject: Pods;
    ingress: {
      /** `Pass` leaves the decision to what comes behind this tier. */
      action: "Accept" | "Deny" | "Pass";
      from: Pods[];
      protocols?: { tcp: { destinationPort: { number: number } } }[];
    }[];
  };
  [field: string]: unknown;
}

type Pods =
  { namespaces: LabelSelector } | { pods: { namespaceSelector?: LabelSelector; podSelector: LabelSelector } };

export const clusterNetworkPolicy = (
  name: string,
  spec: ClusterNetworkPolicy["spec"],
): ClusterNetworkPolicy => ({
  apiVersion: "policy.networking.k8s.io/v1alpha2",
  kind: "ClusterNetworkPolicy",
  metadata: { name },
  spec,
});
