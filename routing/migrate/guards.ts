import type { Location, Server } from "../nginx/model";
import { ACME } from "../nginx/access";
import { isHarmless, masked } from "../nginx/snippet";

const OPEN = { basic: undefined, external: undefined };

/** What keeps requests out at nginx and has no portable word: without it the path must not be open. */
export function guardsOf({ settings, path }: Location, server: Server): string[] {
  // ACME's challenges need no password at nginx.
  const { basic, external, ...access } = { ...settings.access, ...(path.startsWith(ACME) ? OPEN : {}) };
  return [
    ...(access.allow.length > 0 ? [`whitelist-source-range ${access.allow.join(", ")}`] : []),
    ...(access.deny.length > 0 ? [`denylist-source-range ${access.deny.join(", ")}`] : []),
    ...(basic === undefined ? [] : [`auth-type ${basic.type}`]),
    ...(external === undefined ? [] : [`auth-url ${external.url}`]),
    ...(asksForCertificate(server) ? [`auth-tls-secret ${server.clientCertificate?.secret ?? ""}`] : []),
    ...(server.refused === undefined ? [] : [`nginx answers 403 itself (${server.refused})`]),
    ...(settings.denied === undefined ? [] : [`nginx answers 503 itself (${settings.denied})`]),
    ...(snippetDecides(settings.locationSnippet) ? ["configuration-snippet"] : []),
    ...(snippetDecides(server.serverSnippet) ? ["server-snippet"] : []),
  ];
}

export const asksForCertificate = ({ clientCertificate: c }: Server): boolean =>
  c !== undefined && (c.verify !== "off" || c.subject !== undefined);

/** Whether a snippet does more than set headers and times: it may keep requests out. */
export function snippetDecides(snippet: string | undefined): boolean {
  if (snippet === undefined) return false;
  return masked(snippet)
    .split(/[;{}]/)
    .map((d) => d.trim())
    .some((d) => d !== "" && !isHarmless(d));
}
