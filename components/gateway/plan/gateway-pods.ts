import type { ControllerPods } from "../../../routing/ingress-site";
import { proxyPods } from "../../../routing/gateway/site-gateway";
import { CHART_NAMESPACE, CHART_RELEASE } from "./gateway-objects";
import type { GatewayPlan } from "./types";

/** The proxies of the stack's Gateway, and Envoy Gateway itself, with the labels of its chart and of Calico's operator. */
export function gatewayPods({ by, place }: GatewayPlan): ControllerPods {
  return {
    ...proxyPods(place),
    control: {
      namespace: by === "calico" ? "calico-system" : CHART_NAMESPACE,
      name: "envoy-gateway",
      serviceAccount: "envoy-gateway",
      labels: {
        "control-plane": "envoy-gateway",
        "app.kubernetes.io/name": "gateway-helm",
        "app.kubernetes.io/instance": by === "calico" ? "tigera-gateway-api" : CHART_RELEASE,
        ...(by === "calico" ? { "k8s-app": "calico-gateway-api-controller" } : {}),
      },
      ports: { grpc: 18000, ratelimit: 18001, wasm: 18002, metrics: 19001, webhook: 9443 },
    },
  };
}
