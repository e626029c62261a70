import { inRanges } from "../address-ranges";
import { bareHost, headerOf, splitQuery, type Answer, type HttpRequest } from "../request";
import type { Location } from "./model";
import type { Access } from "./access-settings";
import { expand } from "./snippet";

/** ACME's challenges: no redirect to HTTPS and no password (no-tls-redirect-locations, no-auth-locations). */
export const ACME = "/.well-known/acme-challenge";

/** Address lists first, then passwords, then the service that is asked; with `satisfy: any` one is enough. */
export function accessAnswer(
  access: Access,
  location: Location,
  request: HttpRequest,
  assumes: string[],
): Answer | undefined {
  const stops: Answer[] = [];
  let checks = 0;
  const { allow, deny } = access;
  if (allow.length + deny.length > 0) {
    checks += 1;
    if (request.client === undefined) assumes.push("the client's address is in no list");
    const client = request.client ?? "";
    if (inRanges(client, deny) || (allow.length > 0 && !inRanges(client, allow)))
      stops.push({ kind: "status", status: 403, why: "an address list refuses the client" });
  }
  // ACME's challenges need no password (no-auth-locations).
  const { basic, external } = location.path.startsWith(ACME) ? {} : access;
  if (basic !== undefined) {
    checks += 1;
    if (headerOf(request, "authorization") === undefined)
      stops.push({ kind: "status", status: 401, why: `auth-type ${basic.type} asks for a password` });
    else assumes.push(`the password is one of Secret ${basic.secret}`);
  }
  if (external !== undefined) {
    checks += 1;
    const shown = headerOf(request, "authorization") ?? headerOf(request, "cookie");
    assumes.push(
      `${external.url} ${shown === undefined ? "refuses who shows no credentials" : "takes the credentials"}`,
    );
    if (shown === undefined)
      stops.push(
        external.signin === undefined
          ? { kind: "status", status: 401, why: `auth-url ${external.url} decides` }
          : signinOf(external.signin, external.signinParameter ?? "rd", request),
      );
  }
  if (access.any && stops.length < checks) return undefined;
  return stops[0];
}

/** The page to sign in at, told where to go back to (buildAuthSignURL). */
function signinOf(url: string, parameter: string, request: HttpRequest): Answer {
  const scheme = request.scheme ?? "http";
  const back = `${parameter}=${scheme}://${request.host}${encodeURIComponent(request.path)}`;
  const own = splitQuery(url).query;
  const told = new URLSearchParams(own).get(parameter);
  const full = told !== null && told !== "" ? url : `${url}${own === "" ? "?" : "&"}${back}`;
  const location = expand(full.replaceAll("$escaped_request_uri", encodeURIComponent(request.path)), {
    method: request.method ?? "GET",
    path: splitQuery(request.path).pathname,
    uri: request.path,
    host: bareHost(request.host),
    scheme,
    header: (name) => headerOf(request, name),
  });
  return location === undefined
    ? { kind: "unknown", why: `auth-signin ${url} uses a variable of nginx` }
    : { kind: "redirect", status: 302, location };
}
