import type { KubeObject } from "../../kube/objects";
import { bareHost, headerOf, normalPath, splitQuery, withCookies } from "../request";
import type { Answer, HttpRequest } from "../request";
import { accessAnswer } from "./access";
import { backends, errorPage } from "./backends";
import { beforeLocations, returned } from "./before-locations";
import { serverFor } from "./hosts";
import { filledIn, locationFor, rewrittenPath, rewrittenUri } from "./locations";
import type { Location, NginxLocation, Server } from "./model";
import { httpsRedirect, permanent, toHttps } from "./redirects";
import type { Cors, Settings } from "./settings";
import { snippetAnswer, type SnippetRequest } from "./snippet";
import { readTable, type NginxTable } from "./table";
import { allowedBy } from "./validation";

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

/** The server and the location that a request is for, whatever is answered before; undefined where no server is. */
export function serverOf(
  table: NginxTable,
  asked: HttpRequest,
): { server: Server; location?: Location } | undefined {
  const host = serverFor(table, asked.host);
  if (host.kind !== "server") return undefined;
  const path = normalPath(splitQuery(asked.path).pathname);
  const found = path === undefined ? undefined : locationFor(host.server, path);
  return {
    server: host.server,
    ...(found?.kind === "location" ? { location: found.found.location } : {}),
  };
}

interface Located {
  at: NginxLocation;
  request: HttpRequest;
  snippet: SnippetRequest;
}

/** Server, what it does before any location, and the location. */
function locate(table: NginxTable, asked: HttpRequest, httpsPort: number): Located | { answer: Answer } {
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
  const early = beforeLocations(server, snippet, httpsPort, table.services);
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
  return { at, request, snippet };
}

/** The phases of one location, in nginx's order: rewrite, the controller's Lua, access, content. */
function serve(table: NginxTable, found: Located, httpsPort: number): Answer {
  const { location } = found.at;
  const { settings } = location;
  const assumes = [...(location.assumes === undefined ? [] : [location.assumes]), ...takenFor(settings)];
  const answer = phases(table, found, httpsPort, assumes);
  const all = [...assumes, ...(answer.assumes ?? [])];
  // error_page holds for what nginx answers itself, but for a path that it answers 503 anyway.
  const paged =
    settings.denied === undefined &&
    (answer.kind === "status" || answer.kind === "unavailable") &&
    [401, 403, 413, 503].includes(answer.status) &&
    settings.errorCodes.includes(answer.status);
  const final = paged ? errorPage(table, location) : answer;
  return all.length === 0 ? final : { ...final, assumes: all };
}

/** What the answers of a location take for granted: settings that the controller may refuse. */
function takenFor({ refused, headersFrom }: Settings): string[] {
  return [
    ...allowedBy(refused),
    ...(headersFrom === undefined
      ? []
      : [
          `ConfigMap ${headersFrom} is there, and global-allowed-response-headers names its headers (else nginx answers 503)`,
        ]),
  ];
}

function phases(
  table: NginxTable,
  { at, request, snippet }: Located,
  httpsPort: number,
  assumes: string[],
): Answer {
  const { location } = at;
  const { settings } = location;
  if (settings.bodyLimit > 0 && (request.bodyBytes ?? 0) > settings.bodyLimit)
    return { kind: "status", status: 413, why: `proxy-body-size is ${settings.bodyLimit} bytes` };
  if (settings.denied !== undefined) return { kind: "status", status: 503, why: settings.denied };
  if (settings.cors !== undefined && snippet.method === "OPTIONS" && allowed(settings.cors, request))
    return { kind: "status", status: 204, why: "enable-cors answers a preflight itself" };
  const own = snippetAnswer(settings.locationSnippet, snippet);
  if (own.kind === "unknown") return { kind: "unknown", why: own.why };
  if (own.kind === "return") return returned(own);
  if (settings.redirect !== undefined) return permanent(settings.redirect, snippet);

  const path = rewrittenPath(at, snippet.path);
  if (path === undefined)
    return {
      kind: "unknown",
      why: `the rewrite of ${location.path} to ${settings.rewrite ?? ""} cannot be followed here`,
    };
  const { query } = splitQuery(request.path);
  const rewrites = settings.rewrite !== undefined && settings.rewrite !== at.path;
  if (rewrites && /^https?:\/\//.test(path))
    return { kind: "redirect", status: 302, location: `${path}${query}` };
  if (rewrites && path.split("?")[0] === "")
    return { kind: "status", status: 500, why: "the rewrite leaves an empty path" };
  if (toHttps(table, request, location)) return httpsRedirect(request, httpsPort, location);

  const sent = backends(table, location, request);
  if (sent.kind === "unavailable") return sent;
  const stopped = accessAnswer(settings.access, location, request, assumes);
  if (stopped !== undefined) return stopped;
  if (sent.kind !== "backends") return sent;
  if (settings.interceptErrors && settings.errorCodes.includes(request.backendAnswers ?? 0))
    return errorPage(table, location);
  const prefix = settings.forwardedPrefix;
  return {
    ...sent,
    path: rewrites ? rewrittenUri(path, query) : request.path,
    // Set beside a rewrite only (buildProxyPass).
    ...(prefix === undefined || !rewrites
      ? {}
      : { headers: { "X-Forwarded-Prefix": filledIn(prefix, at.path, snippet.path) } }),
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
