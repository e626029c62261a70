import type { KubeObject } from "../../kube/objects";
import { takes } from "../gateway/hostnames";
import { VERSION, type Filter, type RouteRule } from "../gateway/objects";
import { hasCertificate } from "../nginx/hosts";
import type { Server, Upstream, UpstreamCanary } from "../nginx/model";
import { CATCH_ALL, canaryOf, type NginxTable } from "../nginx/table";
import type { SecuritySpec } from "../gateway/security-policy";
import { backendPolicies } from "./backend-tls";
import { certificates, grants, serviceGrants } from "./certificates";
import { grpcRules } from "./grpc";
import { hostnamesOf, listenersOf, secureNames, type HostListener } from "./listeners";
import { unitsOf, type Unit } from "./path-matches";
import { passthroughRoute, routesOf, wwwRoutes, type Group, type MigrateOptions } from "./route-objects";
import { HTTPS, rulesOf } from "./rules";
import { securityOf } from "./security-policies";

export interface Conversion {
  objects: KubeObject[];
  listeners: readonly HostListener[];
  units: ReadonlyMap<Server, readonly Unit[]>;
  /** Servers that GRPCRoutes stand for. */
  grpc: ReadonlySet<Server>;
  canaryOf: (upstream: Upstream) => UpstreamCanary | undefined;
}

/** Gateway API objects for what nginx serves: not Ingress by Ingress, but host by host, as the controller merged them. */
export function convert(table: NginxTable, options: MigrateOptions): Conversion {
  const listeners = listenersOf(table, options);
  const units = new Map<Server, readonly Unit[]>();
  const routes: KubeObject[] = [];
  const names = new Map<string, number>();
  const grpc = new Set<Server>();
  for (const server of table.servers.values()) {
    const own = unitsOf(server);
    units.set(server, own);
    const made = [
      ...namesAlike(table, server).flatMap((hosts) =>
        hostRoutes(table, { server, hosts }, own, listeners, options, names),
      ),
      ...passthroughRoute(table, server, listeners, options),
    ];
    if (made.some((r) => r.kind === "GRPCRoute")) grpc.add(server);
    routes.push(...made);
  }
  routes.push(...wwwRoutes(table, listeners, options));
  const namespaces = [...new Set(routes.map((r) => r.metadata.namespace ?? "default"))].sort();
  const objects = [
    namespace(options.gateway.namespace),
    gateway(options, listeners, namespaces),
    ...grants(listeners, options),
    ...serviceGrants(routes),
    ...certificates(table),
    ...routes,
    ...backendPolicies(table),
  ];
  return { objects, listeners, units, grpc, canaryOf: (upstream) => canaryOf(table, upstream) };
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

/** The names of a server, those with a certificate apart: only for them nginx redirects to HTTPS. */
function namesAlike(table: NginxTable, server: Server): string[][] {
  const names = hostnamesOf(server);
  // No name: every host that nobody names. The aliases of the catch-all are names.
  if (server.host === CATCH_ALL) return [[], ...names.map((name) => [name])];
  const secure = names.filter((name) => hasCertificate(table, name));
  return [secure, names.filter((name) => !secure.includes(name))].filter((some) => some.length > 0);
}

const widerServes = (table: NginxTable, server: Server, host: string): boolean =>
  [...table.servers.values()].some(
    (s) =>
      s !== server &&
      s.locations.some((l) => l.upstream !== undefined) &&
      (s.host === CATCH_ALL || hostnamesOf(s).some((name) => name.startsWith("*.") && takes(name, host))),
  );

function hostRoutes(
  table: NginxTable,
  { server, hosts }: { server: Server; hosts: readonly string[] },
  units: readonly Unit[],
  listeners: readonly HostListener[],
  options: MigrateOptions,
  names: Map<string, number>,
): KubeObject[] {
  const [host] = hosts;
  const secure = secureNames(listeners, server).filter(({ name }) =>
    name === undefined ? hosts.length === 0 : hosts.includes(name),
  );
  const groups = new Map<string, Group>();
  const add = (rules: readonly RouteRule[], of: Omit<Group, "rules">) => {
    if (rules.length === 0) return;
    const key = JSON.stringify(of);
    const group = groups.get(key) ?? { ...of, rules: [] };
    group.rules.push(...rules);
    groups.set(key, group);
  };
  const securityFor = ({ location }: Unit): SecuritySpec | undefined =>
    options.implementation === "envoy-gateway" ? securityOf(location, server) : undefined;
  const guarded = (unit: Unit): boolean => securityFor(unit) !== undefined;
  const grpc = grpcRules(table, server, units, guarded);
  const ruled = units.map((unit) => ({
    unit,
    namespace: unit.location.ingress?.namespace ?? options.gateway.namespace,
    http: rulesOf(table, server, unit, "http", guarded(unit), host),
    https: secure.length === 0 ? [] : rulesOf(table, server, unit, "https", guarded(unit), host),
  }));
  const early = earlyRules(server);
  for (const { namespace, rules } of early)
    add(rules, { namespace, sections: secure.length === 0 ? ["http"] : ["http", "https"], grpc: false });
  const taken = new Set(early.flatMap((e) => e.exact));
  const all = ruled.filter(({ unit }) => !(unit.path.type === "Exact" && taken.has(unit.path.value)));
  const root = server.locations[0]?.ingress?.namespace ?? options.gateway.namespace;
  const redirected =
    all.length > 0 && all.every(({ http }) => http.length === 1 && http[0]?.filters?.[0] === HTTPS);
  if (redirected)
    add([{ matches: [{ path: { type: "PathPrefix", value: "/" } }], filters: [HTTPS] }], {
      namespace: root,
      sections: ["http"],
      grpc: false,
    });
  for (const { unit, namespace, http, https } of all) {
    const security = securityFor(unit);
    const of = (sections: Group["sections"], rules: readonly RouteRule[], isGrpc = false): void => {
      const open = rules.every((r) => r.filters?.some((f) => f.requestRedirect !== undefined) === true);
      add(rules, {
        namespace,
        sections,
        grpc: isGrpc,
        ...(security === undefined || open ? {} : { security }),
      });
    };
    const toHttps = http.some((r) => r.filters?.[0] === HTTPS);
    const calls = grpc?.get(unit);
    if (calls !== undefined) {
      if (!redirected) of(["http"], toHttps ? http : calls, !toHttps);
      if (secure.length > 0) of(["https"], calls, true);
    } else if (!redirected && secure.length > 0 && JSON.stringify(http) === JSON.stringify(https)) {
      of(["http", "https"], http);
    } else {
      if (!redirected) of(["http"], http);
      of(["https"], https);
    }
  }
  // A host without any path of its own must not fall to a wildcard or the catch-all.
  if (groups.size === 0 && host !== undefined && !server.passthrough && widerServes(table, server, host))
    add([{ matches: [{ path: { type: "PathPrefix", value: "/" } }] }], {
      namespace: root,
      sections: secure.length === 0 ? ["http"] : ["http", "https"],
      grpc: false,
    });
  return [...groups.values()].flatMap((g) => routesOf({ server, hosts }, g, secure, options, names));
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
