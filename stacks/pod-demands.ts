import type { EksPlan } from "../components/eks/plan/eks-plan";
import type { NodeCount, PodDemand } from "../components/eks/plan/node-room";
import { loadBalancerValues } from "../components/eks/plan/load-balancer-plan";
import type { KubeObject } from "../kube/objects";
import { labAt, type LabSelection } from "../labs/model";
import type { CalicoPlan } from "../components/calico/plan/calico-plan";
import type { ControllerPlan } from "../components/ingress-nginx/controller/types";
import { isGatewayObject } from "../routing/gateway/object-problems";
import type { IngressPlan } from "./ingress-plan";

/** The parts of a stack's plan that bring pods. */
export interface DemandingPlan {
  calico: CalicoPlan;
  ingress?: IngressPlan;
  labs: readonly LabSelection[];
}
type ClusterPart = Pick<EksPlan, "cni" | "loadBalancer" | "storage" | "vpcCni" | "nodes">;

/**
 * What an EKS stack runs, pod by pod: the cluster's own programs, those of charts, the labs. With a larger `least` than
 * the plan's, programs may run once more for it: then that is counted.
 */
export function podDemands(plan: DemandingPlan, eks: ClusterPart, nodes: NodeCount): PodDemand[] {
  const twice = nodes.least > Math.max(1, eks.nodes) ? 2 : 1;
  return [
    ...clusterPods(eks, nodes.least),
    ...calicoPods(plan, nodes.now, twice),
    ...ingressPods(plan, twice),
    ...plan.labs.flatMap((l) => labPods(l.instance, labAt(l).objects)),
  ];
}

/** The same with each lab at the step at which it runs most. */
export function largestDemands(plan: DemandingPlan, eks: ClusterPart, nodes: NodeCount): PodDemand[] {
  const count = (l: LabSelection) => labPods(l.instance, labAt(l).objects).reduce((n, d) => n + d.pods, 0);
  const labs = plan.labs.map((l) =>
    l.lab.steps
      .map((_, step) => ({ ...l, step }))
      .reduce((most, at) => (at.step > l.step && count(at) > count(most) ? at : most), l),
  );
  return podDemands({ ...plan, labs }, eks, nodes);
}

const onEachNode = (what: string): PodDemand => ({
  what,
  pods: 1,
  perNode: true,
  hostNetwork: true,
  toleratesAll: true,
  memory: 0,
});

/** The EBS CSI driver: 40 Mi for each of its containers (its chart, values.yaml). */
const STORAGE_PODS: readonly PodDemand[] = [
  { what: "ebs-csi-controller", pods: 2, memory: 240 },
  { what: "ebs-csi-node", pods: 1, perNode: true, toleratesAll: true, memory: 120 },
];

/** Add-ons of EKS with the requests that they come with, and the load balancer controller. */
function clusterPods({ cni, loadBalancer, storage, vpcCni }: ClusterPart, nodes: number): PodDemand[] {
  const overlay = cni === "calico";
  const { replicaCount } = loadBalancerValues({
    cluster: "",
    region: "",
    controlPlaneReachesPods: !overlay,
    tags: {},
    nodes,
  });
  return [
    onEachNode("kube-proxy"),
    ...(vpcCni === undefined ? [] : [onEachNode("aws-node")]),
    onEachNode("eks-pod-identity-agent"),
    { what: "coredns", pods: 2, memory: 70 },
    ...(storage === "none" ? [] : STORAGE_PODS),
    ...(loadBalancer.controller === "aws-lbc"
      ? [
          {
            what: "aws-load-balancer-controller",
            pods: replicaCount as number,
            hostNetwork: overlay,
            memory: 96,
          },
        ]
      : []),
  ];
}

/**
 * What Calico's operator runs, with the replicas of its own rules: Typha one on two nodes, two on four, three above
 * (tigera/operator pkg/common, GetExpectedTyphaScale). It sets no requests of its own.
 */
