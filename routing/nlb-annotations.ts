const AWS = "service.beta.kubernetes.io/aws-load-balancer";

export interface NlbSpec {
  /** Which controller makes it; `provided` and `container`: not AWS, or not known. */
  servedBy: "aws-lbc" | "aws-in-tree" | "provided" | "container";
  scheme: "internet-facing" | "internal";
  /** What it sends to: node ports, or pods. */
  targetType: "instance" | "ip";
  /** Whether its address in one zone sends to targets in others. */
  crossZone: boolean;
  proxyProtocol: boolean;
}

/** Annotations of a Service for an AWS Network Load Balancer, for whoever makes it; none where it is not AWS. */
export function nlbAnnotations(spec: NlbSpec): Record<string, string> {
  if (spec.servedBy === "aws-lbc") {
    return {
      // `external`: the in-tree controller leaves it alone, also before the controller's own webhook runs.
      [`${AWS}-type`]: "external",
      [`${AWS}-nlb-target-type`]: spec.targetType,
      [`${AWS}-scheme`]: spec.scheme,
      [`${AWS}-attributes`]: `load_balancing.cross_zone.enabled=${spec.crossZone}`,
      ...(spec.proxyProtocol ? { [`${AWS}-proxy-protocol`]: "*" } : {}),
      // Off by default for ip targets.
      ...(spec.targetType === "ip" && !spec.proxyProtocol
        ? { [`${AWS}-target-group-attributes`]: "preserve_client_ip.enabled=true" }
        : {}),
    };
  }
  if (spec.servedBy === "aws-in-tree") {
    return {
      [`${AWS}-type`]: "nlb",
      [`${AWS}-backend-protocol`]: "tcp",
      [`${AWS}-cross-zone-load-balancing-enabled`]: String(spec.crossZone),
      ...(spec.scheme === "internal" ? { [`${AWS}-internal`]: "true" } : {}),
    };
  }
  return {};
}
