import type { KubeObject } from "../../kube/objects";
import { VERSION, type Filter, type RouteRule } from "../gateway/objects";
import type { Server, Upstream, UpstreamCanary } from "../nginx/model";
import { CATCH_ALL, canaryOf, type NginxTable } from "../nginx/table";
import { backendPolicies } from "./backend-tls";
import { certificates, grants } from "./certificates";
import { grpcRules } from "./grpc";
import { listenersOf, slugOf, type HostListener } from "./listeners";
import { unitsOf, type Unit } from "./path-matches";
import { HTTPS, rulesOf } from "./rules";

export interface MigrateOptions {
  /** The GatewayClass, which must exist. */
  gatewayClass: string;
  gateway: { namespace: string; name: string };
  /** `namespace/name` of a Secret for hosts with TLS that no Secret covers; it must be made. */
  defaultCertificate: string;
}

export interface Conversion {
  objects: KubeObject[];
  listeners: readonly HostListener[];
  units: ReadonlyMap<Server, readonly Unit[]>;
  canaryOf: (upstream: Upstream) => UpstreamCanary | undefined;
}

/** The rules of a route hold 16 at most (the CRD). */
const MOST_RULES = 16;

/** Gateway API objects for what nginx serves: not Ingress by Ingress, but host by host, as the controller merged them. */
export function convert(table: NginxTable, options: MigrateOptions): Conversion {
  const listeners = listenersOf(table, options);
  const units = new Map<Server, readonly Unit[]>();
  const routes: KubeObject[] = [];
  for (const server of table.servers.values()) {
    const own = unitsOf(server);
    units.set(server, own);
    routes.push(...hostRoutes(table, server, own, listeners, options));
  }
  routes.push(...wwwRoutes(table, listeners, options));
  const namespaces = [...new Set(routes.map((r) => r.metadata.namespace ?? "default"))].sort();
  const objects = [
    namespace(options.gateway.namespace),
    gateway(options, listeners, namespaces),
    ...grants(listeners, options),
    ...certificates(table),
    ...routes,
    ...backendPolicies(table),
  ];
  return { objects, listeners, units, canaryOf: (upstream) => canaryOf(table, upstream) };
}

const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

function gateway(
  { gateway: { namespace: own, name }, gatewayClass }: MigrateOptions,
  listeners: readonly HostListener[],
  namespaces: readonly string[],
): KubeObject {
  const allowedRoutes = {
    namespaces:
      namespaces.length === 0
        ? { from: "Same" }
        : {
            from: "Selector",
            selector: {
              matchExpressions: [
                { key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] },
              ],
            },
          },
  };
  return {
    apiVersion: VERSION,
    kind: "Gateway",
    metadata: { name, namespace: own },
    spec: {
      gatewayClassName: gatewayClass,
      listeners: [
        { name: "http", protocol: "HTTP", port: 80, allowedRoutes },
        ...listeners.map((l) => ({
          name: l.name,
          protocol: l.passthrough ? "TLS" : "HTTPS",
          port: 443,
          ...(l.host === undefined ? {} : { hostname: l.host }),
          tls: l.passthrough
            ? { mode: "Passthrough" }
            : { mode: "Terminate", certificateRefs: [secretRef(l, own)] },
          allowedRoutes,
        })),
      ],
    },
  };
}

function secretRef({ secret = "" }: HostListener, own: string) {
  const [at = "", name = ""] = secret.split("/");
  return { kind: "Secret", name, ...(at === own ? {} : { namespace: at }) };
}

/** Rules for plain HTTP, for HTTPS, or for both, by the namespace whose route carries them. */
type Groups = Map<
  string,
  { namespace: string; sections: ("http" | "https")[]; grpc: boolean; rules: RouteRule[] }
>;

