import type { Strategy } from "../canary/canary";
import type { Location, Server } from "../nginx/model";
import { CATCH_ALL, canaryOf, type NginxTable } from "../nginx/table";
import type { HttpRequest } from "../request";

/** The requests that the Ingresses themselves suggest: every host and path, beside it and below it, with what decides. */
export function requestsFor(table: NginxTable): HttpRequest[] {
  const out = new Map<string, HttpRequest>();
  const add = (r: HttpRequest) => out.set(JSON.stringify(r), r);
  for (const server of table.servers.values()) {
    if (server.host === CATCH_ALL && server.locations.every((l) => l.upstream === undefined)) continue;
    for (const host of hostsOf(server)) {
      const schemes = server.tls ? (["https", "http"] as const) : (["http"] as const);
      for (const scheme of schemes)
        for (const r of hostRequests(table, server, host))
          add({ ...r, ...(scheme === "http" ? {} : { scheme }) });
    }
  }
  for (const from of table.wwwRedirects.keys()) for (const path of ["/", "/a/b"]) add({ host: from, path });
  add({ host: "no-ingress-names-this.example", path: "/" });
  return [...out.values()];
}

/** A wildcard is asked one label deep and two. */
function hostsOf(server: Server): string[] {
  const names = [server.host, ...server.aliases.filter((a) => !a.startsWith("~"))];
  return names.flatMap((host) => {
    if (host === CATCH_ALL) return ["any-other.example"];
    // Names that only nginx knows: `.a.org` is a.org and all below, `a.*` any end.
    if (host.startsWith(".")) return [host.slice(1), `one${host}`];
    if (host.endsWith(".*")) return [`${host.slice(0, -1)}example`];
    if (!host.startsWith("*.")) return [host];
    return [`one.${host.slice(2)}`, `two.one.${host.slice(2)}`];
  });
}

function hostRequests(table: NginxTable, server: Server, host: string): HttpRequest[] {
  const out: HttpRequest[] = [
    { host, path: "/" },
    { host, path: "/no/such/path" },
  ];
  for (const location of server.locations) {
    if (location.isDefault && location.upstream === undefined) continue;
    const paths = pathsOf(location, server.regex);
    const [first = "/"] = paths;
    for (const path of paths) out.push({ host, path });
    for (const more of decidersOf(table, location)) out.push({ host, path: first, ...more });
  }
  return out;
}

/** The path, with a slash, below, beside, and in another case. */
function pathsOf(at: Location, regex: boolean): string[] {
  const { path } = at;
  const sample = regex ? sampleOf(path) : path;
  const base = sample.replace(/\/$/, "");
  const plain = /^\/[-\w/]*/.exec(path)?.[0].replace(/\/$/, "") ?? "";
  if (regex && plain !== "" && plain !== base)
    return [...new Set([sample, ...pathsOf({ ...at, path: plain }, false)])];
  if (base === "") return ["/", "/a/b"];
  const other = base.toUpperCase() === base ? base.toLowerCase() : base.toUpperCase();
  return [sample, base, `${base}/`, `${base}/a/b`, `${base}x`, `${other}/a`].filter(
    (p, i, all) => all.indexOf(p) === i,
  );
}

/** A path that an expression takes: its plain beginning, with the simplest of what may stand in each place. */
function sampleOf(pattern: string): string {
  let text = pattern.replace(/\$$/, "");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/\((?:\?:)?([^()]*)\)[?*+]?/g, (_, inner: string) => inner.split("|")[0] ?? "");
  }
  const simple = text
    .replace(/\\d[+*]?/g, "7")
    .replace(/\\w[+*]?/g, "a")
    .replace(/\[\^[^\]]*\][+*?]?/g, "a")
    .replace(/\[([^\]\\])[^\]]*\](\{\d+(,\d*)?\}|[+*?])?/g, (_, c: string) => c)
    .replace(/\.[*+]/g, "a")
    .replace(/\\(.)/g, "$1")
    .replace(/[?*+]/g, "")
    .replace(/\{\d+(,\d*)?\}/g, "")
    .replace(/\/+/g, "/");
  return simple.startsWith("/") ? simple : `/${simple}`;
}

/** What else decides at a location: canaries, credentials, addresses, preflights, the size of a body. */
function decidersOf(table: NginxTable, { upstream, settings }: Location): Partial<HttpRequest>[] {
  const canary = upstream === undefined ? undefined : canaryOf(table, upstream);
  const { access, cors } = settings;
  const guarded = access.basic !== undefined || access.external !== undefined;
  const ranges = [...access.allow, ...access.deny].map((r) => r.split("/")[0] ?? r);
  return [
    ...(canary === undefined ? [] : canaryRequests(canary.strategy)),
    ...(guarded ? [{ headers: { Authorization: "Basic dXNlcjpwYXNzd29yZA==" } }] : []),
    ...ranges.map((client) => ({ client })),
    ...(ranges.length > 0 ? [{ client: "203.0.113.99" }] : []),
    ...(cors === undefined ? [] : corsRequests(cors.origins)),
    ...(settings.bodyLimit > 0 && settings.bodyLimit !== 1024 ** 2
      ? [{ method: "POST", bodyBytes: settings.bodyLimit + 1 }]
      : []),
    ...settings.errorCodes.slice(0, 1).map((backendAnswers) => ({ backendAnswers })),
  ];
}

function canaryRequests({ header, cookie }: Strategy): Partial<HttpRequest>[] {
  const values = header?.value === undefined ? ["always", "never"] : [header.value];
  return [
    ...(header === undefined
      ? []
      : [...values, "something-else"].map((v) => ({ headers: { [header.name]: v } }))),
    ...(cookie === undefined ? [] : ["always", "never"].map((v) => ({ cookies: { [cookie.name]: v } }))),
  ];
}

function corsRequests(origins: readonly string[]): Partial<HttpRequest>[] {
  const origin =
    (origins[0] ?? "*") === "*" ? "https://other.example" : (origins[0] ?? "").replace("*", "one");
  const preflight = (Origin: string) => ({
    method: "OPTIONS",
    headers: { Origin, "Access-Control-Request-Method": "POST" },
  });
  return [preflight(origin), preflight("https://stranger.example"), { headers: { Origin: origin } }];
}
