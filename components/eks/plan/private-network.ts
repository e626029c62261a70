import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import { partitionOf } from "../../aws/plan/iam-policies";

/**
 * What nodes, add-ons and controllers call (EKS guide, "Deploy private clusters with limited internet access"), besides S3,
 * which has image layers and a gateway endpoint.
 */
export function endpointServices({ loadBalancer }: Pick<EksConfig, "loadBalancer">): string[] {
  return [
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "logs",
    "sts",
    ...(loadBalancer.controller === "aws-lbc" ? ["elasticloadbalancing"] : []),
  ];
}

/** Settings that a network without the internet contradicts. */
export function privateProblems(config: EksConfig, path: string): Problem[] {
  const { network, region } = config;
  if (!network.private) return [];
  const at = `${path}.network`;
  const problems: Problem[] = [];
  if (network.nat !== "single")
    problems.push({
      path: `${at}.nat`,
      value: network.nat,
      message: "a private network has no way out, so no NAT gateway and no public subnets",
      fix: "leave it out",
    });
  if (!network.s3Endpoint)
    problems.push({
      path: `${at}.s3Endpoint`,
      value: false,
      message: "layers of images are in S3, and a private network reaches it by this endpoint only",
      fix: "leave it out",
    });
  if (network.prefixes.public !== undefined)
    problems.push({
      path: `${at}.prefixes.public`,
      value: network.prefixes.public,
      message: "a private network has no public subnets",
      fix: "leave it out",
    });
  if (partitionOf(region) !== "aws")
    problems.push({
      path: `${at}.private`,
      value: true,
      message: `names of endpoints in ${region} are not known here`,
      fix: "a region of the partition aws",
    });
  return problems;
}
