import type { KubeObject } from "../../kube/objects";
import { shareOf } from "../canary/precedence";
import { bareHost, headerOf, normalPath, splitQuery, withCookies } from "../request";
import type { Answer, HttpRequest, Target } from "../request";
import { ACME, accessAnswer } from "./access";
import { hasCertificate, serverFor } from "./hosts";
import { locationFor, rewrittenPath } from "./locations";
import type { Location, NginxLocation, Server, Upstream } from "./model";
import type { Cors } from "./settings";
import { expand, snippetAnswer, type SnippetRequest } from "./snippet";
import { canaryOf, readTable, type NginxTable } from "./table";

/**
 * What ingress-nginx answers, from the objects alone. Pure; reads the very Ingress objects that a stack registers.
 * Where the objects hold no Service at all, backends are taken to exist. `httpsPort` is the one of redirects.
 */
export function answer(
  objects: readonly KubeObject[],
  className: string,
  request: HttpRequest,
  httpsPort = 443,
): Answer {
  return answerFrom(readTable(objects, className), request, httpsPort);
}

/** The answer from a table that was read before. */
export function answerFrom(table: NginxTable, asked: HttpRequest, httpsPort = 443): Answer {
  const found = locate(table, asked, httpsPort);
  return "answer" in found ? found.answer : serve(table, found, httpsPort);
}

/** The server and the location that decide for a request; undefined where no server does. */
export function serverOf(
  table: NginxTable,
  asked: HttpRequest,
): { server: Server; location?: Location } | undefined {
  const host = serverFor(table, asked.host);
  if (host.kind !== "server") return undefined;
  const found = locate(table, asked, 443);
  const location = "answer" in found ? found.location : found.at.location;
  return { server: host.server, ...(location === undefined ? {} : { location }) };
}

interface Located {
  server: Server;
  at: NginxLocation;
  request: HttpRequest;
  snippet: SnippetRequest;
}

const SNIPPETS =
  "the administrator allows snippets (allow-snippet-annotations, annotations-risk-level: Critical)";

/** Server, what it does before any location, and the location. */
function locate(
  table: NginxTable,
  asked: HttpRequest,
  httpsPort: number,
): Located | { answer: Answer; location?: Location } {
  const request = withCookies(asked);
  const unknown = (why: string) => ({ answer: { kind: "unknown", why } as const });
  if (table.broken !== undefined)
    return unknown(
      `nginx refuses this configuration (${table.broken}), and the controller keeps what it served before`,
    );
  const { pathname, query } = splitQuery(request.path);
  const path = normalPath(pathname);
  if (path === undefined)
    return { answer: { kind: "status", status: 400, why: "nginx takes this for no path" } };
  const host = serverFor(table, request.host);
  if (host.kind === "unknown") return unknown(host.why);
  const scheme = request.scheme ?? "http";
  if (host.kind === "www")
    return {
      answer: {
        kind: "redirect",
        status: 308,
        location: `${scheme}://${host.to}${request.path.replace(/\/$/, "")}`,
      },
    };
  const { server } = host;
  const snippet: SnippetRequest = {
    method: request.method ?? "GET",
    path,
    uri: request.path,
    host: request.host,
    scheme,
    header: (name) => headerOf(request, name),
  };
  const early = beforeLocations(server, snippet, httpsPort);
  if (early !== undefined) return { answer: early };
  if (server.host === "_" && (path.startsWith("/healthz") || path.startsWith("/nginx_status")))
    return unknown("the catch-all answers /healthz and /nginx_status itself");
  const found = locationFor(server, path);
  if (found.kind === "unknown") return unknown(found.why);
  if (found.kind === "add-slash")
    return {
      answer: {
        kind: "redirect",
        status: 301,
        location: `${scheme}://${bareHost(request.host)}${path}/${query}`,
      },
    };
  const at = found.found;
  const { location } = at;
  const { bodyLimit } = location.settings;
  if (bodyLimit > 0 && (request.bodyBytes ?? 0) > bodyLimit)
    return {
      answer: { kind: "status", status: 413, why: `proxy-body-size is ${bodyLimit} bytes` },
      location,
    };
  return { server, at, request, snippet };
}

