import type { ClusterFacts } from "../kube/cluster-facts";

/** How requests get into the cluster. */
export type Exposure =
  /** On ports of a node that are open on the user's machine. */
  | "host-ports"
  /** Through a Service of type LoadBalancer. */
  | "load-balancer"
  /** On a NodePort of every node. */
  | "node-ports";

/** What of a cluster the ingress depends on. */
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

export interface BalancerConfig {
  scheme: "internet-facing" | "internal";
  targetType: "instance" | "ip";
  crossZone: boolean;
  sourceRanges: readonly string[];
}

/** What config says of the ingress, whoever serves it. */
export interface IngressSettings {
  expose?: Exposure;
  loadBalancer: BalancerConfig;
  externalTrafficPolicy?: "Local" | "Cluster";
  proxyProtocol: boolean;
  replicas?: number;
}

/** What is decided of it before it is made. */
export interface ExposurePlan {
  expose: Exposure;
  replicas: number;
  externalTrafficPolicy?: "Local" | "Cluster";
  proxyProtocol: boolean;
  loadBalancer?: BalancerConfig & { servedBy: "aws-lbc" | "aws-in-tree" | "provided" };
  nodePorts?: { http: number; https: number };
  /** Ports that a client uses. */
  ports: { http: number; https: number };
}

/** Notes a combination that cannot work. */
export type Refuse = (when: boolean, path: string, value: unknown, message: string, fix: string) => void;

/** The load balancer as planned, where the cluster has one for it. */
export function balancerPlan(
  { loadBalancer }: IngressSettings,
  { loadBalancer: served }: Pick<IngressFacts, "loadBalancer">,
): Pick<ExposurePlan, "loadBalancer"> {
  if (served === "none") return {};
  return { loadBalancer: { ...loadBalancer, servedBy: served === "container" ? "provided" : served } };
}

/** Port of the user's machine that leads to a port of the nodes. */
export const onMachine = (
  { hostPorts }: Pick<IngressFacts, "hostPorts">,
  nodePort: number,
): number | undefined => hostPorts.find((p) => p.nodePort === nodePort && p.protocol === "TCP")?.hostPort;
