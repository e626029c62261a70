import type { KubeObject } from "../../kube/objects";
import type { Problem } from "../../kube/problems";
import type { Canary } from "../canary/canary";
import { pcre } from "../canary/precedence";
import { rewriteBy } from "../nginx/locations";
import { Services } from "../services";
import {
  hostName,
  typeOf,
  type Backend,
  type HostRoutes,
  type PathRoute,
  type Routes,
} from "../routes/routes";
import { branches } from "./canary-branches";
import { VERSION, type BackendRef, type Filter, type RouteMatch, type RouteRule } from "./objects";
import { expression, prefixRewrite } from "./path-expressions";
import { isRe2 } from "./precedence";

/** The Gateway that routes hang on, and the ports that its clients use. */
export interface GatewayParent {
  namespace: string;
  name: string;
  ports: { https: number };
}

/** Name of the listener for plain HTTP. */
export const HTTP_LISTENER = "http";
/** Name of a host's listener for HTTPS: each has a certificate of its own. */
export const httpsListener = (host: string): string => `https-${host.replace(/^\*\./, "wildcard.")}`;
/** Rules of an HTTPRoute at most (its CRD). */
const MOST_RULES = 16;

/**
 * HTTPRoutes of a set of routes and their canaries (checked before): one for each host, and one more that sends plain
 * HTTP to HTTPS. The first host's has the set's own name.
 */
export function toHttpRoutes(
  set: Routes,
  canaries: readonly Canary[],
  parent: GatewayParent,
  services: readonly KubeObject[],
): KubeObject[] {
  const known = new Services(services);
  const hosts: readonly HostRoutes[] = set.hosts.length === 0 ? [{ paths: [] }] : set.hosts;
  const names = routeNames(set);
  return hosts.flatMap((host, at) => {
    const name = names[at] ?? set.name;
    const redirects = host.tls !== undefined && host.host !== undefined && set.redirectToHttps !== false;
    const secure = host.tls === undefined || host.host === undefined ? [] : [httpsListener(host.host)];
    const rules = [
      ...host.paths.flatMap((p) => pathRules(set, host, p, canaries, known)),
      ...defaultRule(set, host, known),
    ];
    const route = (suffix: string, sections: readonly string[], of: RouteRule[]): KubeObject => ({
      apiVersion: VERSION,
      kind: "HTTPRoute",
      metadata: { name: `${name}${suffix}`, namespace: set.namespace },
      spec: {
        parentRefs: sections.map((sectionName) => ({
          name: parent.name,
          namespace: parent.namespace,
          sectionName,
        })),
        ...(host.host === undefined ? {} : { hostnames: [host.host] }),
        rules: of,
      },
    });
    return [
      route("", redirects ? secure : [HTTP_LISTENER, ...secure], rules),
      ...(redirects ? [route("-to-https", [HTTP_LISTENER], [{ filters: [toHttps(parent)] }])] : []),
    ];
  });
}

function toHttps({ ports: { https } }: GatewayParent): Filter {
  return {
    type: "RequestRedirect",
    requestRedirect: { scheme: "https", ...(https === 443 ? {} : { port: https }), statusCode: 308 },
  };
}

/** By the first label of a host, which is enough; by the whole name where two hosts share it. */
function routeNames(set: Routes): string[] {
  const label = (h: HostRoutes): string => (h.host ?? "any").split(".").find((l) => l !== "*") ?? "any";
  return set.hosts.map((host, at) => {
    if (at === 0) return set.name;
    const shared = set.hosts.some((h, i) => i !== at && i > 0 && label(h) === label(host));
    const own = shared ? (host.host ?? "any").replace(/^\*\./, "wildcard.") : label(host);
    return `${set.name}-${own}`.slice(0, 253);
  });
}

/** What no path of the host takes. */
function defaultRule(set: Routes, host: HostRoutes, services: Services): RouteRule[] {
  const taken = host.paths.some((p) => p.path === "/" && typeOf(p) === "Prefix");
  if (set.defaultBackend === undefined || taken) return [];
  return [
    {
      matches: [{ path: { type: "PathPrefix", value: "/" } }],
      backendRefs: [refOf(set, set.defaultBackend, services)],
    },
  ];
}

