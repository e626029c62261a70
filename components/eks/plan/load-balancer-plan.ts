/** Namespace and ServiceAccount of the AWS Load Balancer Controller. */
export const LBC_NAMESPACE = "kube-system";
export const LBC_SERVICE_ACCOUNT = "aws-load-balancer-controller";

/** Its image, as the chart names it (chart 3.5.0, values.yaml, image.repository). */
export const LBC_IMAGE = "public.ecr.aws/eks/aws-load-balancer-controller";

export interface LoadBalancerSite {
  cluster: string;
  region: string;
  /** Whether the API server reaches pods; else webhooks answer on the nodes' own addresses. */
  controlPlaneReachesPods: boolean;
  tags: Readonly<Record<string, string>>;
  /** Nodes that it can run on. */
  nodes: number;
}

/**
 * Values of the controller's chart (source: chart 3.5.0, values.yaml). The VPC's id and, with IRSA, the role are added
 * by the component, as they are known only when they exist.
 */
export function loadBalancerValues(site: LoadBalancerSite): Record<string, unknown> {
  const { cluster, region, controlPlaneReachesPods, tags, nodes } = site;
  return {
    clusterName: cluster,
    region,
    replicaCount: Math.min(2, Math.max(1, nodes)),
    defaultTags: tags,
    // Services say themselves who serves them. With this webhook no Service at all could be made while the
    // controller is away.
    enableServiceMutatorWebhook: false,
    // Ingresses are nginx's affair; this webhook would refuse every one of them while the controller is away.
    webhookConfig: { disableIngressValidation: true },
    createIngressClassResource: false,
    ingressClassParams: { create: false },
    enableShield: false,
    enableWaf: false,
    enableWafv2: false,
    // Pods do not reach the instance metadata (hop limit 1): region and VPC are given.
    ...(controlPlaneReachesPods
      ? {}
      : {
          hostNetwork: true,
          dnsPolicy: "ClusterFirstWithHostNet",
          // Ports of the node, so each must be nobody else's (ingress-nginx has 8443, its metrics 10254).
          webhookBindPort: 9443,
          metricsBindAddr: ":9480",
          // With a port of the node, a new pod has no room beside the old one.
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        }),
    serviceAccount: { create: true, name: LBC_SERVICE_ACCOUNT },
    podDisruptionBudget: nodes > 1 ? { maxUnavailable: 1 } : {},
    resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
  };
}
