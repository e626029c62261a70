import type { KubeObject } from "../../kube/objects";
import type { BackendRef, RouteRule } from "../../routing/gateway/objects";
import { envoyPath } from "../../routing/gateway/envoy-path";
import { headerOf, splitQuery, type HttpRequest } from "../../routing/request";

/** What Envoy Gateway gives to Envoy, as far as routes go. */
export interface RouteConfig {
  name: string;
  virtualHosts?: { domains: string[]; routes?: EnvoyRoute[] }[];
}
interface EnvoyRoute {
  match: {
    path?: string;
    prefix?: string;
    pathSeparatedPrefix?: string;
    safeRegex?: { regex: string };
    headers?: { name: string; stringMatch: { exact?: string; safeRegex?: { regex: string } } }[];
  };
  redirect?: {
    schemeRedirect?: string;
    hostRedirect?: string;
    pathRedirect?: string;
    portRedirect?: number;
  };
  directResponse?: { status: number };
  route?: { cluster?: string; weightedClusters?: { clusters: { name: string }[] } };
}

/** The answer of Envoy's first route that fits, in the words of `answerText`. */
export function envoyAnswer(
  configs: readonly RouteConfig[],
  objects: readonly KubeObject[],
  request: HttpRequest,
): string {
  const host = request.host.toLowerCase();
  const https = request.scheme === "https";
  const listeners = configs.filter((c) => (https ? /\/https(-|$)/ : /\/http$/).test(c.name));
  const hosts = listeners
    .flatMap((c) => c.virtualHosts ?? [])
    .map((vh) => ({ vh, rank: Math.max(...vh.domains.map((d) => rank(d, host))) }))
    .filter((h) => h.rank >= 0)
    .sort((a, b) => b.rank - a.rank);
  const routes = hosts[0]?.vh.routes;
  if (routes === undefined) return https ? "refused" : "status 404";
  const { path } = envoyPath(splitQuery(request.path).pathname);
  const found = routes.find((r) => fits(r.match, path, request));
  return found === undefined ? "status 404" : text(found, objects, request);
}

function rank(domain: string, host: string): number {
  if (domain === host) return 1000;
  if (domain === "*") return 0;
  return domain.startsWith("*") && host.endsWith(domain.slice(1)) ? domain.length : -1;
}

function fits(match: EnvoyRoute["match"], path: string, request: HttpRequest): boolean {
  const { pathSeparatedPrefix: base } = match;
  const at =
    (match.path === undefined || match.path === path) &&
    (match.prefix === undefined || path.startsWith(match.prefix)) &&
    (base === undefined || path === base || path.startsWith(`${base}/`)) &&
    (match.safeRegex === undefined || whole(match.safeRegex.regex, path));
  return (
    at &&
    (match.headers ?? []).every(({ name, stringMatch: { exact, safeRegex } }) => {
      const value = headerOf(request, name);
      return (
        value !== undefined && (exact === undefined ? whole(safeRegex?.regex ?? "", value) : exact === value)
      );
    })
  );
}

const whole = (regex: string, value: string): boolean => {
  const body = regex.replace(/^\(\?i\)/, "");
  return new RegExp(`^(?:${body})$`, body === regex ? "" : "i").test(value);
};

function text(r: EnvoyRoute, objects: readonly KubeObject[], request: HttpRequest): string {
  if (r.directResponse !== undefined) return `status ${r.directResponse.status}`;
  if (r.redirect !== undefined) {
    const { schemeRedirect, hostRedirect, pathRedirect, portRedirect } = r.redirect;
    const scheme = schemeRedirect ?? request.scheme ?? "http";
    const usual = scheme === "https" ? 443 : 80;
    const port = portRedirect === undefined || portRedirect === usual ? "" : `:${portRedirect}`;
    return `redirect ${scheme}://${hostRedirect ?? request.host}${port}${pathRedirect ?? request.path}`;
  }
  const cluster = r.route?.cluster ?? r.route?.weightedClusters?.clusters[0]?.name ?? "";
  const [, kind, namespace, name, at] = /^(\w+)\/([^/]+)\/([^/]+)\/rule\/(\d+)/.exec(cluster) ?? [];
  const object = objects.find(
    (o) => o.kind.toLowerCase() === kind && o.metadata.namespace === namespace && o.metadata.name === name,
  );
  const rule = (object?.["spec"] as { rules: RouteRule[] } | undefined)?.rules[Number(at)];
  return backends(rule?.backendRefs ?? [], namespace ?? "");
}

/** The cluster's name says which rule it is of; what that leads to stands in the rule. */
function backends(refs: readonly BackendRef[], namespace: string): string {
  const total = refs.reduce((sum, ref) => sum + (ref.weight ?? 1), 0);
  const live = refs
    .filter((ref) => ref.weight !== 0)
    .map((ref) => ({
      to: `${ref.namespace ?? namespace}/${ref.name}:${ref.port ?? 0}`,
      share: Math.round((10000 * (ref.weight ?? 1)) / total) / 100,
    }));
  return live.length === 1 ? (live[0]?.to ?? "") : `split ${live.map((l) => `${l.to}=${l.share}`).join(" ")}`;
}
