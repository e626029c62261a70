import type { PathRoute, Routes } from "../../routing/routes/routes";
import { urlOf } from "../../routing/ingress-site";
import type { KubeObject } from "../../kube/objects";
import { echo } from "../echo";
import type { Claim, Lab, LabContext } from "../model";
import { labHost, request, routed, siteOf, withoutTls } from "../ingress";
import { namespace, service } from "../workload";

const LAB = "ingress-routing";
const storeNs = (ctx: LabContext): string => ctx.namespaces["store"] ?? "online-store";
const payNs = (ctx: LabContext): string => ctx.namespaces["critical"] ?? "critical-space";
const store = (ctx: LabContext): string => labHost(ctx, LAB, "store");
const own = (ctx: LabContext, name: string): string => labHost(ctx, LAB, name);

const to = (name: string, port = 80) => ({ service: `${name}-service`, port });

function app(ns: string, name: string, port = 80): KubeObject[] {
  return [
    echo({ name, namespace: ns }),
    service({
      name: `${name}-service`,
      namespace: ns,
      selector: { app: name },
      ports: [{ name: "http", port, targetPort: 8080 }],
    }),
  ];
}

const workloads = (ctx: LabContext): KubeObject[] => [
  namespace(storeNs(ctx), "restricted"),
  namespace(payNs(ctx), "restricted"),
  ...["wear", "watch", "sorry"].flatMap((name) => app(storeNs(ctx), name)),
  ...app(payNs(ctx), "pay", 8282),
];

interface StoreRoutes {
  paths: PathRoute[];
  sorry?: boolean;
  hosts?: boolean;
}

/** No host and no path: it takes what nobody else on the controller names. */
const onlyDefault = (ctx: LabContext): Routes => ({
  name: "online-store",
  namespace: storeNs(ctx),
  hosts: [],
  defaultBackend: to("sorry"),
});

function storeRoutes(ctx: LabContext, { paths, sorry, hosts }: StoreRoutes): Routes {
  return {
    name: "online-store",
    namespace: storeNs(ctx),
    ...(sorry === true ? { defaultBackend: to("sorry") } : {}),
    hosts: [
      { host: store(ctx), paths },
      ...(hosts === true
        ? ["wear", "watch"].map((name) => ({
            host: own(ctx, name),
            paths: [{ path: "/", backend: to(name) }],
          }))
        : []),
    ],
  };
}

const everything: PathRoute[] = [{ path: "/", backend: to("wear") }];
const byPath: PathRoute[] = [
  { path: "/wear", backend: to("wear") },
  { path: "/watch", backend: to("watch") },
];

/** As `kubectl create ingress ingress-pay` makes it; with a rewrite the path is an expression with groups. */
function payRoutes(ctx: LabContext, rewrite: boolean): Routes {
  const backend = to("pay", 8282);
  const path: PathRoute = rewrite
    ? { path: "/pay(/|$)(.*)", type: "Regex", rewrite: "/$2", backend }
    : { path: "/pay", backend };
  return {
    name: "ingress-pay",
    namespace: payNs(ctx),
    hosts: [{ host: own(ctx, "critical"), paths: [path] }],
  };
}

const plain = (ctx: LabContext, routes: Routes): KubeObject[] =>
  routed(withoutTls(ctx), workloads(ctx), routes);

/** A plain request that a Service of the store answers. */
function answered(ctx: LabContext, host: string, path: string, name: string, reason: string): Claim {
  return request(ctx, {
    host,
    path,
    scheme: "http",
    backends: { [`${storeNs(ctx)}/${name}-service`]: 1 },
    reason,
  });
}

const lost = (ctx: LabContext, host: string, path: string, reason: string): Claim =>
  request(ctx, { host, path, scheme: "http", status: 404, reason });

const paths = (ctx: LabContext): Claim[] => [
  answered(ctx, store(ctx), "/wear", "wear", "/wear is a prefix by itself"),
  answered(ctx, store(ctx), "/watch/films?id=7", "watch", "/watch takes everything below it"),
];

const hosts = (ctx: LabContext): Claim[] => [
  answered(ctx, own(ctx, "wear"), "/anything", "wear", "the host alone decides"),
  answered(ctx, own(ctx, "watch"), "/anything", "watch", "the host alone decides"),
];

const pays = (ctx: LabContext, path: string, seen: string, reason: string): Claim =>
  request(ctx, {
    host: own(ctx, "critical"),
    path,
    seen,
    scheme: "http",
    backends: { [`${payNs(ctx)}/pay-service`]: 1 },
    reason,
  });

/** HTTPS for the store, and what becomes of plain HTTP. */
function secured(ctx: LabContext): Claim[] {
  const site = siteOf(ctx);
  const over = (scheme: "https" | "http") =>
    request(ctx, {
      host: store(ctx),
      path: "/wear",
      scheme,
      backends: { [`${storeNs(ctx)}/wear-service`]: 1 },
      reason: `${scheme} leads to the same Service`,
    });
  if (site.tls?.redirect !== true) return [over("https"), over("http")];
  const location = urlOf(site, store(ctx), "/wear", "https");
  const redirected = { host: store(ctx), path: "/wear", scheme: "http", status: 308, location } as const;
  return [
    over("https"),
    request(ctx, { ...redirected, reason: "a host with a certificate sends plain HTTP to HTTPS" }),
  ];
}

