import type { KubeObject } from "../../kube/objects";
import { VERSION } from "../gateway/objects";
import type { Location, Upstream } from "../nginx/model";
import { canaryOf, type NginxTable } from "../nginx/table";
import { ANNOTATION } from "../routes/ingress-objects";

/** TLS to the pods. nginx believes any certificate by default; a BackendTLSPolicy always checks it, against a CA. */
export function backendPolicies(table: NginxTable): KubeObject[] {
  const made = new Map<string, KubeObject>();
  for (const { location, upstream } of spokenTo(table)) {
    if (!speaksTls(location)) continue;
    const { namespace, service } = upstream;
    const section = sectionOf(table, upstream);
    const name = section === undefined ? service : `${service}-${section}`;
    made.set(`${namespace}/${name}`, {
      apiVersion: VERSION,
      kind: "BackendTLSPolicy",
      metadata: { name, namespace },
      spec: {
        targetRefs: [
          {
            group: "",
            kind: "Service",
            name: service,
            ...(section === undefined ? {} : { sectionName: section }),
          },
        ],
        validation: {
          hostname:
            location.ingress?.annotations[`${ANNOTATION}/proxy-ssl-name`] ?? `${service}.${namespace}.svc`,
          caCertificateRefs: [{ group: "", kind: "ConfigMap", name: `${service}-ca` }],
        },
      },
    });
  }
  return [...made.values()];
}

/** Services that one path speaks TLS to and another does not: a policy cannot tell the two apart. */
export function mixedBackends(table: NginxTable): string[] {
  const spoken = new Map<string, Set<boolean>>();
  for (const { location, upstream } of spokenTo(table)) {
    const key = `${upstream.namespace}/${upstream.service}:${sectionOf(table, upstream) ?? ""}`;
    spoken.set(key, (spoken.get(key) ?? new Set()).add(speaksTls(location)));
  }
  return [...spoken].filter(([, ways]) => ways.size > 1).map(([key]) => key.replace(/:$/, ""));
}

/** Locations with the Services behind them. A canary gets TLS as its primary does: the scheme is the location's. */
function spokenTo(table: NginxTable): { location: Location; upstream: Upstream }[] {
  return [...table.servers.values()].flatMap((server) =>
    server.locations.flatMap((location) => {
      const { upstream } = location;
      if (upstream === undefined) return [];
      const canary = canaryOf(table, upstream)?.upstream;
      return [upstream, ...(canary === undefined ? [] : [canary])].map((u) => ({ location, upstream: u }));
    }),
  );
}

const speaksTls = ({ settings }: Location): boolean => /^(HTTPS|GRPCS)$/.test(settings.protocol);

/** The port's name, where the Service has others that must not get TLS. */
const sectionOf = (table: NginxTable, { namespace, service, port }: Upstream): string | undefined =>
  table.services.nameAmongOthers(namespace, service, port);
