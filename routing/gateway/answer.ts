import type { KubeObject } from "../../kube/objects";
import { bareHost, headerOf, splitQuery, withCookies } from "../request";
import type { Answer, HttpRequest, Target } from "../request";
import { readGateways, type GatewayTable, type Listener } from "./attach";
import { caAssumption } from "./backend-tls";
import { envoyPath } from "./envoy-path";
import { bySpecificity, takes } from "./hostnames";
import type { BackendRef, CorsFilter, Filter, PathModifier } from "./objects";
import { entriesOf, fits, type Entry } from "./precedence";
import { stoppedBy } from "./security-policy";

/**
 * What a Gateway answers, from the objects alone: the rules of the Gateway API specification (1.6), and where it leaves
 * something open, those of Envoy Gateway 1.9, read in its source (internal/gatewayapi/sort.go, route.go).
 */
export function gatewayAnswer(objects: readonly KubeObject[], request: HttpRequest): Answer {
  return gatewayAnswerFrom(readGateways(objects), request);
}

export function gatewayAnswerFrom(table: GatewayTable, asked: HttpRequest): Answer {
  const request = withCookies(asked);
  const host = bareHost(request.host);
  const scheme = request.scheme ?? "http";
  const { pathname, query } = splitQuery(request.path);
  const { path, redirect } = envoyPath(pathname);
  const protocols = scheme === "http" ? ["HTTP"] : ["HTTPS", "TLS"];
  const listeners = atPort(
    table.listeners.filter((l) => protocols.includes(l.spec.protocol)),
    Number(/:(\d+)$/.exec(asked.host)?.[1] ?? (scheme === "http" ? 80 : 443)),
  );
  const listener = listeners
    .filter((l) => takes(l.spec.hostname, host))
    .sort((a, b) => bySpecificity(a.spec.hostname ?? null, b.spec.hostname ?? null))[0];
  if (listener === undefined) {
    if (scheme === "http" && listeners.length > 0) return { kind: "none", status: 404 };
    return { kind: "refused", why: `no ${scheme === "http" ? "HTTP" : "HTTPS"} listener takes ${host}` };
  }
  if (listener.broken !== undefined)
    return { kind: "refused", why: `listener ${listener.spec.name}: ${listener.broken}` };
  if (listener.spec.protocol === "TLS") return route(table, listener, request, path, query);
  if (redirect)
    return { kind: "redirect", status: 307, location: `${scheme}://${request.host}${path}${query}` };
  return route(table, listener, request, path, query);
}

/** Those of the port that the client names, or of the scheme's own; all where none has it: something maps the port. */
function atPort(listeners: readonly Listener[], port: number): readonly Listener[] {
  const there = listeners.filter((l) => l.spec.port === port);
  if (there.length > 0) return there;
  const usual = listeners.filter((l) => l.spec.port === 80 || l.spec.port === 443);
  return usual.length > 0 ? usual : listeners;
}

/** The routes of the most specific hostname, and no others: an Envoy virtual host does not fall back to a wider one. */
function route(
  table: GatewayTable,
  listener: Listener,
  request: HttpRequest,
  path: string,
  query: string,
): Answer {
  const host = bareHost(request.host);
  const labels = host.split(".");
  const wildcards = labels.map((_, at) => `*.${labels.slice(at + 1).join(".")}`);
  const [hostname, wider] = [host, ...wildcards, null].filter((h) => listener.routes.has(h));
  if (hostname === undefined) return { kind: "none", status: 404 };
  const routes = listener.routes.get(hostname) ?? [];
  if (routes[0]?.kind === "TLSRoute")
    return backends(table, routes[0].spec.rules?.[0]?.backendRefs ?? [], routes[0], request.path);
  for (const entry of entriesOf(routes)) {
    const holds = fits(entry, request, path);
    if (holds === undefined)
      return {
        kind: "unknown",
        why: `${entry.route.key}: the expression ${entry.path.value} or one of its headers cannot be followed here`,
      };
    if (holds) return serve(table, listener, entry, request, path, query);
  }
  const none: Answer = { kind: "none", status: 404 };
  return wider === undefined
    ? none
    : {
        ...none,
        assumes: ["the Gateway does not fall back from a hostname to a wider one (Envoy does not)"],
      };
}

