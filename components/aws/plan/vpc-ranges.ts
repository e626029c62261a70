import { covers, overlaps, prefixOf, PRIVATE, resized, SHARED } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import { LARGEST_PREFIX, SMALLEST_PREFIX } from "./subnet-size";
import { networkingOf, type NetworkRequest } from "./network-request";
import { besideProblem, neverVpcProblem } from "./vpc-restrictions";

/** IPv4 ranges of a VPC, the primary one included: AWS's default quota, which can be raised to 50. */
const MOST_RANGES = 5;

interface Named {
  path: string;
  title: string;
  cidr: string;
}

/** What AWS would refuse about the ranges themselves, before any subnet is cut from them. */
export function vpcRangeProblems(request: NetworkRequest, path: string): Problem[] {
  const problems: Problem[] = [];
  const network = `${path}.network`;
  const vpc: Named[] = [
    { path: `${network}.vpcCidr`, title: "the VPC", cidr: request.vpcCidr },
    ...request.secondaryCidrs.map((cidr, i) => ({
      path: `${network}.secondaryCidrs[${i}]`,
      title: `secondary range ${cidr}`,
      cidr,
    })),
  ];
  for (const range of vpc) {
    const prefix = prefixOf(range.cidr);
    if (prefix >= LARGEST_PREFIX && prefix <= SMALLEST_PREFIX) continue;
    problems.push({
      path: range.path,
      value: range.cidr,
      message: `a range of a VPC must be between /${LARGEST_PREFIX} and /${SMALLEST_PREFIX}`,
      fix: resized(range.cidr, Math.min(SMALLEST_PREFIX, Math.max(LARGEST_PREFIX, prefix))),
    });
  }
  problems.push(...vpc.flatMap((range) => neverVpcProblem(range.cidr, range.path)));
  problems.push(
    ...request.secondaryCidrs.flatMap((cidr, i) =>
      besideProblem(
        cidr,
        request.vpcCidr,
        request.secondaryCidrs.filter((other) => other !== cidr),
        `${network}.secondaryCidrs[${i}]`,
      ),
    ),
  );
  if (vpc.length > MOST_RANGES) {
    problems.push({
      path: `${network}.secondaryCidrs`,
      value: request.secondaryCidrs,
      message: `a VPC has at most ${MOST_RANGES} ranges, the primary one included; ${vpc.length - MOST_RANGES} too many`,
      fix: "fewer, larger ranges (100.64.0.0/16 alone holds 65,536 addresses)",
    });
  }
  problems.push(...serviceProblems(request, `${network}.serviceCidr`));

  const others: Named[] = [
    { path: `${network}.serviceCidr`, title: "the Service range", cidr: request.serviceCidr },
    ...request.podCidrs.map((cidr) => ({ path: "calico.pools", title: `pod pool ${cidr}`, cidr })),
    ...request.peers.map((peer, i) => ({
      path: `${network}.peers[${i}].cidr`,
      title: `peer ${peer.name}`,
      cidr: peer.cidr,
    })),
  ];
  const all = [...vpc, ...others];
  all.forEach((b, i) => {
    for (const a of all.slice(0, i)) {
      // Two peers may overlap: that is their affair.
      if (a.path.includes(".peers[") && b.path.includes(".peers[")) continue;
      if (!overlaps(a.cidr, b.cidr)) continue;
      problems.push({
        path: b.path,
        value: b.cidr,
        message: `overlaps ${a.title} (${a.cidr})`,
        fix: b.path.includes(".peers[") ? `move ${a.path} to a range of its own` : "use a range of its own",
      });
    }
  });
  return problems;
}

/** Source: EKS API, KubernetesNetworkConfigRequest.serviceIpv4Cidr. kubeadm takes /12 at most as well. */
function serviceProblems({ serviceCidr: cidr, cluster = "EKS" }: NetworkRequest, path: string): Problem[] {
  const prefix = prefixOf(cidr);
  const inside = PRIVATE.some((range) => covers(range, cidr));
  if (inside && prefix >= 12 && prefix <= 24) return [];
  return [
    {
      path,
      value: cidr,
      message: `${cluster === "EKS" ? "EKS" : "this network"} takes a Service range of /12 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
      fix: "172.20.0.0/16",
    },
  ];
}

/** What works, and a reader should know. */
export function vpcRangeWarnings(request: NetworkRequest): string[] {
  const warnings: string[] = [];
  if ([request.vpcCidr, ...request.secondaryCidrs].some((cidr) => overlaps(cidr, "172.17.0.0/16"))) {
    warnings.push(
      "172.17.0.0/16 is used by Docker and some services of AWS; better not part of a VPC (VPC user guide)",
    );
  }
  for (const cidr of [request.vpcCidr, ...request.secondaryCidrs]) {
    if ([...PRIVATE, SHARED, "198.18.0.0/15"].some((range) => covers(range, cidr))) continue;
    warnings.push(
      overlaps("240.0.0.0/4", cidr)
        ? `${cidr} is reserved (240.0.0.0/4): many systems drop such addresses`
        : `${cidr} are addresses of the internet: hosts there that have them cannot be reached from the VPC`,
    );
  }
  if (request.secondaryCidrs.length > 0 && !networkingOf(request.cni).customNetworking) {
    warnings.push(
      `secondary ranges ${request.secondaryCidrs.join(", ")} stay empty: only cni aws-custom and aws-custom-prefix put pods there`,
    );
  }
  return warnings;
}
