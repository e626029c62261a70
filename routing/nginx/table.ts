import type { KubeObject } from "../../kube/objects";
import { CATCH_ALL, ingressesOf, type Ingress } from "./ingresses";
import { duplicateLocation, nginxLocations, usesRegex } from "./locations";
import type { ControllerConfig } from "./controller-config";
import type { Location, Server, Upstream, UpstreamCanary } from "./model";
import { Services } from "../services";
import { certificatesAndRedirects, namesOf, parent, settleAliases, type ServerNames } from "./server-names";
import { settingsOf } from "./settings";
import { Upstreams, upstreamKey } from "./upstreams";

export { CATCH_ALL } from "./ingresses";
export { upstreamKey } from "./upstreams";

/**
 * What ingress-nginx makes of Ingress objects: servers, locations, upstreams with their canaries. Follows
 * getBackendServers, createServers and mergeAlternativeBackends of internal/ingress/controller/controller.go at 1.15.1.
 */
export interface NginxTable extends ServerNames {
  /** By host name; `_` is the catch-all. */
  servers: ReadonlyMap<string, Server>;
  /** Canary of an upstream: where it leads and by which rule; nginx takes the first only. */
  canaries: ReadonlyMap<string, UpstreamCanary>;
  services: Services;
  ingresses: readonly Ingress[];
  ignored: readonly { ingress: KubeObject; why: string }[];
  /** The controller's ConfigMap, where it is given. */
  config?: ControllerConfig;
  /** Paths that another Ingress holds already, and canaries that joined nothing. */
  lost: readonly { ingress: string; what: string }[];
  /** Why nginx refuses the whole configuration; the controller then keeps what it served before. */
  broken?: string;
}

/** Reads the Ingress objects of one class (and of each IngressClass of ingress-nginx). */
export function readTable(objects: readonly KubeObject[], className: string): NginxTable {
  const { ours, ignored, config } = ingressesOf(objects, className);
  const lost: { ingress: string; what: string }[] = [];
  const upstreams = new Upstreams(ours);
  const servers = createServers(ours);
  for (const ing of ours) addLocations(servers, ing, upstreams, lost);
  const canaries = upstreams.mergeCanaries(ours, servers, lost);
  const more = certificatesAndRedirects(servers);
  settleAliases(servers, new Set(more.wwwRedirects.keys()), lost);
  let broken = [...more.wwwRedirects.keys()].find((name) => name.includes("*"));
  if (broken !== undefined) broken = `from-to-www-redirect makes the server name ${broken}`;
  for (const server of servers.values()) {
    server.nginx = nginxLocations(server.locations);
    server.regex = usesRegex(server.nginx);
    broken ??= duplicateLocation(server);
  }
  return {
    servers,
    canaries,
    ...namesOf(servers),
    ...more,
    services: new Services(objects),
    ingresses: ours,
    ignored,
    lost,
    ...(broken === undefined ? {} : { broken }),
    ...(config === undefined ? {} : { config }),
  };
}

function createServers(all: readonly Ingress[]): Map<string, Server> {
  const primaries = all.filter((i) => i.settings.canary === undefined);
  const servers = new Map<string, Server>([[CATCH_ALL, newServer(CATCH_ALL, rootLocation())]]);
  for (const ing of primaries) {
    const fallback = ing.defaultBackend && { namespace: ing.namespace, ...ing.defaultBackend };
    const root = servers.get(CATCH_ALL)?.locations[0];
    if (fallback !== undefined && ing.rules.length === 0 && root?.isDefault === true) {
      // Redirects and rewrites do not count here (createServers says so).
      const { redirect: _redirect, rewrite: _rewrite, appRoot: _appRoot, ...settings } = ing.settings;
      Object.assign(root, {
        upstream: fallback,
        isDefault: false,
        ingress: ing,
        settings: { ...settings, regex: false, sslRedirect: false, forceSslRedirect: false },
      });
    }
    for (const { host } of ing.rules) {
      if (servers.has(host)) continue;
      servers.set(host, newServer(host, rootLocation(ing, fallback)));
    }
  }
  for (const ing of primaries) for (const { host } of ing.rules) configure(servers.get(host), ing);
  for (const server of servers.values())
    server.aliases = server.aliases.filter((a) => a !== server.host && !servers.has(a));
  return servers;
}

