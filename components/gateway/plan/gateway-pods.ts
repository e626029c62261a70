import type { ControllerPods } from "../../../routing/ingress-site";
import { proxyLabels } from "../../../routing/gateway/site-gateway";
import { CHART_NAMESPACE, CHART_RELEASE } from "./gateway-objects";
import type { GatewayPlan } from "./types";

/**
 * The proxies beside their Gateway, under its name, and Envoy Gateway itself. A listener's port below 1024 is 10000 more
 * in the proxy (Envoy Gateway, translator.go); labels are those of its chart, and of Calico's operator.
 */
export function gatewayPods({ by, place }: GatewayPlan): ControllerPods {
  return {
    kind: "Deployment",
    hostNetwork: false,
    ports: { "http-80": 10080, "https-443": 10443, metrics: 19001 },
    place: { ...place, serviceAccount: place.name, labels: proxyLabels(place) },
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
