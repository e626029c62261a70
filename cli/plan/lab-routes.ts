import { routeLines, type RouteLine } from "../../routing/route-lines";
import { urlOf } from "../../routing/ingress-site";
import type { LabSelection, RequestClaim } from "../../labs/model";
import { siteOf } from "../../labs/ingress";
import type { KubeObject } from "../../kube/objects";

/** What a plan says of a lab's routes. */
export interface LabRoutes {
  routes: RouteLine[];
  /** `namespace/secret: names`. */
  certificates: string[];
  /** Requests that the step claims, with the answer that it claims. */
  requests: string[];
}

export function labRoutes(s: LabSelection, objects: readonly KubeObject[]): LabRoutes {
  const claims = s.lab.steps[s.step]?.expect(s.context) ?? [];
  return {
    routes: routeLines(objects, siteOf(s.context).className),
    certificates: objects.filter((o) => o.kind === "Certificate").map(certificate),
    requests: claims.flatMap((c) => (c.kind === "request" ? [claim(s, c)] : [])),
  };
}

function certificate(o: KubeObject): string {
  const spec = o["spec"] as { secretName?: string; dnsNames?: string[] };
  return `${o.metadata.namespace ?? ""}/${spec.secretName ?? ""} for ${(spec.dnsNames ?? []).join(", ")}`;
}

function claim(s: LabSelection, c: RequestClaim): string {
  const url = urlOf(siteOf(s.context), c.host, c.path, c.scheme ?? "http");
  const headers = Object.entries(c.headers ?? {}).map(([k, v]) => ` ${k}: ${v}`);
  const cookies = Object.entries(c.cookies ?? {}).map(([k, v]) => ` cookie ${k}=${v}`);
  const shares = Object.entries(c.backends ?? {}).map(([name, share]) => `${name} ${percent(share)}`);
  const answer =
    shares.length > 0 ? shares.join(", ") : [c.status, c.location].filter((x) => x !== undefined).join(" ");
  return `${url}${[...headers, ...cookies].join(",")} → ${answer}`;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
