import { albRouteLines } from "../../routing/alb/answer";
import { gatewayRouteLines } from "../../routing/gateway/route-lines";
import { routeLines, type RouteLine } from "../../routing/route-lines";
import type { LabSelection, RequestClaim } from "../../labs/model";
import { siteOf } from "../../labs/ingress";
import { claimsOf } from "../../labs/prediction/claims";
import { answerRequest, siteGateways } from "../../labs/prediction/requests";
import type { KubeObject } from "../../kube/objects";

/** What a plan says of a lab's routes. */
export interface LabRoutes {
  routes: RouteLine[];
  /** `namespace/secret: names`. */
  certificates: string[];
  /** Requests that the step claims, each with its answer as text. */
  requests: { request: string; holds: boolean; instead?: string }[];
}

export function labRoutes(s: LabSelection, objects: readonly KubeObject[]): LabRoutes {
  return {
    routes: linesOf(s, objects),
    certificates: objects.filter((o) => o.kind === "Certificate").map(certificate),
    requests: claimsOf(s).flatMap((c) => {
      if (c.kind === "flow") return [];
      const { url, holds, instead } = answerRequest(objects, s.context, c);
      return [{ request: text(url, c), holds, ...(instead === undefined ? {} : { instead }) }];
    }),
  };
}

/** At nginx or the ALB, and at the Gateways that stand or that the lab makes. */
function linesOf({ context }: LabSelection, objects: readonly KubeObject[]): RouteLine[] {
  const site = siteOf(context);
  const gateways = gatewayRouteLines([...siteGateways(context), ...objects]);
  switch (site.kind) {
    case "gateway":
      return gateways;
    case "alb":
      return albRouteLines(objects, site.className, site.tls !== undefined);
    default:
      return [...routeLines(objects, site.className), ...gateways];
  }
}

function certificate(o: KubeObject): string {
  const spec = o["spec"] as { secretName?: string; dnsNames?: string[] };
  return `${o.metadata.namespace ?? ""}/${spec.secretName ?? ""} for ${(spec.dnsNames ?? []).join(", ")}`;
}

function text(url: string, c: RequestClaim): string {
  const headers = Object.entries(c.headers ?? {}).map(([k, v]) => ` ${k}: ${v}`);
  const cookies = Object.entries(c.cookies ?? {}).map(([k, v]) => ` cookie ${k}=${v}`);
  const shares = Object.entries(c.backends ?? {}).map(([name, share]) => `${name} ${percent(share)}`);
  const answer =
    shares.length > 0 ? shares.join(", ") : [c.status, c.location].filter((x) => x !== undefined).join(" ");
  return `${url}${[...headers, ...cookies].join(",")} → ${answer}`;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
