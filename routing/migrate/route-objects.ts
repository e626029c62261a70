import type { KubeObject } from "../../kube/objects";
import { VERSION, type Filter, type RouteRule } from "../gateway/objects";
import type { SecuritySpec } from "../gateway/security-policy";
import type { Server } from "../nginx/model";
import type { NginxTable } from "../nginx/table";
import { listenerOf, slugOf, type HostListener, type SecureName } from "./listeners";
import { HTTPS } from "./rules";
import { securityPolicy } from "./security-policies";

export interface MigrateOptions {
  /** Whose own policies may stand beside the routes. @default any: none */
  implementation?: "any" | "envoy-gateway";
  /** The GatewayClass, which must exist. */
  gatewayClass: string;
  gateway: { namespace: string; name: string };
  /** `namespace/name` of a Secret for hosts with TLS that no Secret covers; it must be made. */
  defaultCertificate: string;
}

/** Rules for plain HTTP, for HTTPS, or for both, by the namespace whose route carries them, and by what guards them. */
export interface Group {
  namespace: string;
  sections: ("http" | "https")[];
  grpc: boolean;
  security?: SecuritySpec;
  rules: RouteRule[];
}

/** A route holds 16 rules and 16 hostnames at most (the CRD). */
const MOST = 16;

export function routesOf(
  { server, hosts }: { server: Server; hosts: readonly string[] },
  group: Group,
  secure: readonly SecureName[],
  options: MigrateOptions,
  names: Map<string, number>,
): KubeObject[] {
  const sections = group.sections.flatMap((s) =>
    s === "http" ? ["http"] : [...new Set(secure.map(({ listener }) => listener.name))],
  );
  const plain = group.sections.includes("http");
  const hostnames =
    hosts.length === 0
      ? undefined
      : plain
        ? hosts
        : secure.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const redirects = group.rules.every((r) => r.filters?.[0] === HTTPS);
  const base = `${slugOf(server.host)}${redirects ? "-to-https" : group.sections.length === 1 && secure.length > 0 ? `-${group.sections[0] ?? ""}` : ""}${group.security === undefined ? "" : "-guarded"}`;
  const chunks = chunked(group.rules).flatMap((rules) =>
    (hostnames === undefined ? [undefined] : chunked(hostnames)).map((some) => ({ rules, some })),
  );
  return chunks.flatMap(({ rules, some }) => {
    const key = `${group.namespace}/${base}`;
    const n = (names.get(key) ?? 0) + 1;
    names.set(key, n);
    const route = routeObject(group.grpc ? "GRPCRoute" : "HTTPRoute", {
      name: n === 1 ? base : `${base}-${n}`,
      namespace: group.namespace,
      annotations: dnsAnnotations(server, group.namespace),
      sections,
      ...(some === undefined ? {} : { hostnames: some }),
      rules,
      options,
    });
    return group.security === undefined ? [route] : [route, securityPolicy(route, group.security)];
  });
}

const chunked = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / MOST) }, (_, i) => all.slice(i * MOST, (i + 1) * MOST));

function routeObject(
  kind: string,
  r: {
    name: string;
    namespace: string;
    annotations: Record<string, string>;
    sections: readonly string[];
    hostnames?: readonly string[];
    rules: readonly object[];
    options: MigrateOptions;
  },
): KubeObject {
  const { namespace: at, name } = r.options.gateway;
  return {
    apiVersion: VERSION,
    kind,
    metadata: {
      name: r.name,
      namespace: r.namespace,
      ...(Object.keys(r.annotations).length === 0 ? {} : { annotations: r.annotations }),
    },
    spec: {
      parentRefs: r.sections.map((sectionName) => ({
        name,
        ...(at === r.namespace ? {} : { namespace: at }),
        sectionName,
      })),
      ...(r.hostnames === undefined ? {} : { hostnames: [...r.hostnames] }),
      rules: r.rules,
    },
  };
}

/** external-dns reads a route's own annotations as it reads an Ingress's. */
function dnsAnnotations(server: Server, namespace: string): Record<string, string> {
  const all = server.locations
    .filter((l) => l.ingress?.namespace === namespace)
    .flatMap((l) => Object.entries(l.ingress?.annotations ?? {}));
  return Object.fromEntries(all.filter(([key]) => key.startsWith("external-dns.alpha.kubernetes.io/")));
}

export function wwwRoutes(
  table: NginxTable,
  listeners: readonly HostListener[],
  options: MigrateOptions,
): KubeObject[] {
  // `www.*.a.org` is no name: nginx refuses it as well.
  return [...table.wwwRedirects]
    .filter(([from]) => !from.includes("*"))
    .map(([from, to]) => {
      const secure = [listenerOf(listeners, from)].filter((l) => l !== undefined && !l.passthrough);
      const filter: Filter = { type: "RequestRedirect", requestRedirect: { hostname: to, statusCode: 308 } };
      return routeObject("HTTPRoute", {
        name: slugOf(from),
        namespace:
          table.servers.get(to)?.locations.find((l) => l.ingress !== undefined)?.ingress?.namespace ??
          "default",
        annotations: {},
        sections: ["http", ...secure.flatMap((l) => (l === undefined ? [] : [l.name]))],
        hostnames: [from],
        rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], filters: [filter] }],
        options,
      });
    });
}

export function passthroughRoute(
  table: NginxTable,
  server: Server,
  listeners: readonly HostListener[],
  options: MigrateOptions,
): KubeObject[] {
  const listener = listeners.find((l) => l.server === server && l.passthrough);
  const upstream = server.locations.find((l) => l.path === "/" && l.type === "Prefix")?.upstream;
  if (listener === undefined || upstream === undefined) return [];
  const port =
    table.services.portOf(upstream.namespace, upstream.service, upstream.port) ?? Number(upstream.port);
  return [
    routeObject("TLSRoute", {
      name: `${slugOf(server.host)}-passthrough`,
      namespace: upstream.namespace,
      annotations: {},
      sections: [listener.name],
      hostnames: [server.host],
      rules: [{ backendRefs: [{ name: upstream.service, port }] }],
      options,
    }),
  ];
}