function hostRoutes(
  table: NginxTable,
  server: Server,
  units: readonly Unit[],
  listeners: readonly HostListener[],
  options: MigrateOptions,
): KubeObject[] {
  const secure = listeners.filter((l) => l.server === server && !l.passthrough);
  const groups: Groups = new Map();
  const add = (
    namespace: string,
    sections: ("http" | "https")[],
    rules: readonly RouteRule[],
    grpc = false,
  ) => {
    if (rules.length === 0) return;
    const key = [namespace, ...sections, grpc].join();
    const group = groups.get(key) ?? { namespace, sections, grpc, rules: [] };
    group.rules.push(...rules);
    groups.set(key, group);
  };
  const grpc = grpcRules(table, server, units);
  const ruled = units.map((unit) => ({
    unit,
    namespace: unit.location.ingress?.namespace ?? options.gateway.namespace,
    http: rulesOf(table, server, unit, "http"),
    https: secure.length === 0 ? [] : rulesOf(table, server, unit, "https"),
  }));
  const early = earlyRules(server);
  for (const { namespace, rules } of early)
    add(namespace, secure.length === 0 ? ["http"] : ["http", "https"], rules);
  const taken = new Set(early.flatMap((e) => e.exact));
  const all = ruled.filter(({ unit }) => !(unit.path.type === "Exact" && taken.has(unit.path.value)));
  const root = server.locations[0]?.ingress?.namespace ?? options.gateway.namespace;
  const redirected =
    all.length > 0 && all.every(({ http }) => http.length === 1 && http[0]?.filters?.[0] === HTTPS);
  if (redirected)
    add(root, ["http"], [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], filters: [HTTPS] }]);
  for (const { unit, namespace, http, https } of all) {
    const grpcRule = grpc?.get(unit);
    if (grpcRule !== undefined) {
      if (!redirected)
        add(
          namespace,
          ["http"],
          http.some((r) => r.filters?.[0] === HTTPS) ? http : grpcRule,
          !http.some((r) => r.filters?.[0] === HTTPS),
        );
      if (secure.length > 0) add(namespace, ["https"], grpcRule, true);
    } else if (!redirected && secure.length > 0 && JSON.stringify(http) === JSON.stringify(https)) {
      add(namespace, ["http", "https"], http);
    } else {
      if (!redirected) add(namespace, ["http"], http);
      add(namespace, ["https"], https);
    }
  }
  const names = new Map<string, number>();
  return [
    ...[...groups.values()].flatMap((g) => routesOf(server, g, secure, options, names)),
    ...passthroughRoute(table, server, listeners, options),
  ];
}

/** app-root, and the redirect to a path with a slash at its end: both before any backend. */
function earlyRules(server: Server): { namespace: string; rules: RouteRule[]; exact: string[] }[] {
  const out: { namespace: string; rules: RouteRule[]; exact: string[] }[] = [];
  const redirect = (path: string, to: string, code: number, namespace: string) => {
    const filter: Filter = {
      type: "RequestRedirect",
      requestRedirect: { path: { type: "ReplaceFullPath", replaceFullPath: to }, statusCode: code },
    };
    out.push({
      namespace,
      rules: [{ matches: [{ path: { type: "Exact", value: path } }], filters: [filter] }],
      exact: [path],
    });
  };
  const first = server.nginx.find((l) => l.location.settings.appRoot !== undefined)?.location;
  if (first?.settings.appRoot !== undefined)
    redirect("/", first.settings.appRoot, 302, first.ingress?.namespace ?? "default");
  if (server.regex) return out;
  for (const { location, path } of server.nginx) {
    const bare = path.replace(/\/$/, "");
    if (bare === path || bare === "" || server.nginx.some((l) => l.path === bare)) continue;
    if (out.some((o) => o.exact.includes(bare))) continue;
    redirect(bare, path, 301, location.ingress?.namespace ?? "default");
  }
  return out;
}

