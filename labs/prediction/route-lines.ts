import type { KubeObject } from "../../kube/objects";
import { albRouteLines } from "../../routing/alb/answer";
import { gatewayRouteLines } from "../../routing/gateway/route-lines";
import { routeLines, type RouteLine } from "../../routing/route-lines";
import { siteOf } from "../ingress";
import type { LabContext } from "../model";
import { siteGateways } from "./requests";

/** Routes of a lab as lines for a reader: at nginx or the ALB, and at the Gateways that stand or that it makes. */
export function routeLinesOf(context: LabContext, objects: readonly KubeObject[]): RouteLine[] {
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
