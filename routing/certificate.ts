import type { KubeObject } from "../kube/objects";
import type { HostRoutes, HostTls, Routes } from "./routes/routes";
import type { IngressSite } from "./ingress-site";

/** Routes with TLS for every named host as the site makes it; unchanged where it makes none. */
export function withTls(set: Routes, site: IngressSite): Routes {
  const { tls } = site;
  if (tls === undefined) return set;
  const secret = (h: HostRoutes): HostTls =>
    tls.certificate === "default" ? {} : { secretName: secretNameOf(h.host ?? "") };
  return {
    ...set,
    redirectToHttps: tls.redirect,
    hosts: set.hosts.map((h) => (h.host === undefined ? h : { ...h, tls: h.tls ?? secret(h) })),
  };
}

/** One Certificate for each host with TLS, with its Secret; none where the default certificate covers them. */
export function certificatesFor(set: Routes, site: IngressSite): KubeObject[] {
  const { tls } = site;
  if (tls === undefined || tls.certificate === "default") return [];
  const { issuer } = tls.certificate;
  return set.hosts.flatMap((h) => {
    const secretName = h.tls?.secretName;
    if (h.host === undefined || secretName === undefined) return [];
    return [
      certificate({ name: secretName, namespace: set.namespace, host: h.host, issuer, awaited: tls.awaited }),
    ];
  });
}

/**
 * Annotations of a Gateway, for whose listeners cert-manager then makes Certificates by itself (cert-manager 1.21,
 * certificate-shim). What they say of the key is what `certificate` says.
 */
export const gatewayAnnotations = (issuer: string): Record<string, string> => ({
  "cert-manager.io/cluster-issuer": issuer,
  "cert-manager.io/private-key-algorithm": "ECDSA",
  "cert-manager.io/private-key-size": "256",
  "cert-manager.io/private-key-rotation-policy": "Always",
});

/** Name of a host's Certificate and Secret. */
export const secretNameOf = (host: string): string =>
  `${host.replace(/^\*\./, "wildcard.").replaceAll(".", "-")}-tls`;

export function certificate(args: {
  name: string;
  namespace: string;
  host: string;
  issuer: string;
  awaited: boolean;
}): KubeObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: {
      name: args.name,
      namespace: args.namespace,
      ...(args.awaited ? { annotations: { "pulumi.com/waitFor": "condition=Ready" } } : {}),
    },
    spec: {
      secretName: args.name,
      dnsNames: [args.host],
      issuerRef: { name: args.issuer, kind: "ClusterIssuer", group: "cert-manager.io" },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  };
}
