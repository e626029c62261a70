import type { KubeObject } from "../../kube/objects";
import { VERSION } from "../gateway/objects";
import type { NginxTable } from "../nginx/table";
import { ANNOTATION } from "../routes/ingress-objects";

/** TLS to the pods. nginx believes any certificate by default; a BackendTLSPolicy always checks it, against a CA. */
export function backendPolicies(table: NginxTable): KubeObject[] {
  const made = new Map<string, KubeObject>();
  for (const server of table.servers.values())
    for (const { upstream, settings, ingress } of server.locations) {
      if (upstream === undefined || !/^(HTTPS|GRPCS)$/.test(settings.protocol)) continue;
      const { namespace, service } = upstream;
      made.set(`${namespace}/${service}`, {
        apiVersion: VERSION,
        kind: "BackendTLSPolicy",
        metadata: { name: service, namespace },
        spec: {
          targetRefs: [{ group: "", kind: "Service", name: service }],
          validation: {
            hostname: ingress?.annotations[`${ANNOTATION}/proxy-ssl-name`] ?? `${service}.${namespace}.svc`,
            caCertificateRefs: [{ group: "", kind: "ConfigMap", name: `${service}-ca` }],
          },
        },
      });
    }
  return [...made.values()];
}
