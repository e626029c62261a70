import type { Location, Server } from "../nginx/model";
import { isHarmless } from "../nginx/snippet";
import { ANNOTATION } from "../routes/ingress-objects";

/** What keeps requests out at nginx and has no portable word: without it the path must not be open. */
export function guardsOf({ settings }: Location, server: Server): string[] {
  const { access } = settings;
  return [
    ...(access.allow.length > 0 ? [`whitelist-source-range ${access.allow.join(", ")}`] : []),
    ...(access.deny.length > 0 ? [`denylist-source-range ${access.deny.join(", ")}`] : []),
    ...(access.basic === undefined ? [] : [`auth-type ${access.basic.type}`]),
    ...(access.external === undefined ? [] : [`auth-url ${access.external.url}`]),
    ...(server.clientCertificate === undefined ? [] : [`auth-tls-secret ${server.clientCertificate.secret}`]),
    ...(settings.denied === undefined ? [] : [`nginx answers 503 itself (${settings.denied})`]),
    ...(snippetDecides(settings.locationSnippet) ? ["configuration-snippet"] : []),
    ...(snippetDecides(server.serverSnippet) ? ["server-snippet"] : []),
  ];
}

/** Whether a snippet does more than set headers and times: it may keep requests out. */
export function snippetDecides(snippet: string | undefined): boolean {
  if (snippet === undefined) return false;
  return snippet
    .replace(/^\s*#.*$/gm, "")
    .split(/[;{}]/)
    .map((d) => d.trim())
    .some((d) => d !== "" && !isHarmless(d));
}

/** What goes on at nginx beside the answer of one request, and is missing at the Gateway. */
export function lossesOf(location: Location, server: Server): string[] {
  const all = location.ingress?.annotations ?? {};
  const get = (key: string): string | undefined => all[`${ANNOTATION}/${key}`];
  const losses = LOST.flatMap(([key, text]) => {
    const value = get(key);
    return value === undefined || value === "false" ? [] : [`${key} ${value.split("\n")[0] ?? ""}: ${text}`];
  });
  if (location.settings.errorCodes.length > 0)
    losses.push(
      `custom-http-errors ${location.settings.errorCodes.join(",")}: the backend's own errors come through`,
    );
  if (location.settings.locationSnippet !== undefined)
    losses.push("configuration-snippet: nginx's own language has no counterpart; its headers are left out");
  if (server.serverSnippet !== undefined)
    losses.push("server-snippet: nginx's own language has no counterpart; its headers are left out");
  return losses;
}

const LIMIT = "the Gateway has no such limit";
const LOST: readonly (readonly [string, string])[] = [
  ["limit-rps", LIMIT],
  ["limit-rpm", LIMIT],
  ["limit-connections", LIMIT],
  ["limit-rate", LIMIT],
  ["global-rate-limit", LIMIT],
  ["affinity", "the same Service, but requests of one client go to any of its pods"],
  ["upstream-hash-by", "the same Service, but any of its pods"],
  ["enable-modsecurity", "no firewall looks at requests"],
  ["custom-headers", "the response headers of its ConfigMap are missing"],
];