function routesOf(
  server: Server,
  group: { namespace: string; sections: ("http" | "https")[]; grpc: boolean; rules: RouteRule[] },
  secure: readonly HostListener[],
  options: MigrateOptions,
  names: Map<string, number>,
): KubeObject[] {
  const sections = group.sections.flatMap((s) => (s === "http" ? ["http"] : secure.map((l) => l.name)));
  const plain = group.sections.includes("http");
  const hostnames =
    server.host === CATCH_ALL
      ? undefined
      : plain
        ? [server.host, ...server.aliases.filter((a) => !a.startsWith("~"))]
        : secure.flatMap((l) => (l.host === undefined ? [] : [l.host]));
  const redirects = group.rules.every((r) => r.filters?.[0] === HTTPS);
  const base = `${slugOf(server.host)}${redirects ? "-to-https" : group.sections.length === 1 && secure.length > 0 ? `-${group.sections[0] ?? ""}` : ""}`;
  const chunks = Array.from({ length: Math.ceil(group.rules.length / MOST_RULES) }, (_, i) =>
    group.rules.slice(i * MOST_RULES, (i + 1) * MOST_RULES),
  );
  return chunks.map((rules) => {
    const key = `${group.namespace}/${base}`;
    const n = (names.get(key) ?? 0) + 1;
    names.set(key, n);
    return routeObject(group.grpc ? "GRPCRoute" : "HTTPRoute", {
      name: n === 1 ? base : `${base}-${n}`,
      namespace: group.namespace,
      annotations: dnsAnnotations(server, group.namespace),
      sections,
      ...(hostnames === undefined ? {} : { hostnames }),
      rules,
      options,
    });
  });
}

function routeObject(
  kind: string,
  r: {
    name: string;
    namespace: string;
    annotations: Record<string, string>;
    sections: readonly string[];
    hostnames?: readonly string[];
    rules: readonly object[];
    options: MigrateOptions;
  },
): KubeObject {
  const { namespace: at, name } = r.options.gateway;
  return {
    apiVersion: VERSION,
    kind,
    metadata: {
      name: r.name,
      namespace: r.namespace,
      ...(Object.keys(r.annotations).length === 0 ? {} : { annotations: r.annotations }),
    },
    spec: {
      parentRefs: r.sections.map((sectionName) => ({
        name,
        ...(at === r.namespace ? {} : { namespace: at }),
        sectionName,
      })),
      ...(r.hostnames === undefined ? {} : { hostnames: [...r.hostnames] }),
      rules: r.rules,
    },
  };
}

/** external-dns reads a route's own annotations as it reads an Ingress's. */
function dnsAnnotations(server: Server, namespace: string): Record<string, string> {
  const all = server.locations
    .filter((l) => l.ingress?.namespace === namespace)
    .flatMap((l) => Object.entries(l.ingress?.annotations ?? {}));
  return Object.fromEntries(all.filter(([key]) => key.startsWith("external-dns.alpha.kubernetes.io/")));
}

function wwwRoutes(
  table: NginxTable,
  listeners: readonly HostListener[],
  options: MigrateOptions,
): KubeObject[] {
  return [...table.wwwRedirects].map(([from, to]) => {
    const secure = listeners.filter((l) => l.host === from);
    const filter: Filter = { type: "RequestRedirect", requestRedirect: { hostname: to, statusCode: 308 } };
    return routeObject("HTTPRoute", {
      name: slugOf(from),
      namespace:
        table.servers.get(to)?.locations.find((l) => l.ingress !== undefined)?.ingress?.namespace ??
        "default",
      annotations: {},
      sections: ["http", ...secure.map((l) => l.name)],
      hostnames: [from],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], filters: [filter] }],
      options,
    });
  });
}

function passthroughRoute(
  table: NginxTable,
  server: Server,
  listeners: readonly HostListener[],
  options: MigrateOptions,
): KubeObject[] {
  const listener = listeners.find((l) => l.server === server && l.passthrough);
  const upstream = server.locations.find((l) => l.path === "/" && l.type === "Prefix")?.upstream;
  if (listener === undefined || upstream === undefined) return [];
  const port =
    table.services.portOf(upstream.namespace, upstream.service, upstream.port) ?? Number(upstream.port);
  return [
    routeObject("TLSRoute", {
      name: `${slugOf(server.host)}-passthrough`,
      namespace: upstream.namespace,
      annotations: {},
      sections: [listener.name],
      hostnames: [server.host],
      rules: [{ backendRefs: [{ name: upstream.service, port }] }],
      options,
    }),
  ];
}
