/** Kubernetes NetworkPolicy as plain data, after its published reference (networking.k8s.io/v1). */
import type { ObjectMeta } from "../../kube/objects";

export interface KubernetesPolicy {
  apiVersion: "networking.k8s.io/v1";
  kind: "NetworkPolicy";
  metadata: ObjectMeta & { namespace: string };
  spec: KubernetesPolicySpec;
  [field: string]: unknown;
}

export interface KubernetesPolicySpec {
  /** Pods of the namespace that the policy isolates; `{}` is all of them. */
  podSelector: LabelSelector;
  /** Absent: no rules. An empty list isolates; a rule `{}` allows everything. */
  ingress?: { from?: Peer[]; ports?: PolicyPort[] }[];
  egress?: { to?: Peer[]; ports?: PolicyPort[] }[];
  /** Written out always: the API server's default depends on the rules, and a reader should not have to know it. */
  policyTypes: ("Ingress" | "Egress")[];
}

/** Either an ipBlock, or a pod selector, a namespace selector, or both of these (a pod must then match both). */
export interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface PolicyPort {
  protocol: "TCP" | "UDP" | "SCTP";
  /** A number, or the name of a container port; absent: every port of the protocol. */
  port?: number | string;
  /** End of a range that begins with `port`, included. */
  endPort?: number;
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: {
    key: string;
    operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    values?: string[];
  }[];
}
