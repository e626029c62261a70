import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { AlbPlan } from "../../../routing/alb/objects";
import type { ControllerPlace } from "../../../routing/ingress-site";
import type { IngressConfig } from "../ingress-config";

/** How requests get into the cluster. */
export type Exposure =
  /** On ports of a node that are open on the user's machine. */
  | "host-ports"
  /** Through a Service of type LoadBalancer. */
  | "load-balancer"
  /** On a NodePort of every node. */
  | "node-ports";

/** What of a cluster the controller depends on. */
export type IngressFacts = Pick<
  ClusterFacts,
  | "kubernetes"
  | "workers"
  | "cni"
  | "controlPlaneReachesPods"
  | "loadBalancer"
  | "hostPorts"
  | "hostPortNodes"
  | "baseDomain"
  | "owned"
  | "isolated"
>;

/** Everything about the controller that is decided before it is made. */
export interface ControllerPlan {
  /** Where it runs, if it is there already: then nothing is installed. */
  existing?: ControllerPlace;
  /** Instead of nginx one Application Load Balancer, made of the Ingresses themselves. */
  alb?: AlbPlan;
  className: string;
  expose: Exposure;
  hostNetwork: boolean;
  /** DaemonSet: one pod on every node, the only way for two pods to hold the same port of their nodes. */
  kind: "Deployment" | "DaemonSet";
  replicas: number;
  externalTrafficPolicy?: "Local" | "Cluster";
  proxyProtocol: boolean;
  loadBalancer?: IngressConfig["loadBalancer"] & { servedBy: "aws-lbc" | "aws-in-tree" | "provided" };
  nodePorts?: { http: number; https: number };
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
  /** Ports that a client uses. */
  ports: { http: number; https: number };
}

/** Where the API server's calls to the admission webhook arrive. */
export const WEBHOOK_PORT = 8443;

/** Names made by the chart; `fullnameOverride` keeps them with any fork. */
export const INGRESS_NAMESPACE = "ingress-nginx";
export const RELEASE = "ingress-nginx";
export const SERVICE = "ingress-nginx-controller";
/** Secret of the default certificate. */
export const DEFAULT_CERTIFICATE = "labs-default-certificate";
