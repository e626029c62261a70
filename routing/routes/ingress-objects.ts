import type { KubeObject } from "../../kube/objects";
import { typeOf, type Backend, type HostRoutes, type PathRoute, type PathType, type Routes } from "./routes";

/** Prefix of what ingress-nginx reads. */
export const ANNOTATION = "nginx.ingress.kubernetes.io";

/** How ingress-nginx is told: which class, and what every Ingress carries. */
export interface IngressOptions {
  /** Class of the controller that is to serve them. */
  className: string;
  labels?: Readonly<Record<string, string>>;
}

/** Annotations hold for a whole Ingress, so a path with a rewrite or expression of its own gets an Ingress of its own. */
interface Group {
  name: string;
  /** The path that the group is named after; empty for the plain one. */
  path: string;
  rewrite?: string;
  timeout?: number;
  regex: boolean;
  hosts: HostRoutes[];
}

/** Ingress objects of a set of routes (checked before), in a fixed order; the first has the set's own name. */
export function toIngresses(set: Routes, options: IngressOptions): KubeObject[] {
  const groups = groupsOf(set);
  const plain = groups.find((g) => g.path === "");
  const main = plain ?? (set.defaultBackend === undefined ? undefined : plainGroup(set));
  const others = groups.filter((g) => g !== plain);
  return [...(main === undefined ? [] : [main]), ...others].map((group) =>
    ingress(set, group, options, group === main ? set.defaultBackend : undefined),
  );
}

/** Names of the objects, to find clashes before anything is rendered. */
export function ingressNames(set: Routes): { name: string; path: string }[] {
  return groupsOf(set);
}

const plainGroup = (set: Routes): Group => ({ name: set.name, path: "", regex: false, hosts: [] });

function groupsOf(set: Routes): Group[] {
  const groups = new Map<string, Group>();
  for (const host of set.hosts) {
    for (const path of host.paths) {
      const regex = typeOf(path) === "Regex";
      const own = regex || path.rewrite !== undefined || path.timeout !== undefined;
      const key = own ? JSON.stringify([path.path, path.rewrite, path.timeout, regex]) : "";
      const group = groups.get(key) ?? (own ? ownGroup(set, path, regex) : plainGroup(set));
      groups.set(key, group);
      addPath(group, host, path);
    }
  }
  return [...groups.values()];
}

/**
 * Named after the path and nothing else: a new rewrite then updates the object. Under a new name Pulumi would create
 * it before the old one goes, and the webhook refuses a host and path that are taken.
 */
function ownGroup(set: Routes, path: PathRoute, regex: boolean): Group {
  const slug =
    path.path
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .toLowerCase() || "root";
  const name = `${set.name}-${slug}`.slice(0, 63).replace(/-+$/, "");
  return {
    name,
    path: path.path,
    regex,
    ...(path.rewrite === undefined ? {} : { rewrite: path.rewrite }),
    ...(path.timeout === undefined ? {} : { timeout: path.timeout }),
    hosts: [],
  };
}

function addPath(group: Group, host: HostRoutes, path: PathRoute): void {
  const at = group.hosts.findIndex((h) => h.host === host.host);
  const known = group.hosts[at];
  if (known === undefined) group.hosts.push({ ...host, paths: [path] });
  else group.hosts[at] = { ...known, paths: [...known.paths, path] };
}

function ingress(
  set: Routes,
  group: Group,
  options: IngressOptions,
  defaultBackend: Backend | undefined,
): KubeObject {
  const annotations: Record<string, string> = {};
  if (group.regex) annotations[`${ANNOTATION}/use-regex`] = "true";
  if (group.rewrite !== undefined) annotations[`${ANNOTATION}/rewrite-target`] = group.rewrite;
  if (group.timeout !== undefined) annotations[`${ANNOTATION}/proxy-read-timeout`] = String(group.timeout);
  const tls = group.hosts.filter((h) => h.tls !== undefined && h.host !== undefined);
  if (tls.length > 0) annotations[`${ANNOTATION}/ssl-redirect`] = String(set.redirectToHttps !== false);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: group.name,
      namespace: set.namespace,
      ...(options.labels === undefined ? {} : { labels: { ...options.labels } }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ingressClassName: options.className,
      ...(defaultBackend === undefined ? {} : { defaultBackend: backendOf(defaultBackend) }),
      ...(tls.length === 0 ? {} : { tls: tls.map(tlsOf) }),
      ...(group.hosts.length === 0 ? {} : { rules: group.hosts.map(ruleOf) }),
    },
  };
}

function tlsOf(host: HostRoutes) {
  return {
    hosts: [host.host],
    ...(host.tls?.secretName === undefined ? {} : { secretName: host.tls.secretName }),
  };
}

function ruleOf(host: HostRoutes) {
  return {
    ...(host.host === undefined ? {} : { host: host.host }),
    http: {
      paths: host.paths.map((p) => ({
        path: p.path,
        pathType: kubePathType(typeOf(p)),
        backend: backendOf(p.backend),
      })),
    },
  };
}

/** Kubernetes' word for a path type. */
export function kubePathType(type: PathType): "Prefix" | "Exact" | "ImplementationSpecific" {
  return type === "Regex" ? "ImplementationSpecific" : type;
}

export function backendOf(b: Backend) {
  return {
    service: { name: b.service, port: typeof b.port === "number" ? { number: b.port } : { name: b.port } },
  };
}
