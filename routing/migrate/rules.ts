import type { BackendRef, CorsFilter, Filter, HeaderMatch, RouteRule } from "../gateway/objects";
import { branches } from "../gateway/canary-branches";
import { toHttps } from "../nginx/redirects";
import type { Cors } from "../nginx/settings";
import type { Location, Server, Upstream } from "../nginx/model";
import { canaryOf, type NginxTable } from "../nginx/table";
import { ANNOTATION } from "../routes/ingress-objects";
import { guardsOf } from "./guards";
import type { Unit } from "./path-matches";

/** The rules that stand for one location, for one scheme; closed ones lead nowhere. `guarded`: a policy keeps out whom nginx keeps out. */
export function rulesOf(
  table: NginxTable,
  server: Server,
  unit: Unit,
  scheme: "http" | "https",
  guarded = false,
  host = server.host,
): RouteRule[] {
  const { location } = unit;
  const match = { path: unit.path };
  const only = (filter: Filter): RouteRule[] => [{ matches: [match], filters: [filter] }];
  if (location.settings.denied !== undefined) return closed(unit);
  if (location.settings.redirect !== undefined) {
    const redirect = redirectTo(location.settings.redirect);
    return redirect === undefined ? closed(unit) : only(redirect);
  }
  if (toHttps(table, { host, path: "/", scheme }, location)) return only(HTTPS);
  if (location.upstream === undefined) return [];
  if (unit.closed !== undefined || (!guarded && guardsOf(location, server).length > 0)) return closed(unit);
  return backendRules(table, unit, location.upstream);
}

/** No backend: the specification has it answered by 500. */
const closed = (unit: Unit): RouteRule[] => [{ matches: [{ path: unit.path }] }];

export const HTTPS: Filter = {
  type: "RequestRedirect",
  requestRedirect: { scheme: "https", statusCode: 308 },
};

