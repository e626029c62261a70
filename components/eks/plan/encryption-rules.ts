import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";

/** EKS takes a key of the cluster's own region only (EKS API, Provider.keyArn). */
export function encryptionProblems({ encryptSecrets, region }: EksConfig, path: string): Problem[] {
  if (typeof encryptSecrets === "boolean") return [];
  const [, , , of = ""] = encryptSecrets.split(":");
  if (of === region) return [];
  return [
    {
      path: `${path}.encryptSecrets`,
      value: encryptSecrets,
      message: `is a key of ${of === "" ? "no region" : of}, and EKS takes only one of the cluster's region, ${region}`,
      fix: `a key of ${region}, or true: then the stack makes one`,
    },
  ];
}
