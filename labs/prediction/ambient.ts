import type { ClusterFacts } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";
import { API_SERVER, CORE_DNS, ambientNamespace, ambientWorkload } from "../../packages/reach/src";
import {
  CONTROLLER,
  type ControllerPlace,
  type ControllerPods,
  type IngressSite,
} from "../../routing/ingress-site";
import { GROUP, namespaceOf } from "../../routing/gateway/objects";
import { classesOf, proxyPods } from "../../routing/gateway/site-gateway";
import type { LabSelection } from "../model";
import { WEAVE_AGENTS } from "../weave/agents";

/** A cluster with labs on it, each at its step: what a prediction is about. A stack's plan is one. */
export interface LabsOnCluster {
  facts: ClusterFacts;
  /** Absent where the cluster has no ingress controller of this project; `gatewaySite`: a Gateway beside nginx. */
  ingress?: { site: IngressSite; gatewaySite?: IngressSite } | undefined;
  labs: readonly LabSelection[];
}

/** What stands in the cluster beside the objects that a stack registers or a learner writes. */
export interface Ambient {
  /** What the cluster and charts bring. */
  objects: readonly KubeObject[];
  /** Where pods get their addresses. */
  podCidrs: readonly string[];
  /** Classes whose Gateways get proxies. @default none */
  gatewayClasses?: readonly string[];
}

export function ambientOf({ facts, ingress, labs }: LabsOnCluster): Ambient {
  return {
    objects: [
      ...CORE_DNS,
      // Where a provider runs it, or nothing is known, it is no pod of the cluster.
      ...(facts.nodes?.some((n) => n.controlPlane) === true ? API_SERVER : []),
      ...installation(facts),
      ...(facts.cni.type === "weave" ? [WEAVE_AGENTS] : []),
      ...[ingress?.site, ingress?.gatewaySite].flatMap((site) =>
        site === undefined ? [] : controller(site.controller),
      ),
      ...labs.flatMap((l) => l.lab.ambient?.(l.context) ?? []),
    ],
    podCidrs: facts.podCidrs,
    gatewayClasses: [ingress?.site, ingress?.gatewaySite].flatMap(classesOf),
  };
}

/** Pods that a Gateway among the objects gets, beside it and under its name. */
export function proxiesOf(object: KubeObject, classes: readonly string[]): KubeObject[] {
  if (object.kind !== "Gateway" || !object.apiVersion.startsWith(`${GROUP}/`)) return [];
  const { gatewayClassName = "" } = (object["spec"] ?? {}) as { gatewayClassName?: string };
  if (!classes.includes(gatewayClassName)) return [];
  return controller(proxyPods({ namespace: namespaceOf(object), name: object.metadata.name }));
}

/** One lab by itself, on its cluster. */
export function alone(selection: LabSelection): LabsOnCluster {
  const { facts, ingress, gateway } = selection.context;
  const beside = gateway === undefined || gateway === ingress ? {} : { gatewaySite: gateway };
  return { facts, ingress: ingress && { site: ingress, ...beside }, labs: [selection] };
}

/**
 * Calico's pools say whether packets between nodes are wrapped, its dataplane whose address pods see; a stack that installs
 * Calico registers this object.
 */
function installation({ cni }: ClusterFacts): KubeObject[] {
  if (cni.pools === undefined && cni.dataplane === undefined) return [];
  return [
    {
      apiVersion: "operator.tigera.io/v1",
      kind: "Installation",
      metadata: { name: "default" },
      spec: {
        calicoNetwork: {
          ...(cni.dataplane === undefined ? {} : { linuxDataplane: cni.dataplane }),
          ipPools: (cni.pools ?? []).map((p) => ({
            ...p,
            natOutgoing: p.natOutgoing ? "Enabled" : "Disabled",
          })),
        },
      },
    },
  ];
}

/**
 * The ingress controller, or a Gateway's proxies and who tells them what to do: a chart or an operator makes them, so
 * they are no objects of a stack, but flows begin there.
 */
function controller({ kind, hostNetwork, ports, outside, place, control }: ControllerPods): KubeObject[] {
  if (outside === true) return [];
  const proxies = place?.labels["app.kubernetes.io/managed-by"] === "envoy-gateway";
  const own = proxies ? {} : NGINX_ACCOUNT;
  return [
    ...pods({ kind, hostNetwork, ports, place: place ?? CONTROLLER, accountLabels: own }),
    ...(control === undefined
      ? []
      : pods({
          kind: "Deployment",
          hostNetwork: false,
          ports: control.ports,
          place: control,
          accountLabels: {},
        })),
  ];
}

/** What the chart of ingress-nginx adds to its account. */
const NGINX_ACCOUNT = {
  "app.kubernetes.io/part-of": "ingress-nginx",
  "app.kubernetes.io/managed-by": "Helm",
};

function pods(args: {
  kind: ControllerPods["kind"];
  hostNetwork: boolean;
  ports: ControllerPods["ports"];
  place: ControllerPlace;
  accountLabels: Readonly<Record<string, string>>;
}): KubeObject[] {
  const { kind, hostNetwork, ports, place, accountLabels } = args;
  const { namespace, name, serviceAccount, labels } = place;
  return [
    ambientNamespace(namespace),
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: serviceAccount, namespace, labels: { ...labels, ...accountLabels } },
    },
    ambientWorkload({
      namespace,
      name,
      kind,
      labels,
      serviceAccount,
      hostNetwork,
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number })),
    }),
  ];
}
