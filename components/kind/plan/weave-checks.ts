import type { Problem } from "../../../kube/problems";
import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { KindConfig } from "../kind-config";

/** What Weave Net does not carry, or was not read of it. */
export function weaveProblems({
  cni,
  ipFamily,
  kubeProxyMode,
}: Pick<KindConfig, "cni" | "ipFamily"> & Pick<ClusterFacts, "kubeProxyMode">): Problem[] {
  if (cni !== "weave") return [];
  return [
    ...(ipFamily === "ipv4"
      ? []
      : [
          {
            path: "kind.ipFamily",
            value: ipFamily,
            message: "Weave Net gives pods IPv4 addresses alone",
            fix: "remove kind.ipFamily, or kind.cni",
          },
        ]),
    ...(kubeProxyMode === "iptables"
      ? []
      : [
          {
            path: "kind.kubeProxyMode",
            value: kubeProxyMode,
            message:
              "Weave Net puts its rules among those of kube-proxy in iptables mode; what it does beside another is not known",
            fix: "remove kind.kubeProxyMode",
          },
        ]),
  ];
}