function calicoPods({ calico }: DemandingPlan, nodes: number, atLeast: number): PodDemand[] {
  if (!calico.install) return [];
  const overlay = calico.cni.type === "calico";
  return [
    onEachNode("calico-node"),
    { what: "tigera-operator", pods: 1, hostNetwork: true, toleratesAll: true, memory: 128 },
    {
      what: "calico-typha",
      pods: nodes <= 2 ? 1 : nodes <= 4 ? 2 : 3,
      hostNetwork: true,
      toleratesAll: true,
      memory: 0,
    },
    { what: "calico-kube-controllers", pods: 1, memory: 0 },
    ...(calico.observability ? ["goldmane", "whisker"].map((what) => ({ what, pods: 1, memory: 0 })) : []),
    {
      what: calico.api === "v3" ? "calico-webhooks" : "calico-apiserver",
      pods: Math.max(calico.controlPlaneReplicas, atLeast),
      hostNetwork: overlay,
      toleratesAll: overlay,
      memory: 0,
    },
  ];
}

/** Envoy with what the stack asks for, and its shutdown manager. */
const PROXY = { memory: 160 };

function ingressPods({ ingress }: DemandingPlan, atLeast: number): PodDemand[] {
  if (ingress === undefined) return [];
  const { controller, gateway, tls } = ingress;
  if (controller?.alb !== undefined) return [];
  const webhook = "webhook" in tls ? tls.webhook : undefined;
  return [
    ...(controller === undefined ? [] : [controllerPods(controller, atLeast)]),
    ...(gateway === undefined
      ? []
      : [
          { what: "envoy-gateway", pods: 1, memory: 256 },
          { what: "the Gateway's proxies", pods: Math.max(gateway.replicas, atLeast), ...PROXY },
        ]),
    ...(webhook === undefined
      ? []
      : [
          { what: "cert-manager", pods: 2, memory: 0 },
          { what: "cert-manager", pods: 1, hostNetwork: webhook.hostNetwork, memory: 0 },
        ]),
  ];
}

function controllerPods({ kind, replicas, hostNetwork }: ControllerPlan, atLeast: number): PodDemand {
  const each = { what: "ingress-nginx", memory: 90, hostNetwork };
  return kind === "DaemonSet"
    ? { ...each, pods: 1, perNode: true }
    : { ...each, pods: Math.max(replicas, atLeast) };
}

interface PodSpec {
  hostNetwork?: boolean;
  nodeSelector?: Record<string, string>;
  tolerations?: { key?: string; operator?: string }[];
  containers?: { resources?: { requests?: { memory?: string } } }[];
}

/** Pods that a lab's own objects ask for. Jobs end, and what chooses its nodes may have none: neither is counted. */
function labPods(instance: string, objects: readonly KubeObject[]): PodDemand[] {
  return objects.flatMap((o): PodDemand[] => {
    // A Gateway of a lab's own brings a proxy.
    if (isGatewayObject(o) && o.kind === "Gateway") return [{ what: instance, lab: true, pods: 1, ...PROXY }];
    const spec = o["spec"] as ({ replicas?: number; template?: { spec?: PodSpec } } & PodSpec) | undefined;
    const pod = o.kind === "Pod" ? spec : spec?.template?.spec;
    const perNode = o.kind === "DaemonSet";
    if (pod === undefined || !KINDS.has(o.kind) || (perNode && pod.nodeSelector !== undefined)) return [];
    return [
      {
        what: instance,
        lab: true,
        pods: perNode || o.kind === "Pod" ? 1 : (spec?.replicas ?? 1),
        ...(perNode ? { perNode } : {}),
        hostNetwork: pod.hostNetwork === true,
        toleratesAll: pod.tolerations?.some((t) => t.operator === "Exists" && t.key === undefined) === true,
        memory: (pod.containers ?? []).reduce((n, c) => n + mebibytes(c.resources?.requests?.memory), 0),
      },
    ];
  });
}

const KINDS = new Set(["Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/** A quantity of memory as labs write it; what is written otherwise counts as nothing, so that none is refused for it. */
function mebibytes(quantity = ""): number {
  const [, number, unit = ""] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity) ?? [];
  const factor = { Ki: 1 / 1024, Mi: 1, Gi: 1024 }[unit];
  return number === undefined || factor === undefined ? 0 : Number(number) * factor;
}