/** `return CODE URL` of nginx; undefined where it uses a variable that a route has no word for. */
export function redirectTo({ url, code }: { url: string; code: number }): Filter | undefined {
  if (/^\/[^$]*$/.test(url)) return redirectTo({ url: `$scheme://$host${url}`, code });
  const found = /^(https?|\$scheme):\/\/(\$host|\$http_host|[^/?#:$]+)(?::(\d+))?([^]*)$/.exec(url);
  if (found === null) return undefined;
  const [, scheme, hostname = "", port, rest = ""] = found;
  const keeps = rest === "$request_uri" || rest === "/$request_uri" || rest === "$uri";
  if (!keeps && rest.includes("$")) return undefined;
  return {
    type: "RequestRedirect",
    requestRedirect: {
      ...(scheme === "$scheme" || scheme === undefined ? {} : { scheme }),
      ...(hostname.startsWith("$") ? {} : { hostname }),
      ...(port === undefined ? {} : { port: Number(port) }),
      ...(keeps ? {} : { path: { type: "ReplaceFullPath", replaceFullPath: rest === "" ? "/" : rest } }),
      statusCode: [301, 302, 303, 307, 308].includes(code) ? code : 302,
    },
  };
}

function backendRules(table: NginxTable, unit: Unit, upstream: Upstream): RouteRule[] {
  const { location } = unit;
  const filters = filtersOf(unit);
  const timeouts = timeoutsOf(location);
  const rule = (headers: HeaderMatch[], backendRefs: BackendRef[]): RouteRule => ({
    matches: [{ path: unit.path, ...(headers.length === 0 ? {} : { headers }) }],
    ...(filters.length === 0 ? {} : { filters }),
    ...(backendRefs.length === 0 ? {} : { backendRefs }),
    ...(timeouts === undefined ? {} : { timeouts }),
  });
  const from = location.ingress?.namespace ?? upstream.namespace;
  const primary = refOf(table, upstream, from);
  const canary = canaryOf(table, upstream);
  const other =
    canary === undefined || !alive(table, canary.upstream) ? [] : refOf(table, canary.upstream, from);
  // A canary without a Service: nginx keeps to the primary. A primary without one: nobody gets to the canary either.
  if (canary === undefined || other.length === 0 || primary.length === 0 || !alive(table, upstream))
    return [rule([], primary)];
  return branches(canary.strategy, primary, other).map((b) => rule(b.headers, b.backendRefs));
}

const alive = ({ services }: NginxTable, u: Upstream): boolean =>
  !services.known || services.portOf(u.namespace, u.service, u.port) !== undefined;

/** None where there is no such Service or port, or where it stands for a name outside: the rule then answers 500. */
function refOf(table: NginxTable, u: Upstream, from: string): BackendRef[] {
  const { services } = table;
  const port = services.portOf(u.namespace, u.service, u.port) ?? Number(u.port);
  if (Number.isNaN(port) || services.externalName(u.namespace, u.service) !== undefined) return [];
  // A canary may come from another namespace; a ReferenceGrant there lets the route in.
  return [{ name: u.service, ...(u.namespace === from ? {} : { namespace: u.namespace }), port }];
}

function filtersOf(unit: Unit): Filter[] {
  const { settings, ingress } = unit.location;
  const vhost = ingress?.annotations[`${ANNOTATION}/upstream-vhost`];
  const filters: Filter[] = [];
  if (settings.cors !== undefined && corsOrigins(settings.cors).length > 0)
    filters.push({ type: "CORS", cors: corsFilter(settings.cors) });
  const rewrites = settings.rewrite !== undefined && settings.rewrite !== unit.at.path;
  if (rewrites && settings.forwardedPrefix?.includes("$") === false)
    filters.push({
      type: "RequestHeaderModifier",
      requestHeaderModifier: { set: [{ name: "X-Forwarded-Prefix", value: settings.forwardedPrefix }] },
    });
  if (unit.rewrite !== undefined || isHostname(vhost))
    filters.push({
      type: "URLRewrite",
      urlRewrite: {
        ...(isHostname(vhost) ? { hostname: vhost } : {}),
        ...(unit.rewrite === undefined ? {} : { path: unit.rewrite }),
      },
    });
  const mirror = mirrorOf(unit.location);
  if (mirror !== undefined) filters.push({ type: "RequestMirror", requestMirror: { backendRef: mirror } });
  return filters;
}

export const isHostname = (text: string | undefined): text is string =>
  text !== undefined && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);

/** A mirror target that is a Service of this cluster. */
export function mirrorOf({ ingress }: Location): BackendRef | undefined {
  const target = ingress?.annotations[`${ANNOTATION}/mirror-target`];
  const found =
    /^http:\/\/([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?(?::(\d+))?(?:\/?\$request_uri|\/)?$/.exec(
      target ?? "",
    );
  const [, name, namespace, port] = found ?? [];
  if (name === undefined || (namespace !== undefined && namespace !== ingress?.namespace)) return undefined;
  return { name, port: Number(port ?? 80) };
}

/** nginx counts between two reads, a route the whole request. */
function timeoutsOf({ ingress }: Location): RouteRule["timeouts"] {
  const seconds = Number(ingress?.annotations[`${ANNOTATION}/proxy-read-timeout`]);
  return Number.isInteger(seconds) && seconds > 0 ? { request: durationOf(seconds) } : undefined;
}

/** A duration of Gateway API takes five digits of a unit at most (GEP-2257), so a week is 168h. */
const durationOf = (seconds: number): string =>
  seconds <= 99_999 ? `${seconds}s` : `${Math.min(99_999, Math.ceil(seconds / 3600))}h`;

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];

/** Origins that the CRD takes: of http and https, or any. */
export const corsOrigins = ({ origins }: Cors): string[] =>
  origins.filter(
    (o) => o === "*" || /^https?:\/\/(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?$/.test(o),
  );

function corsFilter(cors: Cors): CorsFilter {
  const list = (text: string) =>
    text
      .split(",")
      .map((t) => t.trim())
      .filter((t) => t !== "");
  return {
    allowOrigins: corsOrigins(cors),
    allowMethods: list(cors.methods)
      .map((m) => m.toUpperCase())
      .filter((m) => METHODS.includes(m)),
    allowHeaders: list(cors.headers),
    ...(cors.expose === undefined ? {} : { exposeHeaders: list(cors.expose) }),
    // The CRD refuses no combination, browsers do: credentials and "*" together.
    ...(cors.credentials && !cors.origins.includes("*") ? { allowCredentials: true } : {}),
    maxAge: Math.max(1, cors.maxAge),
  };
}