function pathRules(
  set: Routes,
  host: HostRoutes,
  route: PathRoute,
  canaries: readonly Canary[],
  services: Services,
): RouteRule[] {
  const { path, rewrite } = pathMatch(route);
  const canary = canaryOf(set, host, route, canaries);
  const primary = [refOf(set, route.backend, services)];
  const all =
    canary === undefined
      ? [{ headers: [], backendRefs: primary }]
      : branches(canary.strategy, primary, [refOf(set, canary.canary, services)]);
  const filters: Filter[] = [
    ...(rewrite === undefined ? [] : [{ type: "URLRewrite", urlRewrite: { path: rewrite } }]),
    ...(route.mirror === undefined
      ? []
      : [{ type: "RequestMirror", requestMirror: { backendRef: refOf(set, route.mirror, services) } }]),
  ];
  return all.map(({ headers, backendRefs }) => ({
    matches: [{ path, ...(headers.length === 0 ? {} : { headers }) }],
    ...(filters.length === 0 ? {} : { filters }),
    backendRefs,
    ...(route.timeout === undefined ? {} : { timeouts: { request: `${route.timeout}s` } }),
  }));
}

const canaryOf = (
  set: Routes,
  host: HostRoutes,
  path: PathRoute,
  canaries: readonly Canary[],
): Canary | undefined =>
  canaries.find(
    (c) =>
      c.namespace === set.namespace &&
      c.host === host.host &&
      c.path === path.path &&
      typeOf(c) === typeOf(path),
  );

/** A backendRef has the port's number, never its name. */
function refOf(set: Routes, { service, port }: Backend, services: Services): BackendRef {
  return { name: service, port: services.portOf(set.namespace, service, port) ?? Number(port) };
}

type Path = NonNullable<RouteMatch["path"]>;
type Rewrite = NonNullable<NonNullable<Filter["urlRewrite"]>["path"]>;

/** The match of a path; `gap`: what a route has no word for. */
function pathMatch(route: PathRoute): { path: Path; rewrite?: Rewrite; gap?: string } {
  const { path, rewrite: target } = route;
  const type = typeOf(route);
  if (type !== "Regex") {
    const value = type === "Exact" || path === "/" ? path : path.replace(/\/$/, "");
    const match: Path = { type: type === "Exact" ? "Exact" : "PathPrefix", value };
    if (target === undefined) return { path: match };
    // nginx replaces the whole path by a target without groups.
    return { path: match, rewrite: { type: "ReplaceFullPath", replaceFullPath: target } };
  }
  if (pcre(path) === undefined || !isRe2(path))
    return { path: expression(path), gap: "is an expression that Envoy's RE2 does not know" };
  if (target === undefined) return { path: expression(path) };
  const prefix = prefixRewrite(path, (p) => rewriteBy(path, target, p));
  if (prefix !== undefined) return prefix;
  if (!/\$\{?\d/.test(target))
    return { path: expression(path), rewrite: { type: "ReplaceFullPath", replaceFullPath: target } };
  return {
    path: expression(path),
    gap: `rewrites to ${target}, which puts captured parts together: a route replaces a prefix or the whole path`,
  };
}

/** What routes ask that HTTPRoutes have no word for, each with a way out. */
export function gatewayProblems(set: Routes, canaries: readonly Canary[]): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string, fix: string): void => {
    problems.push({ path: `routes ${set.namespace}/${set.name}: ${path}`, message, fix });
  };
  for (const host of set.hosts) {
    for (const path of host.paths) {
      const { gap } = pathMatch(path);
      if (gap !== undefined)
        say(`${hostName(host)}${path.path}`, gap, "a prefix with a rewrite, as /pay(/|$)(.*) to /$2");
    }
    if (host.tls !== undefined && host.host === undefined)
      say("every host", "an HTTPS listener has one name and its certificate", "name the hosts");
    const rules = host.paths.flatMap((p) => pathRules(set, host, p, canaries, new Services([]))).length;
    if (rules + (set.defaultBackend === undefined ? 0 : 1) > MOST_RULES)
      say(
        hostName(host),
        `has ${rules} rules, and an HTTPRoute takes ${MOST_RULES}`,
        "two sets of routes, by paths",
      );
  }
  for (const { name, strategy } of canaries) {
    const { pattern } = strategy.header ?? {};
    if (pattern !== undefined && (!isRe2(pattern) || pcre(pattern) === undefined))
      say(`canary ${name}`, `${pattern} is an expression that Envoy's RE2 does not know`, "a value");
  }
  return problems;
}
