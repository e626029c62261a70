import type { CniMode } from "./network-request";
import type { WarmPool } from "./warm-pool";

/** Settings of the VPC CNI add-on, as its configuration values. Numbers and flags are strings there. */
export interface VpcCniValues {
  enableNetworkPolicy: "false";
  env: Record<string, string>;
}

/**
 * The VPC CNI beside Calico's policies. Its own policy engine stays off: two would fight over the same pods. It writes
 * each pod's address as an annotation, else Calico learns the address late and drops the first packets (Calico 3.33
 * docs, eks.mdx; VPC CNI README, ANNOTATE_POD_IP).
 */
export function vpcCniValues(
  cni: Exclude<CniMode, "calico">,
  warm: WarmPool,
  tags: Readonly<Record<string, string>>,
): VpcCniValues {
  const env: Record<string, string> = {
    ANNOTATE_POD_IP: "true",
    // Interfaces that the CNI makes get no tags from the provider.
    ADDITIONAL_ENI_TAGS: JSON.stringify(tags),
  };
  if (cni === "aws-prefix") {
    env["ENABLE_PREFIX_DELEGATION"] = "true";
    if (warm.warmIp === undefined) env["WARM_PREFIX_TARGET"] = String(warm.warmPrefix ?? 1);
  } else if (warm.warmIp === undefined) {
    env["WARM_ENI_TARGET"] = String(warm.warmEni ?? 1);
  }
  if (warm.warmIp !== undefined) env["WARM_IP_TARGET"] = String(warm.warmIp);
  if (warm.minimumIp !== undefined) env["MINIMUM_IP_TARGET"] = String(warm.minimumIp);
  if (cni === "aws-custom") {
    env["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] = "true";
    // Each ENIConfig is named like a zone, and nodes carry their zone as a label.
    env["ENI_CONFIG_LABEL_DEF"] = "topology.kubernetes.io/zone";
  }
  return { enableNetworkPolicy: "false", env };
}
