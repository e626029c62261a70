import type { KubeObject } from "../../kube/objects";
import { certificate, gatewayAnnotations, secretNameOf } from "../certificate";
import { placeOf, type ControllerPods, type IngressSite } from "../ingress-site";
import { HTTP_LISTENER, httpsListener } from "./http-routes";
import { VERSION, type ListenerSpec } from "./objects";

/** A class for Gateways of labs that only the cluster reaches, beside the class of the stack's. */
export const insideClass = (className: string): string => `${className}-inside`;

/** The classes that a site's controller serves. */
export const classesOf = (site: Pick<IngressSite, "kind" | "className"> | undefined): string[] =>
  site?.kind === "gateway" ? [site.className, insideClass(site.className)] : [];

/** The stack's Gateway. */
export const GATEWAY = { namespace: "labs-gateway", name: "labs" } as const;
/** Secret of the user's own certificate, beside the Gateway. */
export const GATEWAY_CERTIFICATE = "labs-default-certificate";

/**
 * The stack's Gateway: HTTP for every name, HTTPS for each name with a certificate of its own. Routes of every namespace
 * may hang on it, as every namespace may have an Ingress.
 */
export function siteGateway(site: IngressSite, hosts: readonly string[]): KubeObject {
  const allowedRoutes = { namespaces: { from: "All" as const } };
  const secure = site.tls === undefined ? [] : hosts;
  const listeners: ListenerSpec[] = [
    { name: HTTP_LISTENER, protocol: "HTTP", port: 80, allowedRoutes },
    ...secure.map((hostname) => ({
      name: httpsListener(hostname),
      protocol: "HTTPS" as const,
      port: 443,
      hostname,
      tls: {
        mode: "Terminate" as const,
        certificateRefs: [{ kind: "Secret", name: secretOf(site, hostname) }],
      },
      allowedRoutes,
    })),
  ];
  const { namespace, name } = site.gateway ?? GATEWAY;
  return {
    apiVersion: VERSION,
    kind: "Gateway",
    metadata: { name, namespace, ...annotated(site, secure) },
    spec: { gatewayClassName: site.className, listeners },
  };
}

function annotated({ tls }: IngressSite, secure: readonly string[]) {
  const made = tls?.certificate;
  if (secure.length === 0 || made === undefined || made === "default" || !made.readsGateways) return {};
  return { annotations: gatewayAnnotations(made.issuer) };
}

/**
 * The Certificates of its listeners, where cert-manager does not make them by itself; none where the user's own
 * certificate covers them.
 */
export function gatewayCertificates({ tls, gateway }: IngressSite, hosts: readonly string[]): KubeObject[] {
  if (tls === undefined || tls.certificate === "default" || tls.certificate.readsGateways) return [];
  const { issuer } = tls.certificate;
  const { namespace } = gateway ?? GATEWAY;
  return hosts.map((host) =>
    certificate({ name: secretNameOf(host), namespace, host, issuer, awaited: tls.awaited }),
  );
}

const secretOf = ({ tls }: IngressSite, host: string): string =>
  tls?.certificate === "default" ? GATEWAY_CERTIFICATE : secretNameOf(host);

/** Labels of a Gateway's proxies (Envoy Gateway, one Gateway to a proxy, beside it). */
export const proxyLabels = (gateway: { namespace: string; name: string }): Record<string, string> => ({
  "app.kubernetes.io/name": "envoy",
  "app.kubernetes.io/component": "proxy",
  "app.kubernetes.io/managed-by": "envoy-gateway",
  "gateway.networking.k8s.io/gateway-name": gateway.name,
  "gateway.envoyproxy.io/owning-gateway-name": gateway.name,
  "gateway.envoyproxy.io/owning-gateway-namespace": gateway.namespace,
});

/**
 * The proxies of a Gateway, beside it and under its name. A listener's port below 1024 is 10000 more in the proxy (Envoy
 * Gateway, translator.go).
 */
export const proxyPods = (gateway: { namespace: string; name: string }): ControllerPods => ({
  kind: "Deployment",
  hostNetwork: false,
  ports: { "http-80": 10080, "https-443": 10443, metrics: 19001 },
  place: {
    namespace: gateway.namespace,
    name: gateway.name,
    serviceAccount: gateway.name,
    labels: proxyLabels(gateway),
  },
});

/** `namespace/name` of the pods that carry a site's requests on. */
export const proxyOf = (site: Pick<IngressSite, "controller">): string => {
  const { namespace, name } = placeOf(site);
  return `${namespace}/${name}`;
};
