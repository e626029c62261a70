import type { KubeObject } from "../../../kube/objects";
import { VERSION } from "../../../routing/gateway/objects";
import { insideClass } from "../../../routing/gateway/site-gateway";
import { nlbAnnotations } from "../../../routing/nlb-annotations";
import type { Mirrors } from "../../mirrors";
import { OWNER_LABEL } from "../../owner-label";
import type { GatewayPlan } from "./types";

/** Where Envoy Gateway's own chart runs it, and its release. */
export const CHART_NAMESPACE = "envoy-gateway-system";
export const CHART_RELEASE = "labs-gateway";
/** A name of its own as a controller: another Envoy Gateway in the cluster, and its classes, are left alone. */
const CONTROLLER_NAME = "gateway.envoyproxy.io/k8s-network-labs";
const ENVOY_API = "gateway.envoyproxy.io/v1alpha1";

/** CRDs of what stacks and labs register. */
export const GATEWAY_CRDS = ["gateways", "httproutes", "referencegrants"].map(
  (plural) => `${plural}.gateway.networking.k8s.io`,
);

/** What the proxies ask for on a laptop or a small node; Envoy Gateway's own 512 Mi are for more traffic. */
const RESOURCES = { requests: { cpu: "50m", memory: "128Mi" } };

/**
 * Calico's operator installs Envoy Gateway and makes two classes: one for the stack's Gateway, one for Gateways of labs
 * that only the cluster reaches.
 * @param https whether the Gateway has a listener for it, and so its Service the port
 */
export function gatewayApi(plan: GatewayPlan, clusterName: string, https: boolean): KubeObject {
  return {
    apiVersion: "operator.tigera.io/v1",
    kind: "GatewayAPI",
    metadata: { name: "default", labels: { [OWNER_LABEL]: clusterName } },
    spec: {
      gatewayClasses: [
        {
          name: plan.className,
          gatewayDeployment: {
            spec: {
              replicas: plan.replicas,
              template: { spec: { containers: [{ name: "envoy", resources: RESOURCES }] } },
            },
          },
          gatewayService: {
            ...(plan.loadBalancer === undefined
              ? {}
              : { metadata: { annotations: balancerAnnotations(plan) } }),
            spec: { ...sourceRanges(plan), patch: servicePatch(plan, https) },
          },
        },
        {
          name: insideClass(plan.className),
          gatewayDeployment: {
            spec: {
              replicas: 1,
              template: { spec: { containers: [{ name: "envoy", resources: RESOURCES }] } },
            },
          },
          gatewayService: { spec: { patch: INSIDE } },
        },
      ],
    },
  };
}

const patchOf = (spec: object) => ({ type: "StrategicMerge", value: { spec } });

/**
 * A Service that only the cluster reaches. The API server takes no traffic policy of it: the empty text is what Envoy
 * Gateway leaves out when it writes the Service (a null would not come through the engine).
 */
const INSIDE = patchOf({ type: "ClusterIP", externalTrafficPolicy: "" });

/** The Service of the proxies, where the operator has no field of its own for it. */
function servicePatch({ nodePorts, externalTrafficPolicy: policy }: GatewayPlan, https: boolean) {
  const ports = Object.entries(nodePorts ?? {}).flatMap(([name, nodePort]) =>
    name === "http" || https
      ? [
          {
            name: `${name}-${name === "http" ? 80 : 443}`,
            port: name === "http" ? 80 : 443,
            protocol: "TCP",
            nodePort,
          },
        ]
      : [],
  );
  return patchOf({
    ...(nodePorts === undefined ? {} : { type: "NodePort", ports }),
    ...(policy === undefined ? {} : { externalTrafficPolicy: policy }),
  });
}

const balancerAnnotations = ({ loadBalancer, proxyProtocol }: GatewayPlan): Record<string, string> =>
  loadBalancer === undefined ? {} : nlbAnnotations({ ...loadBalancer, proxyProtocol });

const sourceRanges = ({ loadBalancer }: GatewayPlan) =>
  (loadBalancer?.sourceRanges ?? []).length === 0
    ? {}
    : { loadBalancerSourceRanges: [...(loadBalancer?.sourceRanges ?? [])] };

/** Values of Envoy Gateway's chart (gateway-helm 1.9): proxies beside their Gateway, as with Calico's operator. */
export function chartValues({ webhook }: GatewayPlan, mirrors: Mirrors): Record<string, unknown> {
  const registry = mirrors.images["docker.io"];
  return {
    ...(registry === undefined ? {} : { global: { imageRegistry: registry.replace(/\/$/, "") } }),
    config: {
      envoyGateway: {
        gateway: { controllerName: CONTROLLER_NAME },
        provider: { type: "Kubernetes", kubernetes: { deploy: { type: "GatewayNamespace" } } },
      },
    },
    // Called for every pod of the cluster that gets a node; where nobody reaches it, each would wait.
    topologyInjector: { enabled: webhook },
  };
}

export const chartNamespace = (clusterName: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: CHART_NAMESPACE, labels: { [OWNER_LABEL]: clusterName } },
});

/** The same two classes, where the operator does not make them. */
export function chartClasses(plan: GatewayPlan, https: boolean): KubeObject[] {
  const proxy = (name: string, replicas: number, envoyService: object): KubeObject => ({
    apiVersion: ENVOY_API,
    kind: "EnvoyProxy",
    metadata: { name, namespace: CHART_NAMESPACE },
    spec: {
      ...(plan.ipFamily === undefined ? {} : { ipFamily: plan.ipFamily }),
      provider: {
        type: "Kubernetes",
        kubernetes: { envoyDeployment: { replicas, container: { resources: RESOURCES } }, envoyService },
      },
    },
  });
  const annotations = balancerAnnotations(plan);
  const service = {
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...sourceRanges(plan),
    patch: servicePatch(plan, https),
  };
  const inside = insideClass(plan.className);
  const [own, other] = [proxy(plan.className, plan.replicas, service), proxy(inside, 1, { patch: INSIDE })];
  return [own, other, ...[own, other].map(({ metadata: { name } }) => gatewayClass(name))];
}

const gatewayClass = (name: string): KubeObject => ({
  apiVersion: VERSION,
  kind: "GatewayClass",
  metadata: { name },
  spec: {
    controllerName: CONTROLLER_NAME,
    parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name, namespace: CHART_NAMESPACE },
  },
});

export const gatewayNamespace = (clusterName: string, namespace: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: namespace, labels: { [OWNER_LABEL]: clusterName } },
});

/** The load balancer tells the client's address in front of each connection. */
export const proxyProtocolPolicy = ({ place }: GatewayPlan): KubeObject => ({
  apiVersion: ENVOY_API,
  kind: "ClientTrafficPolicy",
  metadata: { name: place.name, namespace: place.namespace },
  spec: {
    targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: place.name }],
    proxyProtocol: { optional: false },
  },
});
