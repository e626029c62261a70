import type { KubeObject } from "../../kube/objects";
import { ANNOTATION } from "../routes/ingress-objects";
import type { Strategy } from "../canary/canary";
import { readCanary } from "../canary/annotations";

/**
 * What ingress-nginx makes of Ingress objects: servers, locations, and a canary rule at each upstream. Follows
 * getBackendServers and createServers of internal/ingress/controller/controller.go (1.15.1); only what routes use.
 */
export interface NginxTable {
  /** By host name; `_` is the catch-all. */
  servers: ReadonlyMap<string, Server>;
  /** Canary of an upstream: where it leads and by which rule. */
  canaries: ReadonlyMap<string, UpstreamCanary>;
}

export interface Server {
  locations: Location[];
  /** Whether a certificate is configured for the host. */
  tls: boolean;
}

export interface Location {
  path: string;
  type: "Prefix" | "Exact" | "ImplementationSpecific";
  /** Undefined: the controller's own 404. */
  upstream?: Upstream;
  /** The root location that every server has, as long as no rule takes it. */
  isDefault: boolean;
  rewrite?: string;
  regex: boolean;
  sslRedirect: boolean;
  forceSslRedirect: boolean;
}

export interface Upstream {
  namespace: string;
  service: string;
  port: number | string;
}

export interface UpstreamCanary {
  upstream: Upstream;
  strategy: Strategy;
}

export const CATCH_ALL = "_";
export const upstreamKey = (u: Upstream): string => `${u.namespace}-${u.service}-${u.port}`;

interface IngressSpec {
  ingressClassName?: string;
  defaultBackend?: RawBackend;
  rules?: { host?: string; http?: { paths: RawPath[] } }[];
  tls?: { hosts?: string[]; secretName?: string }[];
}

interface RawPath {
  path?: string;
  pathType: Location["type"];
  backend: RawBackend;
}

interface RawBackend {
  service?: { name: string; port?: { number?: number; name?: string } };
}

interface Ingress {
  namespace: string;
  annotations: Readonly<Record<string, string>>;
  spec: IngressSpec;
}

/** Reads the Ingress objects of one class, in the order in which they were created. */
export function readTable(objects: readonly KubeObject[], className: string): NginxTable {
  const all = objects
    .filter((o) => o.kind === "Ingress")
    .map(parse)
    .filter((i) => i.spec.ingressClassName === className);
  const primaries = all.filter((i) => readCanary(i.annotations) === undefined);
  const servers = new Map<string, Server>([
    [CATCH_ALL, { locations: [rootLocation(undefined)], tls: false }],
  ]);
  for (const ing of primaries) addServers(servers, ing);
  for (const ing of primaries) addLocations(servers, ing);
  const canaries = new Map<string, UpstreamCanary>();
  for (const ing of all) addCanary(servers, canaries, ing);
  return { servers, canaries };
}

function parse(o: KubeObject): Ingress {
  return {
    namespace: o.metadata.namespace ?? "default",
    annotations: o.metadata.annotations ?? {},
    spec: o["spec"] ?? {},
  };
}

function addServers(servers: Map<string, Server>, ing: Ingress): void {
  const fallback = upstreamOf(ing, ing.spec.defaultBackend);
  const rules = ing.spec.rules ?? [];
  if (fallback !== undefined && rules.length === 0) {
    const root = servers.get(CATCH_ALL)?.locations[0];
    if (root?.isDefault === true) Object.assign(root, { upstream: fallback, isDefault: false });
  }
  for (const rule of rules) {
    const host = rule.host ?? CATCH_ALL;
    const server = servers.get(host) ?? { locations: [rootLocation(fallback)], tls: false };
    servers.set(host, server);
    server.tls ||= (ing.spec.tls ?? []).some((t) => t.hosts === undefined || t.hosts.includes(host));
  }
}

function rootLocation(upstream: Upstream | undefined): Location {
  return {
    path: "/",
    type: "Prefix",
    ...(upstream === undefined ? {} : { upstream }),
    isDefault: true,
    regex: false,
    sslRedirect: true,
    forceSslRedirect: false,
  };
}

function addLocations(servers: ReadonlyMap<string, Server>, ing: Ingress): void {
  for (const rule of ing.spec.rules ?? []) {
    const server = servers.get(rule.host ?? CATCH_ALL);
    for (const path of rule.http?.paths ?? []) {
      const location = locationOf(ing, path);
      const taken = server?.locations.find((l) => l.path === location.path && l.type === location.type);
      if (location.upstream === undefined) continue;
      if (taken === undefined) server?.locations.push(location);
      // Who came first keeps a path; the server's own root gives way.
      else if (taken.isDefault) Object.assign(taken, location);
    }
  }
}

function locationOf(ing: Ingress, path: RawPath): Location {
  const flag = (key: string, fallback: boolean) => {
    const text = ing.annotations[`${ANNOTATION}/${key}`];
    return text === undefined ? fallback : ["1", "t", "T", "TRUE", "true", "True"].includes(text);
  };
  const rewrite = ing.annotations[`${ANNOTATION}/rewrite-target`];
  const upstream = upstreamOf(ing, path.backend);
  return {
    path: path.path === undefined || path.path === "" ? "/" : path.path,
    type: path.pathType,
    ...(upstream === undefined ? {} : { upstream }),
    isDefault: false,
    ...(rewrite === undefined || rewrite === "" ? {} : { rewrite }),
    regex: flag("use-regex", false),
    sslRedirect: flag("ssl-redirect", true),
    forceSslRedirect: flag("force-ssl-redirect", false),
  };
}

/** Joins a canary to the upstream of the location with its host, path and type; the first one stays. */
function addCanary(
  servers: ReadonlyMap<string, Server>,
  canaries: Map<string, UpstreamCanary>,
  ing: Ingress,
): void {
  const strategy = readCanary(ing.annotations);
  if (strategy === undefined) return;
  for (const rule of ing.spec.rules ?? []) {
    for (const path of rule.http?.paths ?? []) {
      const canary = locationOf(ing, path);
      const primary = servers
        .get(rule.host ?? CATCH_ALL)
        ?.locations.find((l) => l.path === canary.path && l.type === canary.type)?.upstream;
      if (primary === undefined || canary.upstream === undefined) continue;
      const key = upstreamKey(primary);
      if (key === upstreamKey(canary.upstream) || canaries.has(key)) continue;
      canaries.set(key, { upstream: canary.upstream, strategy });
    }
  }
}

function upstreamOf(ing: Ingress, backend: RawBackend | undefined): Upstream | undefined {
  const service = backend?.service;
  if (service === undefined) return undefined;
  return {
    namespace: ing.namespace,
    service: service.name,
    port: service.port?.number ?? service.port?.name ?? "",
  };
}
