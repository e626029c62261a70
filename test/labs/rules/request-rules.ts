import { withListeners } from "../../../labs/gateway-listeners";
import { GATEWAY, proxyLabels } from "../../../routing/gateway/site-gateway";
import type { IngressSite } from "../../../routing/ingress-site";
import { labAt, type LabContext, type RequestClaim } from "../../../labs/model";
import { answerRequest } from "../../../labs/prediction/requests";
import type { Subject } from "./subject";

const plain: IngressSite = {
  className: "labs",
  baseDomain: "localhost",
  ports: { http: 80, https: 443 },
  controller: { kind: "Deployment", hostNetwork: false, ports: { http: 80, https: 443, webhook: 8443 } },
};
const issuer = {
  certificate: { issuer: "labs", readsGateways: true },
  redirect: true,
  awaited: true,
  trust: "",
} as const;

const gateway: IngressSite = {
  ...plain,
  kind: "gateway",
  gateway: { ...GATEWAY, hosts: [] },
  controller: {
    kind: "Deployment",
    hostNetwork: false,
    ports: { http: 10080, https: 10443 },
    place: { ...GATEWAY, serviceAccount: GATEWAY.name, labels: proxyLabels(GATEWAY) },
  },
};

/** Every kind of ingress that a stack may have. */
const sites: Record<string, IngressSite> = {
  "kind, an authority of its own": { ...plain, tls: issuer },
  "the second cluster of a laptop": { ...plain, ports: { http: 20001, https: 20002 }, tls: issuer },
  "a certificate of your own, on EKS with Calico": {
    ...plain,
    className: "edge",
    baseDomain: "labs.example.org",
    controller: { kind: "DaemonSet", hostNetwork: true, ports: { http: 8880, https: 443, webhook: 8443 } },
    tls: { certificate: "default", redirect: true, awaited: true, trust: "" },
  },
  "no redirect": { ...plain, tls: { ...issuer, redirect: false } },
  "a Gateway": { ...gateway, tls: issuer },
  "a Gateway at other ports": { ...gateway, ports: { http: 8080, https: 8443 }, tls: issuer },
  "a Gateway beside a cert-manager that was there already": {
    ...gateway,
    tls: { ...issuer, certificate: { issuer: "labs", readsGateways: false } },
  },
  "a Gateway without a redirect": { ...gateway, tls: { ...issuer, redirect: false } },
};

type Ways = Pick<LabContext, "ingress" | "gateway">;

/** What a lab can be behind: any of them, or what it is about. */
function waysIn({ needs }: Subject["lab"]): [string, Ways][] {
  const beside: IngressSite = { ...gateway, ports: { http: 8080, https: 8443 } };
  return Object.entries(sites).flatMap(([title, site]): [string, Ways][] => {
    const isGateway = site.kind === "gateway";
    if (needs.gateway !== true)
      return needs.ingressNginx === true && isGateway
        ? []
        : [[title, { ingress: site, ...(isGateway ? { gateway: site } : {}) }]];
    if (needs.ingressNginx !== true) return isGateway ? [[title, { ingress: site, gateway: site }]] : [];
    if (isGateway || (needs.issuer === true && site.tls?.certificate === "default")) return [];
    const tls = site.tls === undefined ? {} : { tls: site.tls };
    return [[`${title}, a Gateway beside it`, { ingress: site, gateway: { ...beside, ...tls } }]];
  });
}

/** Every request that a step claims is answered so by the Ingress objects of that step, on every kind of ingress. */
export function requestProblems({ lab, selection }: Subject): string[] {
  if (lab.needs.ingress !== true) return [];
  const claims = (step: number, context: LabContext): RequestClaim[] =>
    lab.steps[step]!.expect(context).filter((e) => e.kind === "request");
  const none = lab.steps.every((_, step) => claims(step, selection.context).length === 0);
  const wrong = waysIn(lab).flatMap(([title, ways]) =>
    lab.steps.flatMap(({ id }, step) => {
      const { ingress: _i, gateway: _g, ...bare } = selection.context;
      const context = withListeners({ ...selection, lab, context: { ...bare, ...ways } });
      const { objects } = labAt({ ...selection, lab, step, context });
      return claims(step, context).flatMap((claim) => {
        const { holds, url, instead = "" } = answerRequest(objects, context, claim);
        return holds ? [] : [`step ${id} on ${title}: ${url}: ${instead}`];
      });
    }),
  );
  return [...(none ? ["no step claims a request"] : []), ...wrong, ...hostProblems({ lab, selection })];
}

/** A copy of a lab has hosts of its own, so that two copies share a controller. */
function hostProblems({ lab, selection }: Pick<Subject, "lab" | "selection">): string[] {
  const hostsOf = (instance: string): string[] =>
    labAt({ ...selection, lab, step: lab.steps.length - 1, context: { ...selection.context, instance } })
      .objects.filter((o) => o.kind === "Ingress" || o.kind === "HTTPRoute")
      .flatMap((o) => {
        const { rules = [], hostnames = [] } = o["spec"] as {
          rules?: { host?: string }[];
          hostnames?: string[];
        };
        return [...hostnames, ...rules.flatMap((r) => r.host ?? [])];
      });
  const mine = hostsOf(lab.id);
  return [
    ...(mine.length === 0 ? ["no route at the last step names a host"] : []),
    ...hostsOf("copy")
      .filter((host) => mine.includes(host))
      .map((host) => `a copy of the lab has the host ${host} too`),
  ];
}
