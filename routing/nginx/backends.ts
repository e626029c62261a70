import type { Answer, HttpRequest, Target } from "../request";
import { shareOf } from "../canary/precedence";
import type { Location, Upstream } from "./model";
import { canaryOf, type NginxTable } from "./table";

/** custom-http-errors: the Service of the default-backend annotation, or the controller's own 404 page. */
export function errorPage(table: NginxTable, location: Location): Answer {
  const own = defaultBackendOf(table, location);
  return own === undefined
    ? { kind: "none", status: 404, assumes: ["the controller's default backend is the built-in one"] }
    : split([[own, 1]]);
}

function defaultBackendOf(table: NginxTable, { settings, ingress }: Location): Target | undefined {
  const { defaultBackend: service } = settings;
  const namespace = ingress?.namespace ?? "";
  if (service === undefined || !table.services.has(namespace, service)) return undefined;
  return { namespace, service, port: table.services.firstPort(namespace, service) ?? "", share: 1 };
}

/** Which Services get it. The path is filled in by the caller. */
export function backends(table: NginxTable, location: Location, request: HttpRequest): Answer {
  const { upstream } = location;
  if (upstream === undefined) return { kind: "none", status: 404 };
  const canary = canaryOf(table, upstream);
  const { primary, canary: other } =
    canary === undefined ? { primary: 1, canary: 0 } : shareOf(canary.strategy, request);
  const own = targetOf(table, upstream) ?? defaultBackendOf(table, location);
  // Without a pod of the primary nobody asks for the canary (balancer.lua, get_balancer).
  if (own === undefined)
    return { kind: "unavailable", status: 503, backend: `${upstream.namespace}/${upstream.service}` };
  // No endpoints for the canary's Service: Lua keeps to the primary.
  const beside = canary === undefined ? undefined : (targetOf(table, canary.upstream) ?? own);
  const parts: [Target | undefined, number][] = [
    [own, primary],
    [beside, other],
  ];
  return split(
    parts.flatMap(([target, share]): [Target, number][] =>
      target === undefined || share === 0 ? [] : [[{ ...target, share }, share]],
    ),
  );
}

/** Undefined where there is no such Service or port. */
function targetOf({ services }: NginxTable, u: Upstream): Target | undefined {
  const port = services.portOf(u.namespace, u.service, u.port);
  if (port === undefined && services.known) return undefined;
  return { namespace: u.namespace, service: u.service, port: port ?? u.port, share: 1 };
}

/** An answer of the Services, the shares of each Service added up. */
function split(targets: readonly (readonly [Target, number])[]): Answer {
  const shares: Record<string, number> = {};
  const to: Target[] = [];
  for (const [target, share] of targets) {
    const key = `${target.namespace}/${target.service}`;
    shares[key] = (shares[key] ?? 0) + share;
    const known = to.find((t) => t.port === target.port && `${t.namespace}/${t.service}` === key);
    if (known === undefined) to.push({ ...target, share });
    else known.share += share;
  }
  return { kind: "backends", shares, to, path: "" };
}
