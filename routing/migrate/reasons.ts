import { envoyPath } from "../gateway/envoy-path";
import { takes } from "../gateway/hostnames";
import type { Location, Server } from "../nginx/model";
import { CATCH_ALL, type NginxTable } from "../nginx/table";
import { hostnamesOf } from "./listeners";
import { bareHost, splitQuery, type Answer, type HttpRequest } from "../request";
import type { Conversion } from "./convert";
import { guardsOf } from "./guards";
import { redirectTo } from "./rules";

/** What nginx has for a request. Reasons below are in the words of what a user has to know of the two. */
export type Found = { server: Server; location?: Location } | undefined;

/** `https://a.org`, `https://A.org/` and `https://a.org:443` are one place. */
export const url = (text: string): string =>
  text
    .replace(/^(https:\/\/[^/?#]+):443(?=[/?#]|$)|^(http:\/\/[^/?#]+):80(?=[/?#]|$)/, "$1$2")
    .replace(/^(https?:\/\/[^/?#]+)\/?$/, "$1/")
    .replace(/^https?:\/\/[^/?#]+/, (origin) => origin.toLowerCase());

export function closedReason(
  { path }: HttpRequest,
  found: Found,
  gateway: Answer,
  { units }: Conversion,
): string | undefined {
  if (found?.location === undefined || gateway.kind !== "status" || gateway.status !== 500) return undefined;
  const { server, location } = found;
  const guards = guardsOf(location, server);
  if (guards.length > 0)
    return `${guards.join(", ")}: no portable word, so the path is closed rather than left open`;
  const { redirect } = location.settings;
  if (redirect !== undefined && redirectTo(redirect) === undefined)
    return `RequestRedirect cannot say ${redirect.url}: the path is closed`;
  const closed = (units.get(server) ?? []).filter((u) => u.closed !== undefined);
  const unit = closed.find((u) => u.location === location);
  if (unit !== undefined) return `${unit.closed ?? ""}: the path is closed rather than sent wrong`;
  const above = closed.find(
    (u) => u.path.type === "PathPrefix" && takesPath(u.path.value, envoyPath(splitQuery(path).pathname).path),
  );
  return above === undefined
    ? undefined
    : `${above.closed ?? ""}: all below ${above.path.value} is closed, since nobody can say what belongs to it`;
}

const takesPath = (prefix: string, path: string): boolean =>
  `${path}/`.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);

/** The same answer behind another certificate. */
export function certificateReason(
  request: HttpRequest,
  server: Server | undefined,
  { listeners }: Conversion,
): string | undefined {
  if (request.scheme !== "https" || server === undefined || server.passthrough || !server.tls)
    return undefined;
  if (server.secretIsGuess === true && server.secret !== undefined)
    return `no tls entry names ${server.host}: nginx shows the certificate of ${server.secret} only if it covers the host, else its default certificate; the Gateway always shows it`;
  const own = listeners.find((l) => l.server === server);
  return server.secret === undefined && own !== undefined
    ? `no Secret is named for ${server.host}: nginx shows its default certificate, the Gateway that of ${own.secret ?? ""}, which must be made`
    : undefined;
}

/** A cookie decides by an expression over the Cookie header: Envoy can, the API has no word for cookies. */
export function cookieReason(request: HttpRequest, found: Found, conversion: Conversion): string | undefined {
  const upstream = found?.location?.upstream;
  const canary = upstream === undefined ? undefined : conversion.canaryOf(upstream);
  const name = canary?.strategy.cookie?.name.toLowerCase();
  if (name === undefined) return undefined;
  const sent = Object.keys(request.cookies ?? {}).concat(
    ...Object.entries(request.headers ?? {})
      .filter(([n]) => n.toLowerCase() === "cookie")
      .map(([, v]) => v.split(/;\s*/).map((c) => c.split("=")[0] ?? "")),
  );
  return sent.some((n) => n.toLowerCase() === name)
    ? `canary-by-cookie ${name}: matched by an expression over the Cookie header, which not every Gateway takes`
    : undefined;
}

/** The reason in the words of what a user has to know of the two. */
export function reasonOf(
  request: HttpRequest,
  nginx: Answer,
  gateway: Answer,
  found: Found,
): string | undefined {
  const path = splitQuery(request.path).pathname;
  const server = found?.server;
  if (gateway.kind === "refused")
    return `${gateway.why}: the host has no certificate, and nginx answers with its own self-signed one`;
  if (gateway.kind === "redirect" && gateway.status === 307 && /%(2f|5c)/i.test(path))
    return "Envoy Gateway sends a client with the code of a slash in its path to the path without it";
  if (nginx.kind === "redirect" && gateway.kind === "redirect") {
    if (nginx.status !== gateway.status) return undefined;
    if (url(nginx.location).replace(/\/$/, "") === url(gateway.location).replace(/\/$/, ""))
      return "nginx drops the slash at the end of a redirect, the Gateway keeps it";
    if (nginx.location.split("?")[0] === gateway.location.split("?")[0])
      return "nginx drops the query in this redirect, the Gateway keeps it";
  }
  const read = `${envoyPath(path).path}${splitQuery(request.path).query}`;
  if (
    nginx.kind === "backends" &&
    gateway.kind === "backends" &&
    gateway.path === read &&
    read !== request.path
  )
    return `Envoy hands on the path as it reads it (${gateway.path}), nginx as it came`;
  const strange = server?.aliases.filter((a) => !hostnamesOf(server).includes(a)) ?? [];
  if (gateway.kind === "none" && server !== undefined && strange.length > 0 && !named(server, request.host))
    return `server-alias ${strange.join(", ")}: hostnames of a route take names and *. in front only`;
  if (nginx.kind === "unavailable")
    return `nginx answers 503 where a Service or its port is missing (${nginx.backend}), the Gateway 500`;
  if (nginx.kind === "status" && nginx.status === 413)
    return `${nginx.why}: the Gateway has no limit of its own (Envoy Gateway: ClientTrafficPolicy or BackendTrafficPolicy)`;
  if (nginx.kind === "status" && nginx.status === 204 && gateway.kind === "redirect")
    return "nginx answers a CORS preflight before it redirects to HTTPS, the Gateway redirects it";
  if (nginx.kind === "status" && nginx.status === 204 && gateway.kind === "status")
    return "nginx answers a CORS preflight with 204, Envoy with 200";
  if (request.method === "OPTIONS" && server !== undefined && gateway.kind === "backends")
    return "nginx answers every OPTIONS itself, the CORS filter only what is a preflight of an allowed origin";
  if (server?.regex === true) {
    const lower = path.toLowerCase() === path;
    return `an expression or rewrite makes all paths of ${server.host} expressions at nginx: without case, and by their beginning${lower ? "" : "; a prefix match of the Gateway looks at case"}`;
  }
  if (
    server?.host === CATCH_ALL &&
    found?.location?.settings.errorCodes.length === 0 &&
    gateway.kind === "none"
  )
    return "the Gateway answers 404 where no host fits";
  return undefined;
}

const named = (server: Server, host: string): boolean =>
  hostnamesOf(server).some((name) => takes(name, bareHost(host)));

/** ExternalName Services, which Gateways refuse. */
export function outsideReason(nginx: Answer, gateway: Answer, { services }: NginxTable): string | undefined {
  if (nginx.kind !== "backends" || (gateway.kind !== "status" && gateway.kind !== "backends"))
    return undefined;
  const out = nginx.to.find((t) => services.externalName(t.namespace, t.service) !== undefined);
  return out === undefined
    ? undefined
    : `Service ${out.namespace}/${out.service} stands for a name outside (ExternalName), which Gateways refuse: it gets no requests`;
}

/** A host two labels below a wildcard that no nearer name takes. */
export function wildcardReason({ host }: HttpRequest, { units }: Conversion): string | undefined {
  const name = bareHost(host);
  const hosts = [...units.keys()].flatMap((s) => [s.host, ...s.aliases]);
  const labels = name.split(".");
  const deeper = hosts.some(
    (h) => h.startsWith("*.") && name.endsWith(h.slice(1)) && labels.length > h.split(".").length,
  );
  const near = hosts.some((h) => h === name || h === `*.${labels.slice(1).join(".")}`);
  return deeper && !near ? "a wildcard covers one label at nginx, any number at the Gateway" : undefined;
}
