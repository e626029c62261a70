import { globalPolicy } from "./calico/policy";
import type { GlobalNetworkPolicy, Rule } from "./calico/policy-types";
import { namespaceNamed, networkPolicy, podsIn, tcp, udp } from "./kubernetes/policy";
import type { KubernetesPolicy } from "./kubernetes/types";

/** Named starting points: what most clusters want, each as a pure function. */

type Direction = "Ingress" | "Egress";

/** Kubernetes: isolates every pod of a namespace; nothing is let in (and out, with Egress). */
export function defaultDeny(
  namespace: string,
  directions: readonly Direction[] = ["Ingress"],
  name = "default-deny",
): KubernetesPolicy {
  return networkPolicy({
    name,
    namespace,
    ...(directions.includes("Ingress") ? { ingress: [] } : {}),
    ...(directions.includes("Egress") ? { egress: [] } : {}),
  });
}

/** Kubernetes: lets pods of a namespace ask the cluster's DNS, by UDP and, for long answers, TCP. */
export function allowDns(namespace: string, name = "allow-dns"): KubernetesPolicy {
  return networkPolicy({
    name,
    namespace,
    egress: [
      { to: [podsIn(namespaceNamed("kube-system"), { "k8s-app": "kube-dns" })], ports: [udp(53), tcp(53)] },
    ],
  });
}

/** Calico rules: egress to the cluster's DNS, by UDP and TCP. */
export function dnsRules(): Rule[] {
  return (["UDP", "TCP"] as const).map((protocol) => ({
    action: "Allow",
    protocol,
    destination: {
      namespaceSelector: 'kubernetes.io/metadata.name == "kube-system"',
      selector: 'k8s-app == "kube-dns"',
      ports: [53],
    },
  }));
}

/** Namespaces that no default deny may select: without them nothing works that could repair the rest. */
export const systemNamespaces = [
  "kube-system",
  "kube-public",
  "calico-system",
  "calico-apiserver",
  "tigera-operator",
] as const;

/** Calico namespace selector over exactly these namespaces. */
export const inNamespaces = (names: readonly string[]): string =>
  `kubernetes.io/metadata.name in {${quoted(names)}}`;

/** Calico namespace selector over all namespaces but these. A default deny that uses it is cluster-wide. */
export const notInNamespaces = (names: readonly string[]): string =>
  `has(kubernetes.io/metadata.name) && kubernetes.io/metadata.name not in {${quoted(names)}}`;

/** Calico: denies by default in the namespaces selected; with DNS, if asked. */
export function defaultAppPolicy(args: {
  name?: string;
  namespaceSelector: string;
  dns?: boolean;
}): GlobalNetworkPolicy {
  return globalPolicy({
    name: args.name ?? "default-app-policy",
    namespaceSelector: args.namespaceSelector,
    types: ["Ingress", "Egress"],
    ...(args.dns === true ? { egress: dnsRules() } : {}),
  });
}

const quoted = (names: readonly string[]): string => [...names].map((n) => `"${n}"`).join(", ");
