import type { KubeObject } from "../../../kube/objects";
import { OWNER_LABEL } from "../../owner-label";
import { CERT_MANAGER_NAMESPACE, ISSUER } from "./tls-plan";

/** The controller's account, as the chart names it. */
export const ACCOUNT = { namespace: CERT_MANAGER_NAMESPACE, serviceAccount: "cert-manager" } as const;
/** Certificate and Secret of the cluster's own authority. */
export const CA = "labs-ca";

const issuer = (name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name, annotations: { "pulumi.com/waitFor": "condition=Ready" } },
  spec,
});

export const certManagerNamespace = (clusterName: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: CERT_MANAGER_NAMESPACE, labels: { [OWNER_LABEL]: clusterName } },
});

/** Signs the authority's own certificate and nothing else. */
export const selfSigned = (): KubeObject => issuer(`${ISSUER}-self-signed`, { selfSigned: {} });

/**
 * The authority: ten years, so that no lab outlives it, and good for one domain only: whoever reads its key in the cluster
 * can pass for nothing else in a browser that trusts it. A ClusterIssuer looks for its Secret beside cert-manager.
 * @param domain left out where the cert-manager that is there may not know of it (it does from 1.20 on)
 */
export function authority(clusterName: string, namespace: string, domain?: string): KubeObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: {
      name: CA,
      namespace,
      annotations: { "pulumi.com/waitFor": "condition=Ready" },
    },
    spec: {
      isCA: true,
      // Says in a browser's list which cluster it belongs to.
      commonName: `k8s-network-labs ${clusterName}`.slice(0, 64),
      secretName: CA,
      duration: "87600h0m0s",
      ...(domain === undefined
        ? {}
        : {
            nameConstraints: {
              critical: true,
              permitted: { dnsDomains: [domain] },
              excluded: { ipRanges: ["0.0.0.0/0", "::/0"] },
            },
          }),
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
      issuerRef: { name: `${ISSUER}-self-signed`, kind: "ClusterIssuer", group: "cert-manager.io" },
    },
  };
}

export const authorityIssuer = (): KubeObject => issuer(ISSUER, { ca: { secretName: CA } });

/**
 * ACME by DNS-01 on Route 53, with the credentials of cert-manager's own account. Region and zone may be values that
 * are known only later.
 */
export function acmeIssuer<T>(args: { server: string; email: string; region: T; zoneId: T }): KubeObject {
  return issuer(ISSUER, {
    acme: {
      server: args.server,
      email: args.email,
      privateKeySecretRef: { name: `${ISSUER}-acme-account` },
      solvers: [{ dns01: { route53: { region: args.region, hostedZoneID: args.zoneId } } }],
    },
  });
}
