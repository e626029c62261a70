import { inRanges } from "../address-ranges";
import { headerOf, type Answer, type HttpRequest } from "../request";
import type { Location } from "./model";
import type { Access } from "./settings";

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
          : { kind: "redirect", status: 302, location: external.signin },
      );
  }
  if (access.any && stops.length < checks) return undefined;
  return stops[0];
}