function serve(
  table: GatewayTable,
  listener: Listener,
  entry: Entry,
  request: HttpRequest,
  path: string,
  query: string,
): Answer {
  const { rule, route: from } = entry;
  const filters = rule.filters ?? [];
  const strange = filters.find((f) => f.type === "ExtensionRef");
  if (strange !== undefined)
    return {
      kind: "unknown",
      why: `${from.key}: the filter ${strange.extensionRef?.kind ?? ""} is not followed here`,
    };
  const cors = filters.find((f) => f.cors !== undefined)?.cors;
  if (cors !== undefined && preflight(cors, request))
    return { kind: "status", status: 200, why: "the CORS filter answers a preflight itself" };
  const redirect = filters.find((f) => f.requestRedirect !== undefined)?.requestRedirect;
  if (redirect !== undefined) return redirected(redirect, listener, entry, request, path, query);
  const assumes: string[] = [];
  const policy = table.security.get(`${from.kind} ${from.key}`);
  const stopped = policy === undefined ? undefined : stoppedBy(policy, request, assumes);
  const assumed = <T extends Answer>(answer: T): T =>
    assumes.length === 0 ? answer : { ...answer, assumes: [...assumes, ...(answer.assumes ?? [])] };
  if (stopped !== undefined) return assumed(stopped);
  const rewrite = filters.find((f) => f.urlRewrite !== undefined)?.urlRewrite;
  const sent = `${rewrite?.path === undefined ? path : modified(rewrite.path, entry, path)}${query}`;
  const answer = backends(table, rule.backendRefs ?? [], from, sent);
  const headers = headersOf(filters, rewrite?.hostname);
  return assumed(
    answer.kind === "backends" && Object.keys(headers).length > 0 ? { ...answer, headers } : answer,
  );
}

function headersOf(filters: readonly Filter[], hostname: string | undefined): Record<string, string> {
  const set = filters.flatMap((f) => [
    ...(f.requestHeaderModifier?.set ?? []),
    ...(f.requestHeaderModifier?.add ?? []),
  ]);
  return {
    ...Object.fromEntries(set.map((h) => [h.name, h.value])),
    ...(hostname === undefined ? {} : { Host: hostname }),
  };
}

/** Only what is a preflight of an allowed origin; anything else goes on to the backend. */
function preflight(cors: CorsFilter, request: HttpRequest): boolean {
  const origin = headerOf(request, "origin");
  const method = headerOf(request, "access-control-request-method");
  if ((request.method ?? "GET") !== "OPTIONS" || origin === undefined || method === undefined) return false;
  return (cors.allowOrigins ?? []).some((allowed) => {
    const pattern = allowed.replace(/[.\\+?^${}()|[\]]/g, "\\$&").replaceAll("*", ".*");
    return new RegExp(`^${pattern}$`, "i").test(origin);
  });
}

function redirected(
  to: NonNullable<Filter["requestRedirect"]>,
  listener: Listener,
  entry: Entry,
  request: HttpRequest,
  path: string,
  query: string,
): Answer {
  const scheme = to.scheme ?? request.scheme ?? "http";
  // Without a port: the scheme's own where a scheme is named, else the listener's.
  const port = to.port ?? (to.scheme === undefined ? listener.spec.port : undefined);
  const usual = scheme === "https" ? 443 : 80;
  const host = `${to.hostname ?? request.host.replace(/:\d+$/, "")}${port === undefined || port === usual ? "" : `:${port}`}`;
  const target = to.path === undefined ? path : modified(to.path, entry, path);
  return {
    kind: "redirect",
    status: to.statusCode ?? 302,
    location: `${scheme}://${host}${target}${target.includes("?") ? "" : query}`,
  };
}

function modified(change: PathModifier, { path: matched }: Entry, path: string): string {
  if (change.type === "ReplaceFullPath") return change.replaceFullPath;
  const rest = path.slice(matched.value.replace(/\/$/, "").length);
  const out = `${change.replacePrefixMatch.replace(/\/$/, "")}${rest}`;
  return out.startsWith("/") ? out : `/${out}`;
}

function backends(
  table: GatewayTable,
  refs: readonly BackendRef[],
  from: { kind: string; namespace: string },
  path: string,
): Answer {
  const total = refs.reduce((sum, r) => sum + (r.weight ?? 1), 0);
  if (total === 0) return { kind: "status", status: 500, why: "the rule leads to no backend" };
  const to: Target[] = [];
  const shares: Record<string, number> = {};
  const assumes: string[] = [];
  let broken = 0;
  let why = "";
  for (const ref of refs.filter((r) => (r.weight ?? 1) > 0)) {
    const share = (ref.weight ?? 1) / total;
    const problem = table.refused(ref, from);
    if (problem !== undefined) {
      if (problem.reason === undefined) return { kind: "unknown", why: problem.why };
      broken += share;
      why = problem.why;
      continue;
    }
    const namespace = ref.namespace ?? from.namespace;
    const key = `${namespace}/${ref.name}`;
    shares[key] = (shares[key] ?? 0) + share;
    to.push({ namespace, service: ref.name, port: ref.port ?? 0, share });
    assumes.push(...caAssumption(table.cas, ref, from.namespace));
  }
  if (to.length === 0) return { kind: "status", status: 500, why };
  if (broken > 0)
    return { kind: "unknown", why: `${Math.round(broken * 100)} % of the requests get 500: ${why}` };
  return { kind: "backends", shares, to, path, ...(assumes.length === 0 ? {} : { assumes }) };
}
