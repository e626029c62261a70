import type { KubeObject } from "../../kube/objects";
import type { RouteLine } from "../route-lines";
import { readGateways, type AttachedRoute, type Listener } from "./attach";
import type { BackendRef, RouteMatch, RouteRule } from "./objects";

/** Routes that hang on a Gateway, as it reads them: those of a lab's objects, at any Gateway among them. */
export function gatewayRouteLines(objects: readonly KubeObject[]): RouteLine[] {
  const { listeners } = readGateways(objects);
  return listeners.flatMap((l) =>
    [...l.routes].flatMap(([host, routes]) => routes.flatMap((route) => linesOf(l, host, route))),
  );
}

function linesOf(
  { spec }: Listener,
  host: string | null,
  { namespace, spec: route }: AttachedRoute,
): RouteLine[] {
  const scheme = spec.protocol === "HTTP" ? "http" : "https";
  return (route.rules ?? []).flatMap((rule) =>
    (rule.matches ?? [{}]).map((match: RouteMatch) => {
      const { path = { type: "PathPrefix", value: "/" }, headers = [] } = match;
      const rewrite = rule.filters?.find((f) => f.urlRewrite?.path !== undefined)?.urlRewrite?.path;
      return {
        url: `${scheme}://${host ?? "*"}${path.value ?? "/"}`,
        type: [path.type ?? "PathPrefix", ...headers.map((h) => `header ${h.name}: ${h.value}`)].join(", "),
        to: target(rule, namespace),
        ...(rewrite === undefined
          ? {}
          : {
              rewrite:
                rewrite.type === "ReplaceFullPath" ? rewrite.replaceFullPath : rewrite.replacePrefixMatch,
            }),
      };
    }),
  );
}

function target({ filters = [], backendRefs = [] }: RouteRule, namespace: string): string {
  const redirect = filters.find((f) => f.requestRedirect !== undefined)?.requestRedirect;
  if (redirect !== undefined)
    return `${redirect.statusCode ?? 302} to ${redirect.scheme ?? redirect.hostname ?? "another path"}`;
  const one = (r: BackendRef): string =>
    `${r.namespace ?? namespace}/${r.name}:${r.port ?? ""}${backendRefs.length > 1 ? ` ${r.weight ?? 1}` : ""}`;
  return backendRefs.map(one).join(", ") || "nobody";
}
