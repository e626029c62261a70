import { covers, DOCUMENTATION, overlaps, PRIVATE, SHARED } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import type { AwsFacts } from "./aws-facts";

/** EKS quotas, "public endpoint access CIDR ranges per cluster"; it cannot be raised. */
const MOST_CIDRS = 40;

/** Nobody on the internet has such an address, so EKS refuses it (`invalid in publicAccessCidrs`). */
const NEVER_PUBLIC = [
  ...PRIVATE.map((net) => net.text),
  SHARED.text,
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** Who may reach the API server: somebody, by addresses that exist. */
export function endpointProblems(config: EksConfig, { stage }: AwsFacts, path: string): Problem[] {
  const { publicCidrs, private: onlyPrivate } = config.endpoint;
  const at = `${path}.endpoint.publicCidrs`;
  const own = "your own address as /32 (curl https://checkip.amazonaws.com)";
  const problems: Problem[] = publicCidrs.flatMap((cidr, i): Problem[] => {
    const where = { path: `${at}[${i}]`, value: cidr };
    if (NEVER_PUBLIC.some((range) => covers(range, cidr)))
      return [
        {
          ...where,
          message: "is no address of the internet, so EKS refuses it",
          fix: `${own}, or leave it out: the VPC reaches the API server anyway`,
        },
      ];
    if (stage === "looked-up" && DOCUMENTATION.some((range) => overlaps(range, cidr)))
      return [{ ...where, message: "is a range for documents: nobody has such an address", fix: own }];
    return [];
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
