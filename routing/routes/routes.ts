/**
 * Routes as data: what a user of HTTP wants, free of how a controller is told. `ingress.ts` renders them for
 * ingress-nginx; a renderer for the Gateway API can stand beside it.
 */
export interface Routes {
  /** Name of the set, a DNS label: the objects made from it carry it. */
  name: string;
  /** Namespace of the routes and of every backend: an Ingress reaches only Services beside it. */
  namespace: string;
  /** Each host once. */
  hosts: readonly HostRoutes[];
  /**
   * Who answers when no host or no path fits. With `hosts` empty: for every host that nobody claims.
   * @default the controller's own 404
   */
  defaultBackend?: Backend;
  /** Whether plain HTTP to a host with TLS is answered by a redirect to HTTPS. @default true */
  redirectToHttps?: boolean;
}

export interface HostRoutes {
  /** `shop.example.org`, `*.example.org` (one label deep); left out: every host that no other rule names. */
  host?: string;
  paths: readonly PathRoute[];
  /** HTTPS for this host. @default plain HTTP only */
  tls?: HostTls;
}

export interface HostTls {
  /** Secret of type kubernetes.io/tls beside the routes; left out: the controller's default certificate. */
  secretName?: string;
}

export interface PathRoute {
  /** `/` and more; with `type: Regex` a regular expression that is anchored at the start and ignores case. */
  path: string;
  /**
   * `Prefix` by whole path elements, `Exact`, or `Regex` (nginx only).
   * @default Prefix
   */
  type?: PathType;
  backend: Backend;
  /** Path that the backend sees; `$1`… are groups of a Regex path. The query string is kept by nginx itself. */
  rewrite?: string;
  /**
   * Seconds that the backend may take. nginx counts between two reads of an answer, a Gateway the whole request.
   * @default nginx 60, Envoy 15
   */
  timeout?: number;
  /** A Service that gets a copy of each request, and whose answers nobody sees. Gateway only. */
  mirror?: Backend;
}

export type PathType = "Prefix" | "Exact" | "Regex";

export interface Backend {
  /** Name of a Service in the namespace of the routes. */
  service: string;
  /** Number or name of the Service's port. */
  port: number | string;
}

export const typeOf = (p: Pick<PathRoute, "type">): PathType => p.type ?? "Prefix";
export const hostName = (h: Pick<HostRoutes, "host">): string => h.host ?? "*";
export const backendText = (b: Backend): string => `${b.service}:${b.port}`;
