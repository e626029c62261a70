import { HTTP_LISTENER } from "../routing/gateway/http-routes";
import { gatewayKind, type RouteSpec } from "../routing/gateway/objects";
import type { IngressSite } from "../routing/ingress-site";
import { labAt, type LabContext, type LabSelection } from "./model";

/** Names for which a lab's routes ask the stack's Gateway for HTTPS, at any of its steps. */
export function listenerHosts(selection: LabSelection): string[] {
  const { ingress, gateway } = selection.context;
  const sites = [ingress?.gateway, gateway?.gateway].flatMap((g) => (g === undefined ? [] : [g]));
  const asked = selection.lab.steps.flatMap((_, step) =>
    gatewayKind(labAt({ ...selection, step }).objects, "HTTPRoute").flatMap((o) => {
      const { parentRefs = [], hostnames = [] }: RouteSpec = o["spec"] ?? {};
      const secure = parentRefs.some(
        (p) =>
          sites.some((s) => s.name === p.name && s.namespace === p.namespace) &&
          p.sectionName !== undefined &&
          p.sectionName !== HTTP_LISTENER,
      );
      return secure ? hostnames : [];
    }),
  );
  return [...new Set(asked)].sort();
}

/** The context with the listeners that the lab has on the stack's Gateway: what its predictions read. */
export function withListeners(selection: LabSelection): LabContext {
  const { context } = selection;
  if (context.ingress?.gateway === undefined && context.gateway === undefined) return context;
  const hosts = listenerHosts(selection);
  const listening = (site: IngressSite | undefined): IngressSite | undefined =>
    site?.gateway === undefined ? site : { ...site, gateway: { ...site.gateway, hosts } };
  const ingress = listening(context.ingress);
  const gateway = context.gateway === context.ingress ? ingress : listening(context.gateway);
  return {
    ...context,
    ...(ingress === undefined ? {} : { ingress }),
    ...(gateway === undefined ? {} : { gateway }),
  };
}
