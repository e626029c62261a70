import type { ExposurePlan } from "../../ingress-settings";
import type { AlbPlan } from "../../../routing/alb/objects";
import type { ControllerPlace } from "../../../routing/ingress-site";
import type { IngressConfig } from "../ingress-config";

/** Everything about the controller that is decided before it is made. */
export interface ControllerPlan extends ExposurePlan {
  /** Where it runs, if it is there already: then nothing is installed. */
  existing?: ControllerPlace;
  /** Instead of nginx one Application Load Balancer, made of the Ingresses themselves. */
  alb?: AlbPlan;
  className: string;
  hostNetwork: boolean;
  /** DaemonSet: one pod on every node, the only way for two pods to hold the same port of their nodes. */
  kind: "Deployment" | "DaemonSet";
  /** Nodes that it must run on. */
  nodeSelector?: Readonly<Record<string, string>>;
  metrics: boolean;
  hsts?: NonNullable<IngressConfig["hsts"]>;
  image?: NonNullable<IngressConfig["image"]>;
  chart: NonNullable<IngressConfig["chart"]>;
  /** Whether the chart is the one this project was written for. */
  upstream: boolean;
  /** Whether hosts without a certificate of their own get one that the user gives. */
  defaultCertificate: boolean;
}

/** Where the API server's calls to the admission webhook arrive. */
export const WEBHOOK_PORT = 8443;

/** Names made by the chart; `fullnameOverride` keeps them with any fork. */
export const INGRESS_NAMESPACE = "ingress-nginx";
export const RELEASE = "ingress-nginx";
export const SERVICE = "ingress-nginx-controller";
/** Secret of the default certificate. */
export const DEFAULT_CERTIFICATE = "labs-default-certificate";
