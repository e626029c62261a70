import type { Problem } from "../kube/problems";
import type { IngressSite } from "../routing/ingress-site";
import { listenerHosts } from "../labs/gateway-listeners";
import type { LabSelection } from "../labs/model";
import type { IngressPlan } from "./ingress-plan";

/** Listeners of a Gateway at most (its CRD); one is for HTTP. */
const MOST_LISTENERS = 64;

/** The plan with the names for which any lab asks the Gateway for HTTPS. */
export function withGatewayHosts(ingress: IngressPlan, labs: readonly LabSelection[]): IngressPlan {
  if (ingress.gateway === undefined) return ingress;
  const hosts = [...new Set(labs.flatMap(listenerHosts))].sort();
  const listening = (site: IngressSite): IngressSite =>
    site.gateway === undefined ? site : { ...site, gateway: { ...site.gateway, hosts } };
  return {
    ...ingress,
    site: listening(ingress.site),
    ...(ingress.gatewaySite === undefined ? {} : { gatewaySite: listening(ingress.gatewaySite) }),
  };
}

/** The stack's Gateway, where it has one. */
export const plannedGateway = ({ site, gatewaySite }: IngressPlan): IngressSite | undefined =>
  site.kind === "gateway" ? site : gatewaySite;

export function listenerProblems(ingress: IngressPlan | undefined): Problem[] {
  const { length } = (ingress && plannedGateway(ingress)?.gateway?.hosts) ?? [];
  if (length < MOST_LISTENERS) return [];
  return [
    {
      path: "labs",
      message: `${length} names want HTTPS, and a Gateway has ${MOST_LISTENERS} listeners, one of them for HTTP`,
      fix: "fewer copies of labs in one stack",
    },
  ];
}
