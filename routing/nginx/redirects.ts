import { bareHost, type Answer, type HttpRequest } from "../request";
import { ACME } from "./access";
import { hasCertificate } from "./hosts";
import type { Location } from "./model";
import { expand, type SnippetRequest } from "./snippet";
import type { NginxTable } from "./table";

export function toHttps(table: NginxTable, request: HttpRequest, { path, settings }: Location): boolean {
  if ((request.scheme ?? "http") !== "http" || path.startsWith(ACME)) return false;
  return settings.forceSslRedirect || (settings.sslRedirect && hasCertificate(table, request.host));
}

/** The port is left out unless it is told (use-port-in-redirects), and one '/' at the end of the URL is dropped, as the controller's Lua does. */
export function httpsRedirect(request: HttpRequest, port: number, { settings }: Location): Answer {
  const told = port !== 443 || settings.portInRedirects;
  const host = request.host.replace(/:\d+$/, "") + (told ? `:${port}` : "");
  const path = settings.keepTrailingSlash ? request.path : request.path.replace(/\/$/, "");
  return { kind: "redirect", status: 308, location: `https://${host}${path}` };
}

export function permanent(to: { url: string; code: number }, request: SnippetRequest): Answer {
  const location = expand(to.url, request);
  if (location === undefined)
    return { kind: "unknown", why: `the redirect ${to.url} uses a variable of nginx` };
  // nginx makes a path a URL of this host (absolute_redirect).
  const full = location.startsWith("/")
    ? `${request.scheme}://${bareHost(request.host)}${location}`
    : location;
  return { kind: "redirect", status: to.code, location: full };
}
