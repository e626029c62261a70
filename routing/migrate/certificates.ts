import type { KubeObject } from "../../kube/objects";
import { GROUP, namespaceOf, type BackendRef, type RouteSpec } from "../gateway/objects";
import type { Ingress } from "../nginx/ingresses";
import type { NginxTable } from "../nginx/table";
import type { HostListener } from "./listeners";

/** Lets the Gateway read the Secrets, which stay where they are. */
export function grants(
  listeners: readonly HostListener[],
  { gateway }: { gateway: { namespace: string } },
): KubeObject[] {
  const byNamespace = new Map<string, Set<string>>();
  for (const { secret } of listeners) {
    const [namespace, name] = secret?.split("/") ?? [];
    if (namespace === undefined || name === undefined || namespace === gateway.namespace) continue;
    byNamespace.set(namespace, (byNamespace.get(namespace) ?? new Set()).add(name));
  }
  return [...byNamespace].map(([namespace, names]) => ({
    apiVersion: `${GROUP}/v1beta1`,
    kind: "ReferenceGrant",
    metadata: { name: "gateway-certificates", namespace },
    spec: {
      from: [{ group: GROUP, kind: "Gateway", namespace: gateway.namespace }],
      to: [...names].sort().map((name) => ({ group: "", kind: "Secret", name })),
    },
  }));
}

/** Lets routes lead to Services of other namespaces: canaries from elsewhere. */
export function serviceGrants(routes: readonly KubeObject[]): KubeObject[] {
  const byNamespace = new Map<string, { from: Map<string, object>; services: Set<string> }>();
  for (const route of routes) {
    const spec = (route["spec"] ?? {}) as RouteSpec;
    const refs: BackendRef[] = (spec.rules ?? []).flatMap((r) => r.backendRefs ?? []);
    for (const { namespace, name } of refs) {
      if (namespace === undefined || namespace === namespaceOf(route)) continue;
      const grant = byNamespace.get(namespace) ?? { from: new Map<string, object>(), services: new Set() };
      const from = { group: GROUP, kind: route.kind, namespace: namespaceOf(route) };
      grant.from.set(JSON.stringify(from), from);
      grant.services.add(name);
      byNamespace.set(namespace, grant);
    }
  }
  return [...byNamespace].map(([namespace, { from, services }]) => ({
    apiVersion: `${GROUP}/v1beta1`,
    kind: "ReferenceGrant",
    metadata: { name: "routes-from-elsewhere", namespace },
    spec: {
      from: [...from.values()],
      to: [...services].sort().map((name) => ({ group: "", kind: "Service", name })),
    },
  }));
}

/** cert-manager's annotations on Ingresses become Certificates: its own die with the Ingress that they belong to. */
export function certificates(table: NginxTable): KubeObject[] {
  const made = new Map<string, KubeObject>();
  for (const ing of table.ingresses) {
    const issuerRef = issuerOf(ing);
    if (issuerRef === undefined) continue;
    for (const { hosts, secretName } of ing.tls) {
      if (secretName === undefined || hosts.length === 0) continue;
      made.set(`${ing.namespace}/${secretName}`, {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: secretName, namespace: ing.namespace },
        spec: { secretName, dnsNames: [...hosts], issuerRef },
      });
    }
  }
  return [...made.values()];
}

export function issuerOf({
  annotations: a,
}: Ingress): { name: string; kind: string; group: string } | undefined {
  const cluster = a["cert-manager.io/cluster-issuer"];
  const name = cluster ?? a["cert-manager.io/issuer"];
  if (name === undefined) return undefined;
  return {
    name,
    kind: cluster === undefined ? (a["cert-manager.io/issuer-kind"] ?? "Issuer") : "ClusterIssuer",
    group: a["cert-manager.io/issuer-group"] ?? "cert-manager.io",
  };
}
