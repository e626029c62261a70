import type { KubernetesPolicy, KubernetesPolicySpec, LabelSelector, Peer, PolicyPort } from "./types";

export interface PolicyArgs {
  name: string;
  namespace: string;
  /** Pods that the policy isolates. @default all pods of the namespace */
  pods?: LabelSelector | Record<string, string>;
  ingress?: KubernetesPolicySpec["ingress"];
  egress?: KubernetesPolicySpec["egress"];
}

/**
 * A Kubernetes NetworkPolicy. A direction that is given is isolated, also with an empty list; one that is left out
 * is not touched.
 */
export function networkPolicy(args: PolicyArgs): KubernetesPolicy {
  const policyTypes: KubernetesPolicySpec["policyTypes"] = [];
  if (args.ingress !== undefined) policyTypes.push("Ingress");
  if (args.egress !== undefined) policyTypes.push("Egress");
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: args.name, namespace: args.namespace },
    spec: {
      podSelector: selector(args.pods ?? {}),
      policyTypes,
      ...(args.ingress === undefined ? {} : { ingress: args.ingress }),
      ...(args.egress === undefined ? {} : { egress: args.egress }),
    },
  };
}

/** Pods by labels in the policy's own namespace. */
export const pods = (labels: LabelSelector | Record<string, string>): Peer => ({
  podSelector: selector(labels),
});

/** All pods of the namespaces with these labels. */
export const namespaces = (labels: LabelSelector | Record<string, string>): Peer => ({
  namespaceSelector: selector(labels),
});

/** Pods by labels in the namespaces with these labels: both must match. */
export const podsIn = (ns: Record<string, string>, labels: Record<string, string>): Peer => ({
  namespaceSelector: selector(ns),
  podSelector: selector(labels),
});

/** A namespace by its name: the API server labels each with it. */
export const namespaceNamed = (name: string): Record<string, string> => ({
  "kubernetes.io/metadata.name": name,
});

export const tcp = (port: number | string): PolicyPort => ({ protocol: "TCP", port });
export const udp = (port: number | string): PolicyPort => ({ protocol: "UDP", port });

function selector(labels: LabelSelector | Record<string, string>): LabelSelector {
  const isSelector = "matchLabels" in labels || "matchExpressions" in labels;
  if (isSelector) return labels;
  return Object.keys(labels).length === 0 ? {} : { matchLabels: labels as Record<string, string> };
}