/** Passthrough, server-snippet and app-root come before any location. */
function beforeLocations(server: Server, request: SnippetRequest, httpsPort: number): Answer | undefined {
  const root = server.locations.find((l) => l.path === "/" && l.type === "Prefix");
  if (server.passthrough && request.scheme === "https" && root?.upstream !== undefined) {
    const { namespace, service, port } = root.upstream;
    return {
      kind: "backends",
      shares: { [`${namespace}/${service}`]: 1 },
      to: [{ namespace, service, port, share: 1 }],
      path: request.uri,
      assumes: ["the controller runs with --enable-ssl-passthrough; TLS ends at the pod"],
    };
  }
  const own = snippetAnswer(server.serverSnippet, request);
  if (own.kind === "unknown") return { kind: "unknown", why: own.why };
  if (own.kind === "return") return { ...returned(own), assumes: [SNIPPETS] };
  const appRoot = server.nginx.find((l) => l.location.settings.appRoot !== undefined)?.location.settings
    .appRoot;
  if (appRoot === undefined || request.path !== "/") return undefined;
  const port = request.scheme === "https" && httpsPort !== 443 ? `:${httpsPort}` : "";
  const host = /:\d+$/.test(request.host) ? request.host : `${request.host}${port}`;
  return { kind: "redirect", status: 302, location: `${request.scheme}://${host}${appRoot}` };
}

function returned(answer: { status: number; url?: string }): Answer {
  return answer.url === undefined
    ? { kind: "status", status: answer.status, why: "a snippet returns it" }
    : { kind: "redirect", status: answer.status, location: answer.url };
}

