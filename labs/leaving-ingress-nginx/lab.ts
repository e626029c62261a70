import type { KubeObject } from "../../kube/objects";
import { byWeight, type Canary } from "../../routing/canary/canary";
import { GROUP, gatewayKind, type RouteSpec } from "../../routing/gateway/objects";
import { GATEWAY_CERTIFICATE } from "../../routing/gateway/site-gateway";
import { urlOf } from "../../routing/ingress-site";
import { migrate } from "../../routing/migrate/migrate";
import { ANNOTATION } from "../../routing/routes/ingress-objects";
import type { Routes } from "../../routing/routes/routes";
import { echo } from "../echo";
import { gatewaySiteOf, labHost, request, routed, siteOf } from "../ingress";
import { refTo, type Claim, type Lab, type LabContext } from "../model";
import { namespace, service } from "../workload";

const LAB = "leaving-ingress-nginx";
const nsOf = (ctx: LabContext): string => ctx.namespaces["shop"] ?? "leaving-shop";
const hostOf = (ctx: LabContext): string => labHost(ctx, LAB, "old-shop");
/** Requests a second that one client may make of the API. */
const LIMIT = 50;

const APPS = ["web", "web-next", "api"] as const;
const workloads = (ctx: LabContext): KubeObject[] => [
  namespace(nsOf(ctx), "restricted"),
  ...APPS.flatMap((name) => [
    echo({ name, namespace: nsOf(ctx) }),
    service({
      name,
      namespace: nsOf(ctx),
      selector: { app: name },
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
    }),
  ]),
];

const to = (name: string) => ({ service: name, port: 80 });

const routes = (ctx: LabContext): Routes => ({
  name: "shop",
  namespace: nsOf(ctx),
  hosts: [
    {
      host: hostOf(ctx),
      paths: [
        { path: "/", backend: to("web") },
        { path: "/api(/|$)(.*)", type: "Regex", rewrite: "/$2", backend: to("api") },
      ],
    },
  ],
});

const canary = (ctx: LabContext): Canary => ({
  name: "shop-canary",
  namespace: nsOf(ctx),
  host: hostOf(ctx),
  path: "/",
  primary: to("web"),
  canary: to("web-next"),
  strategy: byWeight(20),
});

/** The shop as it has run for years: annotations for what an Ingress has no field for. */
function ingresses(ctx: LabContext): KubeObject[] {
  return routed(ctx, workloads(ctx), routes(ctx), [canary(ctx)]).map((o) =>
    o.kind === "Ingress" && o.metadata.annotations?.[`${ANNOTATION}/use-regex`] !== undefined
      ? {
          ...o,
          metadata: {
            ...o.metadata,
            annotations: { ...o.metadata.annotations, [`${ANNOTATION}/limit-rps`]: String(LIMIT) },
          },
        }
      : o,
  );
}

/** What `labs migrate` makes of the Ingresses, less what the platform has: Gateway, listeners, certificates. */
function httpRoutes(ctx: LabContext): KubeObject[] {
  const site = gatewaySiteOf(ctx);
  const place = site.gateway ?? { namespace: "", name: "" };
  const { objects } = migrate([...workloads(ctx), ...ingresses(ctx)], {
    className: siteOf(ctx).className,
    gatewayClass: site.className,
    gateway: place,
    defaultCertificate: `${place.namespace}/${GATEWAY_CERTIFICATE}`,
  });
  return gatewayKind(objects, "HTTPRoute").map((o) => atPort(o, site.ports.https));
}

/** A redirect leads to 443; where clients reach HTTPS elsewhere it has to say so. */
function atPort(route: KubeObject, https: number): KubeObject {
  if (https === 443) return route;
  const spec = route["spec"] as RouteSpec;
  const rules = (spec.rules ?? []).map((rule) => ({
    ...rule,
    ...(rule.filters === undefined
      ? {}
      : {
          filters: rule.filters.map((f) =>
            f.requestRedirect?.scheme === "https"
              ? { ...f, requestRedirect: { ...f.requestRedirect, port: https } }
              : f,
          ),
        }),
  }));
  return { ...route, spec: { ...spec, rules } };
}

/** What the report calls not convertible, in Envoy Gateway's own words. */
const limits = (ctx: LabContext): KubeObject[] =>
  httpRoutes(ctx)
    .filter((o) => JSON.stringify(o).includes('"name":"api"'))
    .map((o) => ({
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "BackendTrafficPolicy",
      metadata: { name: "api-limit", namespace: nsOf(ctx) },
      spec: {
        targetRefs: [{ group: GROUP, kind: "HTTPRoute", name: o.metadata.name }],
        rateLimit: {
          type: "Local",
          local: { rules: [{ limit: { requests: LIMIT, unit: "Second" } }] },
        },
      },
    }))
    .slice(0, 1);

