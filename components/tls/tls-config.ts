import { z } from "zod";
import { dnsLabel, port } from "../../kube/config-fields";

/** Config of certificates. What goes together is checked by components/tls/plan. */
export const tlsSchema = z.strictObject({
  issuer: z.enum(["none", "self-signed", "acme-staging", "acme", "own"]).exactOptional().meta({
    description:
      "Where certificates come from: a certificate authority made for this cluster, Let's Encrypt by DNS-01 on Route 53, or your own certificate. If left out: `self-signed` when a lab needs TLS, else `none`.",
  }),
  certManager: z.enum(["install", "existing"]).default("install").meta({
    description:
      "`existing`: cert-manager is in the cluster already, and is used as it is; only with `target: existing`.",
  }),
  certManagerNamespace: dnsLabel().exactOptional().meta({
    description: "Namespace of a cert-manager that is there already; `cert-manager` if left out.",
  }),
  email: z.email().exactOptional().meta({ description: "Address that the ACME account is registered with." }),
  certificate: z.string().exactOptional().meta({
    description:
      "Your own certificate with its chain, as PEM; with `issuer: own`. Every name of the labs must be in it.",
  }),
  key: z.string().exactOptional().meta({
    description: "Its private key, as PEM: a secret (`pulumi config set --secret --path tls.key`).",
  }),
  redirect: z
    .boolean()
    .default(true)
    .meta({ description: "Whether plain HTTP is answered by a redirect to HTTPS." }),
  webhookPort: port.default(10260).meta({
    description:
      "Port of cert-manager's webhook where it runs on the host network; 10250 is the kubelet's there.",
  }),
});

export type TlsConfig = z.output<typeof tlsSchema>;
