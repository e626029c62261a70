import { albProblems, toAlbIngress } from "../routing/alb/objects";
import { certificatesFor, withTls } from "../routing/certificate";
import { canaryIngress } from "../routing/canary/annotations";
import type { Canary } from "../routing/canary/canary";
import { checkCanaries } from "../routing/canary/check-canaries";
import { GATEWAY, proxyPods } from "../routing/gateway/site-gateway";
import { gatewayProblems, toHttpRoutes } from "../routing/gateway/http-routes";
import { toIngresses } from "../routing/routes/ingress-objects";
import type { Routes } from "../routing/routes/routes";
import { checkRoutes, nginxProblems } from "../routing/routes/check-routes";
import { defaultScheme, hostOf, urlOf, type IngressSite } from "../routing/ingress-site";
import type { KubeObject } from "../kube/objects";
import { failOn } from "../kube/problems";
import type { LabContext, RequestClaim } from "./model";

/** What labs share that are reached from outside. */

/** The ingress; a usual one where the stack has none, so that a lab can be read without a stack. */
export function siteOf(ctx: LabContext): IngressSite {
  return (
    ctx.ingress ?? {
      className: "labs",
      baseDomain: ctx.facts.baseDomain,
      ports: { http: 80, https: 443 },
      controller: { kind: "Deployment", hostNetwork: false, ports: { http: 80, https: 443, webhook: 8443 } },
      tls: { certificate: { issuer: "labs", readsGateways: true }, redirect: true, awaited: true, trust: "" },
    }
  );
}

/** The Gateway; a usual one where the stack has none, so that a lab can be read without a stack. */
export function gatewaySiteOf(ctx: LabContext): IngressSite {
  const { className, baseDomain, ports, tls } = siteOf(ctx);
  return (
    ctx.gateway ?? {
      kind: "gateway",
      className,
      baseDomain,
      ports,
      gateway: { ...GATEWAY, hosts: [] },
      controller: {
        ...proxyPods(GATEWAY),
        control: {
          namespace: "calico-system",
          name: "envoy-gateway",
          serviceAccount: "envoy-gateway",
          labels: { "control-plane": "envoy-gateway" },
          ports: { grpc: 18000 },
        },
      },
      ...(tls === undefined ? {} : { tls }),
    }
  );
}

/** The same without certificates, for steps that come before them. */
export function withoutTls(ctx: LabContext): LabContext {
  const { tls: _, ...plain } = siteOf(ctx);
  return { ...ctx, ingress: plain };
}

/** A name of the lab under the base domain; a copy of the lab has names of its own. */
export function labHost(ctx: LabContext, labId: string, name: string): string {
  return hostOf(siteOf(ctx), name, ctx.instance === labId ? undefined : ctx.instance);
}

/** The URL of a host, as a browser takes it. */
export const labUrl = (ctx: LabContext, host: string, path = "/"): string => urlOf(siteOf(ctx), host, path);

/**
 * Certificates and Ingresses of routes and canaries, or HTTPRoutes, whose certificates the Gateway has. `services` are the lab's objects: a route to a Service that is
 * not there is a mistake in the lab, and told before anything is made.
 */
export function routed(
  ctx: LabContext,
  services: readonly KubeObject[],
  routes: Routes,
  canaries: readonly Canary[] = [],
): KubeObject[] {
  const site = siteOf(ctx);
  const set = withTls(routes, site);
  failOn(`Lab ${ctx.instance} has routes that cannot work.`, [
    ...checkRoutes([set], services),
    ...checkCanaries(canaries, [set], services),
    ...(site.kind === "alb" ? albProblems(set, canaries) : []),
    ...(site.kind === "gateway" ? gatewayProblems(set, canaries) : []),
    ...(site.kind === undefined ? nginxProblems(set) : []),
  ]);
  if (site.kind === "gateway")
    return toHttpRoutes(set, canaries, { ...(site.gateway ?? GATEWAY), ports: site.ports }, services);
  const options = { className: site.className };
  if (site.kind === "alb") return [toAlbIngress(set, canaries, options)];
  return [
    ...certificatesFor(set, site),
    ...toIngresses(set, options),
    ...canaries.map((c) => canaryIngress(c, options)),
  ];
}

type RequestArgs = Pick<RequestClaim, "host" | "path" | "reason"> &
  Partial<
    Pick<
      RequestClaim,
      "headers" | "cookies" | "status" | "location" | "backends" | "seen" | "scheme" | "gateway"
    >
  >;

/** A request as a browser of this stack makes it: HTTPS where there are certificates. */
export function request(ctx: LabContext, args: RequestArgs): RequestClaim {
  return { kind: "request", scheme: defaultScheme(siteOf(ctx)), ...args };
}
