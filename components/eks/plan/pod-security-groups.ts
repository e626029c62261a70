import type { Problem } from "../../../kube/problems";
import { branchInterfaces } from "../../aws/plan/branch-interfaces";
import type { EksConfig } from "../eks-config";
import type { VpcCniValues } from "./addon-plan";

type Wanted = Pick<EksConfig, "podSecurityGroups" | "nodeGroups" | "network" | "cni">;

/** Settings of the VPC CNI for pods with security groups of their own (EKS guide, security-groups-pods-deployment). */
export function withPodSecurityGroups(
  values: VpcCniValues,
  wanted: EksConfig["podSecurityGroups"],
): VpcCniValues {
  if (wanted === undefined) return values;
  const env = {
    ...values.env,
    ENABLE_POD_ENI: "true",
    POD_SECURITY_GROUP_ENFORCING_MODE: wanted.enforcing,
  };
  // In strict mode the kubelet's TCP probes reach a branch interface only without early demux (VPC CNI README).
  return wanted.enforcing === "strict"
    ? { ...values, env, init: { env: { DISABLE_TCP_EARLY_DEMUX: "true" } } }
    : { ...values, env };
}

/** What cannot carry pods with security groups of their own. */
export function podSecurityGroupProblems(config: Wanted, path: string, kubeProxy: boolean): Problem[] {
  const wanted = config.podSecurityGroups;
  if (wanted === undefined) return [];
  const at = `${path}.podSecurityGroups`;
  const problems: Problem[] = [];
  if (config.cni === "calico")
    problems.push({
      path: `${path}.cni`,
      value: config.cni,
      message: "pods of Calico's overlay have no interface of the VPC, so no security group",
      fix: `aws or another of the VPC CNI, or leave ${at} out`,
    });
  if (!kubeProxy)
    problems.push({
      path: at,
      value: wanted,
      message: "nothing says how branch interfaces work with Calico's eBPF dataplane",
      fix: "another calico.dataplane, or leave it out",
    });
  if (wanted.enforcing === "strict" && config.network.nat === "none" && config.network.existing === undefined)
    problems.push({
      path: `${path}.network.nat`,
      value: "none",
      message:
        "in strict mode no node translates the address of a pod with a security group of its own, and such a pod has no public address: it does not reach the internet",
      fix: "single or perZone",
    });
  for (const [name, group] of Object.entries(config.nodeGroups))
    group.instanceTypes.forEach((type, i) => {
      const branches = branchInterfaces(type);
      if (branches !== undefined && branches > 0) return;
      problems.push({
        path: `${path}.nodeGroups.${name}.instanceTypes[${i}]`,
        value: type,
        message:
          branches === 0
            ? "cannot carry a trunk interface, so none of its pods can have a security group of its own"
            : "is not known to carry branch interfaces",
        fix: "a type that does, as m5.large (9 such pods a node) or m6g.large",
      });
    });
  return problems;
}

/** What works with them, and a reader should know. */
export function podSecurityGroupNotes({ podSecurityGroups: wanted, nodeGroups }: Wanted): string[] {
  if (wanted === undefined) return [];
  const room = Object.entries(nodeGroups).map(
    ([name, { instanceTypes }]) =>
      `a node of ${name} carries ${Math.min(...instanceTypes.map((type) => branchInterfaces(type) ?? 0))} pods with security groups of their own`,
  );
  return wanted.enforcing === "strict"
    ? [
        ...room,
        "eks.podSecurityGroups: in strict mode Calico's policies have no say on pods that match a SecurityGroupPolicy, and NodeLocal DNSCache and externalTrafficPolicy Local do not work for them",
      ]
    : room;
}
