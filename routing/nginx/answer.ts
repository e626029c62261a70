import type { KubeObject } from "../../kube/objects";
import { shareOf, type CanaryRequest } from "../canary/precedence";
import { locationFor, rewritten, serverFor } from "./locate";
import { readTable, upstreamKey, type Upstream } from "./table";

/** A request as a client sends it. */
export interface HttpRequest extends CanaryRequest {
  host: string;
  /** Path and query. */
  path: string;
  /** @default http */
  scheme?: "http" | "https";
}

/** What becomes of a request. */
export type Answer =
  /** It goes to Services, each with a probability; `path` is what they see. */
  | { kind: "backends"; shares: Readonly<Record<string, number>>; path: string }
  | { kind: "redirect"; status: 308; location: string }
  /** No rule and no default backend: the controller answers itself. */
  | { kind: "none"; status: 404 }
  /** A rule leads to a Service that does not exist or has no such port. */
  | { kind: "unavailable"; status: 503; backend: string };

/**
 * What ingress-nginx answers, from the objects alone. Pure; reads the very Ingress objects that a stack registers.
 * Where the objects hold no Service at all, backends are taken to exist. `httpsPort` is the one of redirects.
 */
export function answer(
  objects: readonly KubeObject[],
  className: string,
  request: HttpRequest,
  httpsPort = 443,
): Answer {
  const table = readTable(objects, className);
  const server = serverFor(table, request.host);
  const location = locationFor(server, request.path);
  if (location === undefined) return { kind: "none", status: 404 };
  const plain = (request.scheme ?? "http") === "http";
  if (plain && (location.forceSslRedirect || (location.sslRedirect && server.tls)))
    return redirect(request, httpsPort);
  if (location.upstream === undefined) return { kind: "none", status: 404 };

  const shares: Record<string, number> = {};
  const add = (u: Upstream, share: number) => {
    const key = `${u.namespace}/${u.service}`;
    if (share > 0) shares[key] = (shares[key] ?? 0) + share;
  };
  const canary = table.canaries.get(upstreamKey(location.upstream));
  const split = canary === undefined ? { primary: 1, canary: 0 } : shareOf(canary.strategy, request);
  add(location.upstream, split.primary);
  if (canary !== undefined) add(canary.upstream, split.canary);
  const missing = Object.keys(shares).find(
    (key) => !serves(objects, key, [location.upstream, canary?.upstream]),
  );
  if (missing !== undefined) return { kind: "unavailable", status: 503, backend: missing };
  return { kind: "backends", shares, path: rewritten(location, request.path) };
}

/** The port is left out unless it is told (use-port-in-redirects), and one '/' at the end of the URL is dropped, as the controller's Lua does. */
function redirect(request: HttpRequest, port: number): Answer {
  const host = request.host.replace(/:\d+$/, "") + (port === 443 ? "" : `:${port}`);
  return { kind: "redirect", status: 308, location: `https://${host}${request.path.replace(/\/$/, "")}` };
}

function serves(
  objects: readonly KubeObject[],
  key: string,
  upstreams: readonly (Upstream | undefined)[],
): boolean {
  const services = objects.filter((o) => o.kind === "Service");
  if (services.length === 0) return true;
  const service = services.find((o) => `${o.metadata.namespace ?? "default"}/${o.metadata.name}` === key);
  const port = upstreams.find((u) => u !== undefined && `${u.namespace}/${u.service}` === key)?.port;
  const ports = (service?.["spec"] as { ports?: { port: number; name?: string }[] } | undefined)?.ports ?? [];
  return ports.some((p) => p.port === port || (p.name !== undefined && p.name === port));
}