/** Aliases, snippet and certificate: the first Ingress that has one. */
function configure(server: Server | undefined, ing: Ingress): void {
  if (server === undefined) return;
  // The controller's TCP proxy compares names as they stand: a wildcard never fits.
  if (ing.settings.passthrough && !/^[*_]/.test(server.host)) server.passthrough = true;
  if (server.aliases.length === 0) server.aliases = ing.settings.aliases;
  if (server.serverSnippet === undefined && ing.settings.serverSnippet !== undefined)
    server.serverSnippet = ing.settings.serverSnippet;
  if (server.tls || ing.tls.length === 0) return;
  // With a tls section every host of the Ingress gets a certificate: one that names it, else the controller's own.
  server.tls = true;
  server.tlsFrom = ing;
  const named =
    ing.tls.find((t) => t.hosts.includes(server.host)) ??
    ing.tls.find((t) => t.secretName !== undefined && t.hosts.includes(parent(server.host)));
  const secret =
    named === undefined ? ing.tls.find((t) => t.secretName !== undefined)?.secretName : named.secretName;
  if (secret !== undefined && server.host !== CATCH_ALL) server.secret = `${ing.namespace}/${secret}`;
  server.secretIsGuess = named === undefined;
}

const newServer = (host: string, root: Location): Server => ({
  host,
  aliases: [],
  locations: [root],
  nginx: [],
  regex: false,
  tls: false,
  passthrough: false,
});

function rootLocation(ing?: Ingress, upstream?: Upstream): Location {
  return {
    path: "/",
    type: "Prefix",
    asWritten: "Prefix",
    ...(upstream === undefined ? {} : { upstream }),
    isDefault: true,
    ...(ing === undefined ? {} : { ingress: ing }),
    settings: ing?.settings ?? { ...settingsOf({}, "default"), sslRedirect: false },
  };
}

function addLocations(
  servers: ReadonlyMap<string, Server>,
  ing: Ingress,
  upstreams: Upstreams,
  lost: { ingress: string; what: string }[],
): void {
  for (const rule of ing.rules) {
    const server = servers.get(rule.host) ?? servers.get(CATCH_ALL);
    if (server === undefined) continue;
    if (rule.paths !== undefined || rule.host === CATCH_ALL) {
      const { clientCertificate, hostRefused } = ing.settings.access;
      if (clientCertificate !== undefined) server.clientCertificate ??= clientCertificate;
      if (hostRefused !== undefined) server.refused ??= hostRefused;
    }
    for (const path of rule.paths ?? []) {
      if (path.backend === undefined) continue;
      const upstream = { namespace: ing.namespace, ...path.backend };
      if (upstreams.isCanaryOnly(upstream)) {
        if (ing.settings.canary === undefined)
          lost.push({
            ingress: ing.key,
            what: `${rule.host}${path.path}: its Service ${path.backend.service} belongs to an older canary, so nginx leaves the path out`,
          });
        continue;
      }
      const location: Location = {
        path: path.path,
        type: path.type,
        asWritten: path.asWritten,
        upstream,
        isDefault: false,
        ingress: ing,
        settings: ing.settings,
      };
      place(server, location, lost);
    }
  }
}

/** Who came first keeps a path of the same type; the server's own root gives way. */
function place(server: Server, location: Location, lost: { ingress: string; what: string }[]): void {
  const first = server.locations.find((l) => l.path === location.path);
  // Only the first location with the path is looked at: another type there, and this one is added, even a second time.
  if (first === undefined || first.type !== location.type) {
    server.locations.push(location);
    return;
  }
  if (first.isDefault) {
    Object.assign(first, location);
    return;
  }
  if (first.ingress === location.ingress || location.ingress?.settings.canary !== undefined) return;
  const dated = first.ingress?.created !== undefined && location.ingress?.created !== undefined;
  if (!dated)
    first.assumes = `${first.ingress?.key ?? ""} and ${location.ingress?.key ?? ""} both want ${server.host}${first.path}: the older one has it, and no creation time is given, so the first in the files is taken for it`;
  lost.push({
    ingress: location.ingress?.key ?? "",
    what: `${server.host}${location.path} (${location.asWritten}) belongs to the older Ingress ${first.ingress?.key ?? ""}`,
  });
}

/** The upstream's text in messages: `namespace/service:port`. */
export const upstreamText = (u: Upstream): string => `${u.namespace}/${u.service}:${u.port}`;
export const canaryOf = (table: NginxTable, u: Upstream): UpstreamCanary | undefined =>
  table.canaries.get(upstreamKey(u));
