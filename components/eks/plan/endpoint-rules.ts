import type { Problem } from "../../../kube/problems";
import { OWN_ADDRESS, publicCidrProblems } from "../../aws/plan/public-cidrs";
import type { EksConfig } from "../eks-config";
import type { AwsFacts } from "./aws-facts";

/** EKS quotas, "public endpoint access CIDR ranges per cluster"; it cannot be raised. */
const MOST_CIDRS = 40;

/** Who may reach the API server: somebody, by addresses that exist. */
export function endpointProblems(config: EksConfig, { stage }: AwsFacts, path: string): Problem[] {
  const { publicCidrs, private: onlyPrivate } = config.endpoint;
  const at = `${path}.endpoint.publicCidrs`;
  const own = OWN_ADDRESS;
  const problems = publicCidrProblems(publicCidrs, at, stage === "looked-up", {
    refused: "so EKS refuses it",
    without: "or leave it out: the VPC reaches the API server anyway",
  });
  if (publicCidrs.length > MOST_CIDRS)
    problems.push({
      path: at,
      value: `${publicCidrs.length} ranges`,
      message: `EKS takes at most ${MOST_CIDRS}`,
      fix: "fewer, larger ranges",
    });
  if (publicCidrs.length === 0 && !onlyPrivate)
    problems.push({
      path: at,
      message:
        config.network.existing === undefined
          ? "nobody gets in: the API server would have no public address, and its VPC does not exist yet, so this machine cannot be connected to it"
          : "nobody gets in, unless this machine reaches the VPC: the API server would have no public address",
      fix: `${own}; or ${path}.endpoint.private: true, where what runs \`up\` reaches the VPC by a way of its own`,
    });
  if (publicCidrs.length > 0 && onlyPrivate)
    problems.push({
      path: `${path}.endpoint.private`,
      value: true,
      message: "says that the API server has no public address, and publicCidrs opens one",
      fix: "one of the two",
    });
  return problems;
}