export const ingressRouting: Lab = {
  id: LAB,
  title: "Ingress: one entry, many services",
  summary:
    "Lead every name to one backend, one host by paths, many hosts by name, the rest to a default backend; rewrite a path, reach another namespace, and end with HTTPS, by hand and by cert-manager.",
  namespaces: { store: "online-store", critical: "critical-space" },
  clusterWide: false,
  needs: { ingress: true, tls: true },
  workloads,
  links: (ctx) =>
    ["store", "wear", "watch"].map((name) => ({
      title: name,
      url: urlOf(siteOf(ctx), own(ctx, name), "/", "http"),
    })),
  steps: [
    {
      id: "controller",
      title: "A controller, and no routes",
      aim: "Find the parts of the ingress controller, and its own answer where no route speaks.",
      expect: (ctx) => [lost(ctx, store(ctx), "/", "no route names this host")],
    },
    {
      id: "default-only",
      title: "Nothing but a default backend",
      aim: "One backend and no rule: sorry answers under every name that no one else has, on every path.",
      add: (ctx) => plain(ctx, onlyDefault(ctx)),
      expect: (ctx) =>
        [store(ctx), own(ctx, "wear")].map((host) =>
          answered(
            ctx,
            host,
            "/any/path",
            "sorry",
            "no rule names this host, and one default backend has none",
          ),
        ),
    },
    {
      id: "one-service",
      title: "Everything to one Service",
      aim: "One rule leads the whole host to wear.",
      add: (ctx) => plain(ctx, storeRoutes(ctx, { paths: everything })),
      expect: (ctx) => [
        answered(ctx, store(ctx), "/", "wear", "the prefix / takes every path"),
        answered(ctx, store(ctx), "/watch", "wear", "the prefix / takes every path"),
        lost(ctx, own(ctx, "wear"), "/", "no route names this host"),
      ],
    },
    {
      id: "paths",
      title: "By path",
      aim: "/wear and /watch lead to two Services under one name.",
      add: (ctx) => plain(ctx, storeRoutes(ctx, { paths: byPath })),
      expect: (ctx) => [
        ...paths(ctx),
        lost(ctx, store(ctx), "/wearable", "Prefix goes by path elements: /wearable is not below /wear"),
        lost(ctx, store(ctx), "/", "no rule and no default backend"),
      ],
    },
    {
      id: "default-backend",
      title: "A default backend",
      aim: "What no rule takes goes to sorry, instead of the controller's bare 404.",
      add: (ctx) => plain(ctx, storeRoutes(ctx, { paths: byPath, sorry: true })),
      expect: (ctx) => [
        ...paths(ctx),
        answered(
          ctx,
          store(ctx),
          "/else",
          "sorry",
          "no path fits, so the default backend of its routes answers",
        ),
        lost(ctx, own(ctx, "wear"), "/", "the default backend holds for the hosts of its own routes only"),
      ],
    },
    {
      id: "hosts",
      title: "By host",
      aim: "wear and watch get names of their own; the paths stay.",
      add: (ctx) => plain(ctx, storeRoutes(ctx, { paths: byPath, sorry: true, hosts: true })),
      expect: (ctx) => [...paths(ctx), ...hosts(ctx)],
    },
    {
      id: "other-namespace",
      title: "In another namespace",
      aim: "pay-service lives in critical-space, so its route must as well. pay sees the path as the client wrote it.",
      add: (ctx) => plain(ctx, payRoutes(ctx, false)),
      expect: (ctx) => [
        ...paths(ctx),
        ...hosts(ctx),
        pays(ctx, "/pay/now", "/pay/now", "the route beside the Service leads there"),
      ],
    },
    {
      id: "rewrite",
      title: "Rewrite the path",
      aim: "pay knows nothing of /pay: cut it off on the way.",
      remove: (ctx) => [{ kind: "Ingress", namespace: payNs(ctx), name: "ingress-pay" }],
      add: (ctx) => plain(ctx, payRoutes(ctx, true)),
      expect: (ctx) => [
        ...paths(ctx),
        ...hosts(ctx),
        pays(ctx, "/pay/now", "/now", "the expression matches, and pay sees /now"),
        siteOf(ctx).kind === "gateway"
          ? lost(ctx, own(ctx, "critical"), "/PAY", "a prefix of a Gateway's route minds case")
          : pays(ctx, "/PAY", "/", "one expression makes the whole host ignore case"),
      ],
    },
    {
      id: "tls",
      title: "HTTPS",
      aim: "A certificate for each name of the store, and plain HTTP sent to HTTPS.",
      add: (ctx) =>
        routed(ctx, workloads(ctx), storeRoutes(ctx, { paths: byPath, sorry: true, hosts: true })),
      expect: secured,
    },
  ],
};