type Way = "nginx" | "gateway";

/** The shop's requests, at one of the two ways in. */
function shop(ctx: LabContext, way: Way): Claim[] {
  const site = way === "nginx" ? siteOf(ctx) : gatewaySiteOf(ctx);
  const { namespace: ns, name } = site.gateway ?? {};
  const scheme = site.tls === undefined ? ("http" as const) : ("https" as const);
  const at = { host: hostOf(ctx), ...(way === "nginx" ? {} : { gateway: `${ns ?? ""}/${name ?? ""}` }) };
  const of = (service: string): string => `${nsOf(ctx)}/${service}`;
  return [
    request(ctx, {
      ...at,
      scheme,
      path: "/",
      backends: { [of("web")]: 0.8, [of("web-next")]: 0.2 },
      reason: way === "nginx" ? "canary-weight 20 of 100" : "weights 80 and 20",
    }),
    request(ctx, {
      ...at,
      scheme,
      path: "/api/items?id=7",
      seen: "/items?id=7",
      backends: { [of("api")]: 1 },
      reason:
        way === "nginx"
          ? "the expression fits, and /$2 is what api sees"
          : "the prefix /api is replaced by /",
    }),
    way === "nginx"
      ? request(ctx, {
          ...at,
          scheme,
          path: "/API/items",
          seen: "/items",
          backends: { [of("api")]: 1 },
          reason: "one expression makes the whole host ignore case",
        })
      : request(ctx, {
          ...at,
          scheme,
          path: "/API/items",
          backends: { [of("web")]: 0.8, [of("web-next")]: 0.2 },
          reason: "a prefix minds case, so / takes it: this is the difference that the report lists",
        }),
    ...(site.tls?.redirect === true
      ? [
          request(ctx, {
            ...at,
            scheme: "http",
            path: "/cart",
            status: 308,
            location: urlOf(site, hostOf(ctx), "/cart", "https"),
            reason: "plain HTTP is sent to HTTPS",
          }),
        ]
      : []),
  ];
}

/** A host that the controller does not know any more. */
const gone = (ctx: LabContext): Claim =>
  request(ctx, {
    host: hostOf(ctx),
    path: "/",
    scheme: "http",
    status: 404,
    reason: "no Ingress names this host any more",
  });

export const leavingIngressNginx: Lab = {
  id: LAB,
  title: "Leaving ingress-nginx, with proof",
  summary:
    "A shop runs on Ingress with annotations, and its controller gets no fixes any more. Take inventory, let both serve side by side, know each difference before anybody meets it, and go.",
  namespaces: { shop: "leaving-shop" },
  clusterWide: false,
  needs: { ingress: true, ingressNginx: true, gateway: true, tls: true, hostPorts: [31080, 31443] },
  workloads,
  links: (ctx) => [
    { title: "the shop at nginx", url: urlOf(siteOf(ctx), hostOf(ctx)) },
    { title: "the shop at the Gateway", url: urlOf(gatewaySiteOf(ctx), hostOf(ctx)) },
  ],
  steps: [
    {
      id: "on-nginx",
      title: "As it has run for years",
      aim: "List the annotations that the shop lives by, and what labs migrate says of each.",
      add: ingresses,
      expect: (ctx) => shop(ctx, "nginx"),
    },
    {
      id: "beside",
      title: "Both, side by side",
      aim: "Hang the routes that labs migrate writes on the Gateway. The same requests go to both; one is answered otherwise.",
      add: httpRoutes,
      expect: (ctx) => [...shop(ctx, "nginx"), ...shop(ctx, "gateway")],
    },
    {
      id: "protected",
      title: "What routes have no word for",
      aim: "The limit of requests was an annotation. Say it again in Envoy Gateway's own policy, before traffic comes.",
      add: limits,
      expect: (ctx) => [...shop(ctx, "nginx"), ...shop(ctx, "gateway")],
    },
    {
      id: "gone",
      title: "Without nginx",
      aim: "Names lead to the Gateway now: take the Ingresses away. One step back brings them again.",
      remove: (ctx) =>
        ingresses(ctx)
          .filter((o) => o.kind === "Ingress")
          .map(refTo),
      expect: (ctx) => [gone(ctx), ...shop(ctx, "gateway")],
    },
  ],
};
