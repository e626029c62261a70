import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { IngressSettings, ExposurePlan, IngressFacts } from "../../ingress-settings";

/** What of a cluster a Gateway depends on. */
export type GatewayFacts = IngressFacts & Pick<ClusterFacts, "podCidrs">;

/** Everything about the Gateway that is decided before it is made. */
export interface GatewayPlan extends ExposurePlan {
  /** Who installs Envoy Gateway. */
  by: "calico" | "chart";
  /** Name of the GatewayClass. */
  className: string;
  place: { namespace: string; name: string };
  /** Families of the proxies' addresses, where they are not IPv4 alone. */
  ipFamily?: "IPv6" | "DualStack";
  /** Whether the API server reaches Envoy Gateway's webhook. */
  webhook: boolean;
}

/** What a Gateway takes from the ingress section. */
export interface GatewaySettings extends IngressSettings {
  className: string;
  /** Whether ingress-nginx stands beside it, and the settings are its. */
  beside: boolean;
  /** Settings that only ingress-nginx has. */
  nginxOnly: Readonly<Record<string, unknown>>;
}
