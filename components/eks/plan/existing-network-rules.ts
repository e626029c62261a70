import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import type { NetworkFacts, SubnetFacts } from "./aws-facts";
import { subnetTags } from "../../aws/plan/vpc-plan";
import { endpointServices } from "./private-network";
import { networkingOf, type NetworkRequest, type SubnetRole } from "../../aws/plan/network-request";

export type Existing = NonNullable<EksConfig["network"]["existing"]>;

/** Where the config names the subnets of a role. */
export const LISTS = { private: "privateSubnets", public: "publicSubnets", pod: "podSubnets" } as const;

/** Settings of a network that the stack would make: they would change nothing. */
export function settings(config: EksConfig, path: string): Problem[] {
  const { nat, prefixes, existing } = config.network;
  const at = `${path}.network`;
  const fix = "leave it out";
  const theirs = "is of a network that the stack makes, and this one is there already";
  return [
    ...(nat === "single" ? [] : [{ path: `${at}.nat`, value: nat, message: theirs, fix }]),
    ...Object.entries(prefixes).map(([role, value]) => ({
      path: `${at}.prefixes.${role}`,
      value,
      message: theirs,
      fix,
    })),
    ...(Array.isArray(config.zones)
      ? [
          {
            path: `${path}.zones`,
            value: config.zones,
            message: "zones are those of the private subnets",
            fix,
          },
        ]
      : []),
    ...(networkingOf(config.cni).customNetworking === (existing?.podSubnets.length ?? 0) > 0
      ? []
      : [
          {
            path: `${at}.existing.podSubnets`,
            value: existing?.podSubnets,
            message: networkingOf(config.cni).customNetworking
              ? `cni ${config.cni} puts pods on subnets of their own`
              : `cni ${config.cni} has no pod subnets`,
            fix: networkingOf(config.cni).customNetworking ? "one for each zone" : fix,
          },
        ]),
  ];
}

export function vpcProblems(config: EksConfig, facts: NetworkFacts, path: string): Problem[] {
  const at = `${path}.network`;
  const { vpcCidr, secondaryCidrs = [], existing } = config.network;
  const problems: Problem[] = [];
  if (vpcCidr !== facts.cidr)
    problems.push({
      path: `${at}.vpcCidr`,
      value: vpcCidr,
      message: `VPC ${existing?.vpcId ?? ""} has the range ${facts.cidr}`,
      fix: facts.cidr,
    });
  const others = facts.ranges.filter((r) => r !== facts.cidr).sort();
  if (others.join() !== [...secondaryCidrs].sort().join())
    problems.push({
      path: `${at}.secondaryCidrs`,
      value: secondaryCidrs,
      message:
        others.length === 0
          ? "the VPC has no further range"
          : `the VPC's further ranges are ${others.join(", ")}`,
      fix: `[${others.join(", ")}]`,
    });
  if (!facts.dns)
    problems.push({
      path: `${at}.existing.vpcId`,
      value: existing?.vpcId,
      message:
        "the VPC has no DNS support or no DNS hostnames, and nodes find the API server by a name in it",
      fix: "aws ec2 modify-vpc-attribute with --enable-dns-support and --enable-dns-hostnames",
    });
  return problems;
}

/** A private network's way to AWS, which in a VPC that is there must be there too. */
export function endpointProblems(config: EksConfig, facts: NetworkFacts, at: string): Problem[] {
  if (!config.network.private) return [];
  const missing = [...endpointServices(config), "s3"].filter((s) => facts.endpoints?.includes(s) !== true);
  return missing.length === 0
    ? []
    : [
        {
          path: `${at}.vpcId`,
          value: config.network.existing?.vpcId,
          message: `the VPC has no endpoint that answers for ${missing.join(", ")}, and a private network reaches AWS by nothing else`,
          fix: "endpoints with private DNS names in its private subnets, a gateway endpoint for s3; or network.private: false, with a NAT gateway",
        },
      ];
}

export function subnetProblems(
  given: Existing,
  role: SubnetRole,
  facts: NetworkFacts,
  request: NetworkRequest,
  isolated: boolean,
  at: string,
): Problem[] {
  const seen = new Map<string, string>();
  return given[LISTS[role]].flatMap((id, i): Problem[] => {
    const where = { path: `${at}.${LISTS[role]}[${i}]`, value: id };
    const subnet = facts.subnets[id];
    // What AWS does not find was reported when it was asked.
    if (subnet === undefined) return [];
    const twin = seen.get(subnet.zone);
    seen.set(subnet.zone, id);
    if (subnet.vpcId !== given.vpcId)
      return [{ ...where, message: `is in VPC ${subnet.vpcId}`, fix: `a subnet of ${given.vpcId}` }];
    if (twin !== undefined)
      return [{ ...where, message: `is in ${subnet.zone}, as ${twin} is`, fix: "one subnet for each zone" }];
    if (!request.zones.includes(subnet.zone))
      return [
        {
          ...where,
          message: `is in ${subnet.zone}, where no private subnet of the cluster is`,
          fix: `a subnet in ${request.zones.join(" or ")}`,
        },
      ];
    return wayProblem(subnet, role, isolated, where);
  });
}

function wayProblem(
  subnet: SubnetFacts,
  role: SubnetRole,
  isolated: boolean,
  where: { path: string; value: string },
): Problem[] {
  if (role === "public")
    return subnet.way === "internet"
      ? []
      : [
          {
            ...where,
            message:
              "its route table does not lead to an internet gateway, so no load balancer there is reached",
            fix: "a public subnet, or a route of 0.0.0.0/0 to the gateway",
          },
        ];
  if (subnet.way === "none" && !isolated)
    return [
      {
        ...where,
        message:
          "its route table leads nowhere outside the VPC: nodes would reach neither EKS nor a registry",
        fix: `a route of 0.0.0.0/0 to a NAT gateway, or another subnet; or eks.network.private: true, where the VPC has endpoints for AWS`,
      },
    ];
  if (subnet.way === "internet" && (role === "pod" || !subnet.publicIp))
    return [
      {
        ...where,
        message:
          role === "pod"
            ? "leads to an internet gateway, and pods have no public address to pass it with"
            : "leads to an internet gateway, and instances get no public address to pass it with",
        fix: "a subnet behind a NAT gateway" + (role === "pod" ? "" : ", or map-public-ip-on-launch"),
      },
    ];
  return [];
}

export function tagProblems(given: Existing, facts: NetworkFacts, at: string): Problem[] {
  return (["public", "private"] as const).flatMap((role) => {
    const [tag = ""] = Object.keys(subnetTags({ role }, ""));
    const without = given[LISTS[role]].filter((id) => {
      const subnet = facts.subnets[id];
      return subnet !== undefined && !["1", ""].includes(subnet.tags[tag] ?? "absent");
    });
    return without.length === 0
      ? []
      : [
          {
            path: `${at}.${LISTS[role]}`,
            value: without,
            message: `has no tag ${tag}=1, by which load balancers find their subnets`,
            fix: `${at}.tagSubnets: true; or aws ec2 create-tags --resources ${without.join(" ")} --tags Key=${tag},Value=1`,
          },
        ];
  });
}