/** The phases of one location, in nginx's order: rewrite, the controller's Lua, access, content. */
function serve(table: NginxTable, { server, at, request, snippet }: Located, httpsPort: number): Answer {
  const { location } = at;
  const { settings } = location;
  const assumes = location.assumes === undefined ? [] : [location.assumes];
  const done = (answer: Answer): Answer =>
    assumes.length + (answer.assumes?.length ?? 0) === 0
      ? answer
      : { ...answer, assumes: [...assumes, ...(answer.assumes ?? [])] };
  const { clientCertificate } = server;
  if (clientCertificate !== undefined && !clientCertificate.optional && request.scheme === "https")
    return done({
      kind: "status",
      status: 400,
      why: `auth-tls-secret ${clientCertificate.secret} asks for a client certificate`,
      assumes: ["the client shows no certificate"],
    });
  if (settings.denied !== undefined) return done({ kind: "status", status: 503, why: settings.denied });
  if (settings.cors !== undefined && snippet.method === "OPTIONS" && allowed(settings.cors, request))
    return done({ kind: "status", status: 204, why: "enable-cors answers a preflight itself" });
  const own = snippetAnswer(settings.locationSnippet, snippet);
  if (own.kind === "unknown") return done({ kind: "unknown", why: own.why });
  if (own.kind === "return") return done({ ...returned(own), assumes: [SNIPPETS] });
  if (settings.redirect !== undefined) return done(permanent(settings.redirect, snippet));

  const path = rewrittenPath(at, snippet.path);
  if (path === undefined)
    return done({ kind: "unknown", why: `the rewrite of ${location.path} uses PCRE's own syntax` });
  const { query } = splitQuery(request.path);
  const rewrites = settings.rewrite !== undefined && settings.rewrite !== at.path && path !== snippet.path;
  if (rewrites && /^https?:\/\//.test(path))
    return done({ kind: "redirect", status: 302, location: `${path}${query}` });
  if (rewrites && path === "")
    return done({ kind: "status", status: 500, why: "the rewrite leaves an empty path" });
  if (toHttps(table, request, location))
    return done(redirect(request, httpsPort, settings.keepTrailingSlash));

  const sent = backends(table, location, request);
  if (sent.kind === "unavailable") return done(sent);
  const stopped = accessAnswer(settings.access, location, request, assumes);
  if (stopped !== undefined) return done(stopped);
  if (settings.errorCodes.includes(request.backendAnswers ?? 0)) return done(errorPage(table, location));
  if (sent.kind !== "backends") return done(sent);
  const prefix = settings.forwardedPrefix;
  return done({
    ...sent,
    path: rewrites ? `${path}${query}` : request.path,
    // Set beside a rewrite only (buildProxyPass).
    ...(prefix === undefined || settings.rewrite === undefined || settings.rewrite === at.path
      ? {}
      : { headers: { "X-Forwarded-Prefix": prefix } }),
  });
}

export function toHttps(table: NginxTable, request: HttpRequest, { path, settings }: Location): boolean {
  if ((request.scheme ?? "http") !== "http" || path.startsWith(ACME)) return false;
  return settings.forceSslRedirect || (settings.sslRedirect && hasCertificate(table, request.host));
}

/** The port is left out unless it is told (use-port-in-redirects), and one '/' at the end of the URL is dropped, as the controller's Lua does. */
function redirect(request: HttpRequest, port: number, keepSlash: boolean): Answer {
  const host = request.host.replace(/:\d+$/, "") + (port === 443 ? "" : `:${port}`);
  const path = keepSlash ? request.path : request.path.replace(/\/$/, "");
  return { kind: "redirect", status: 308, location: `https://${host}${path}` };
}

function permanent(to: { url: string; code: number }, request: SnippetRequest): Answer {
  const location = expand(to.url, request);
  if (location === undefined)
    return { kind: "unknown", why: `the redirect ${to.url} uses a variable of nginx` };
  return {
    kind: "redirect",
    status: to.code,
    location,
    ...(location === to.url ? {} : { assumes: ["annotation validation lets a variable through"] }),
  };
}

/** Whether CORS takes the request's Origin. With `*` nginx sets the flag without looking. */
function allowed(cors: Cors, request: HttpRequest): boolean {
  const origin = headerOf(request, "origin") ?? "";
  return cors.origins.some((o) => {
    if (o === "*") return true;
    const pattern = o.replace(/[.\\+?^${}()|[\]]/g, "\\$&").replace("*\\.", "[A-Za-z0-9\\-]+\\.");
    return new RegExp(`^${pattern}$`, "i").test(origin);
  });
}

/** custom-http-errors: the Service of the default-backend annotation, or the controller's own 404 page. */
function errorPage(table: NginxTable, location: Location): Answer {
  const own = defaultBackendOf(table, location);
  return own === undefined
    ? { kind: "none", status: 404, assumes: ["the controller's default backend is the built-in one"] }
    : split([[own, 1]]);
}

function defaultBackendOf(table: NginxTable, { settings, ingress }: Location): Target | undefined {
  const { defaultBackend: service } = settings;
  const namespace = ingress?.namespace ?? "";
  if (service === undefined || !table.services.has(namespace, service)) return undefined;
  return { namespace, service, port: table.services.firstPort(namespace, service) ?? "", share: 1 };
}

/** Which Services get it. The path is filled in by the caller. */
function backends(table: NginxTable, location: Location, request: HttpRequest): Answer {
  const { upstream } = location;
  if (upstream === undefined) return { kind: "none", status: 404 };
  const canary = canaryOf(table, upstream);
  const { primary, canary: other } =
    canary === undefined ? { primary: 1, canary: 0 } : shareOf(canary.strategy, request);
  const parts: [Upstream, number][] = [[upstream, primary]];
  if (canary !== undefined) parts.push([canary.upstream, other]);
  const targets: [Target, number][] = [];
  for (const [u, share] of parts.filter(([, s]) => s > 0)) {
    const port = table.services.portOf(u.namespace, u.service, u.port);
    // No endpoints for the canary's Service: Lua keeps to the primary.
    const there = port !== undefined || !table.services.known;
    if (!there && u !== upstream) {
      targets.push([{ ...upstream, share }, share]);
      continue;
    }
    if (!there) {
      const own = defaultBackendOf(table, location);
      if (own === undefined)
        return { kind: "unavailable", status: 503, backend: `${u.namespace}/${u.service}` };
      targets.push([own, share]);
      continue;
    }
    targets.push([{ namespace: u.namespace, service: u.service, port: port ?? u.port, share }, share]);
  }
  return split(targets);
}

/** An answer of the Services, the shares of each Service added up. */
export function split(targets: readonly (readonly [Target, number])[]): Answer {
  const shares: Record<string, number> = {};
  const to: Target[] = [];
  for (const [target, share] of targets) {
    const key = `${target.namespace}/${target.service}`;
    shares[key] = (shares[key] ?? 0) + share;
    const known = to.find((t) => t.port === target.port && `${t.namespace}/${t.service}` === key);
    if (known === undefined) to.push({ ...target, share });
    else known.share += share;
  }
  return { kind: "backends", shares, to, path: "" };
}
