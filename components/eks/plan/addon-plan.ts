import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import { networkingOf, type CniMode } from "../../aws/plan/network-request";
import type { WarmPool } from "../../aws/plan/warm-pool";

/** Settings of the VPC CNI add-on, as its configuration values. Numbers and flags are strings there. */
export interface VpcCniValues {
  enableNetworkPolicy: "false";
  env: Record<string, string>;
  init?: { env: Record<string, string> };
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
  const { prefixDelegation, customNetworking } = networkingOf(cni);
  if (prefixDelegation) {
    env["ENABLE_PREFIX_DELEGATION"] = "true";
    if (warm.warmIp === undefined) env["WARM_PREFIX_TARGET"] = String(warm.warmPrefix ?? 1);
  } else if (warm.warmIp === undefined) {
    env["WARM_ENI_TARGET"] = String(warm.warmEni ?? 1);
  }
  if (warm.warmIp !== undefined) env["WARM_IP_TARGET"] = String(warm.warmIp);
  if (warm.minimumIp !== undefined) env["MINIMUM_IP_TARGET"] = String(warm.minimumIp);
  if (customNetworking) {
    env["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] = "true";
    // Each ENIConfig is named like a zone, and nodes carry their zone as a label.
    env["ENI_CONFIG_LABEL_DEF"] = "topology.kubernetes.io/zone";
  }
  return { enableNetworkPolicy: "false", env };
}

/** Versions of add-ons as EKS names them: the version of what is in it, and the build. */
export function addonVersionProblems({ addons }: EksConfig, path: string, kubeProxy: boolean): Problem[] {
  const gone: Problem[] =
    kubeProxy || addons.kubeProxy === undefined
      ? []
      : [
          {
            path: `${path}.addons.kubeProxy`,
            value: addons.kubeProxy,
            message: "is a version of what calico.dataplane BPF leaves out",
            fix: "remove it",
          },
        ];
  const wrong = Object.entries(addons).flatMap(([addon, version]) =>
    /^v\d+\.\d+\.\d+-eksbuild\.\d+$/.test(version)
      ? []
      : [
          {
            path: `${path}.addons.${addon}`,
            value: version,
            message: "is not a version of an add-on",
            fix: `as v1.20.4-eksbuild.2 (aws eks describe-addon-versions --addon-name ${NAMES[addon as keyof typeof NAMES]}), or leave it out`,
          },
        ],
  );
  return [...wrong, ...gone];
}

const NAMES = {
  vpcCni: "vpc-cni",
  kubeProxy: "kube-proxy",
  coredns: "coredns",
  podIdentityAgent: "eks-pod-identity-agent",
  ebsCsi: "aws-ebs-csi-driver",
} as const satisfies Record<keyof EksConfig["addons"], string>;
