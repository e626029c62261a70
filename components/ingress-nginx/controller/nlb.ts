import type { LoadBalancerWish } from "./types";

const AWS = "service.beta.kubernetes.io/aws-load-balancer";

export interface NlbWish extends Omit<LoadBalancerWish, "sourceRanges"> {
  servedBy: "aws-lbc" | "aws-in-tree" | "provided";
  proxyProtocol: boolean;
}

/** Annotations of a Service for an AWS Network Load Balancer, for whoever makes it; none where it is not AWS. */
export function nlbAnnotations(wish: NlbWish): Record<string, string> {
  if (wish.servedBy === "aws-lbc") {
    return {
      // `external`: the in-tree controller leaves it alone, also before the controller's own webhook runs.
      [`${AWS}-type`]: "external",
      [`${AWS}-nlb-target-type`]: wish.targetType,
      [`${AWS}-scheme`]: wish.scheme,
      [`${AWS}-attributes`]: `load_balancing.cross_zone.enabled=${wish.crossZone}`,
      ...(wish.proxyProtocol ? { [`${AWS}-proxy-protocol`]: "*" } : {}),
      // Off by default for ip targets.
      ...(wish.targetType === "ip" && !wish.proxyProtocol
        ? { [`${AWS}-target-group-attributes`]: "preserve_client_ip.enabled=true" }
        : {}),
    };
  }
  if (wish.servedBy === "aws-in-tree") {
    return {
      [`${AWS}-type`]: "nlb",
      [`${AWS}-backend-protocol`]: "tcp",
      [`${AWS}-cross-zone-load-balancing-enabled`]: String(wish.crossZone),
      ...(wish.scheme === "internal" ? { [`${AWS}-internal`]: "true" } : {}),
    };
  }
  return {};
}
