/**
 * What a lab may know of the ingress: plain data, so that labs stay free of controllers and platforms.
 */
export interface IngressSite {
  /** Who serves routes: a Gateway, or who reads Ingresses. @default ingress-nginx */
  kind?: "alb" | "gateway";
  /** Class that its Ingresses, or its Gateway, name. */
  className: string;
  /** The Gateway that routes hang on, with `kind: gateway`. */
  gateway?: SiteGateway;
  /** Domain under which names live. */
  baseDomain: string;
  /** Ports that a client uses. */
  ports: { http: number; https: number };
  controller: ControllerPods;
  /** Absent where no certificates are made. */
  tls?: SiteTls;
}

/** The stack's own Gateway, which routes of every namespace may use. */
export interface SiteGateway {
  namespace: string;
  name: string;
  /** Names with a listener for HTTPS: those of the lab, or of all labs of the stack. */
  hosts: readonly string[];
}

/** The pods that requests come from, as the values of a chart, or an operator, make them. */
export interface ControllerPods {
  kind: "Deployment" | "DaemonSet";
  /** On the host network policies see the nodes' addresses, not pods. */
  hostNetwork: boolean;
  /** Container ports by the name that the chart gives them. */
  ports: Readonly<Record<string, number>>;
  /** No pods of the cluster: a load balancer at addresses of its own. `hostNetwork` is then true as well. */
  outside?: boolean;
  /** Absent where this project installs ingress-nginx: then it is `CONTROLLER`. */
  place?: ControllerPlace;
  /** Who tells a Gateway's proxies what to do, and where they ask it. */
  control?: ControllerPlace & { ports: Readonly<Record<string, number>> };
}

/** Namespace, name, account and labels of the controller's pods: what policies select. */
export interface ControllerPlace {
  namespace: string;
  name: string;
  serviceAccount: string;
  labels: Readonly<Record<string, string>>;
}

/** Where the chart puts it, if it is installed under the name `ingress-nginx`. */
export const CONTROLLER: ControllerPlace = {
  namespace: "ingress-nginx",
  name: "ingress-nginx-controller",
  serviceAccount: "ingress-nginx",
  labels: {
    "app.kubernetes.io/name": "ingress-nginx",
    "app.kubernetes.io/instance": "ingress-nginx",
    "app.kubernetes.io/component": "controller",
  },
};

export const placeOf = (site: Pick<IngressSite, "controller">): ControllerPlace =>
  site.controller.place ?? CONTROLLER;

export interface SiteTls {
  /**
   * `issuer`: a Certificate beside each route asks this ClusterIssuer; with `readsGateways`, cert-manager makes those of an
   * annotated Gateway by itself. `default`: the controller's own default certificate covers every name.
   */
  certificate: { issuer: string; readsGateways: boolean } | "default";
  /** Whether plain HTTP is redirected. */
  redirect: boolean;
  /**
   * Whether what uses a certificate waits for it. Not with a new zone: nobody can prove a name in it before its parent
   * names its servers, and those are an output of this very stack.
   */
  awaited: boolean;
  /** How a client comes to trust it, in one sentence. */
  trust: string;
}

/** `shop.localhost`; a copy of a lab gets names of its own. */
export function hostOf(site: Pick<IngressSite, "baseDomain">, name: string, copy?: string): string {
  return `${copy === undefined ? name : `${name}-${copy}`}.${site.baseDomain}`;
}

/** Full URL of a host: the port only where it is not the scheme's own. */
export function urlOf(
  site: IngressSite,
  host: string,
  path = "/",
  scheme: "http" | "https" = defaultScheme(site),
): string {
  const port = site.ports[scheme];
  const usual = scheme === "http" ? 80 : 443;
  return `${scheme}://${host}${port === usual ? "" : `:${port}`}${path}`;
}

export const defaultScheme = (site: IngressSite): "http" | "https" =>
  site.tls === undefined ? "http" : "https";

/** HTTPS where there are certificates; a redirect then holds for the whole ALB. */
export const albListeners = ({ tls }: Pick<IngressSite, "tls">): { https: boolean; redirect: boolean } => ({
  https: tls !== undefined,
  redirect: tls?.redirect === true,
});
