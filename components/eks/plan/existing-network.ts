import { prefixOf } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import { demand, sum } from "./address-demand";
import { podProblems } from "./address-shortage";
import { zoneProblems } from "./aws-regions";
import type { AwsFacts, NetworkFacts, SubnetFacts } from "./aws-facts";
import { endpointServices } from "./private-network";
import { requestProblems, type Planned } from "./network-plan";
import {
  networkingOf,
  UNKNOWN,
  zoneLetter,
  type NetworkRequest,
  type SubnetPlan,
  type SubnetRole,
} from "./network-request";

type Existing = NonNullable<EksConfig["network"]["existing"]>;

const LISTS = { private: "privateSubnets", public: "publicSubnets", pod: "podSubnets" } as const;
const ROLES = Object.keys(LISTS) as SubnetRole[];

/** Zones of the private subnets, in their order; before AWS was asked, as many of the region's first ones. */
export function existingZones(region: string, given: Existing, facts: NetworkFacts | undefined): string[] {
  const zones = given.privateSubnets.map(
    (id, i) => facts?.subnets[id]?.zone ?? `${region}${"abcdefgh"[i] ?? ""}`,
  );
  return [...new Set(zones)];
}

/** Tags by which load balancers find their subnets (AWS Load Balancer Controller, subnet discovery). */
export function subnetTags({ role }: Pick<SubnetPlan, "role">, cluster: string): Record<string, string> {
  if (role === "pod") return {};
  const tag = role === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb";
  return { [tag]: "1", [`kubernetes.io/cluster/${cluster}`]: "shared" };
}

/**
 * A network that is there already: whether it can carry the cluster, and what is missing. Before AWS was asked little is
 * known, and nothing is said of it.
 */
export function planExistingNetwork(
  request: NetworkRequest,
  config: EksConfig,
  aws: AwsFacts,
  path: string,
): Planned {
  const given = config.network.existing;
  if (given === undefined) throw new Error("planExistingNetwork: the config names no VPC");
  const at = `${path}.network.existing`;
  const facts = aws.network;
  const problems = [
    ...requestProblems(request, path),
    ...podProblems(request, path),
    ...settings(config, path),
  ];
  const warnings: string[] = [];
  if (facts === undefined)
    warnings.push(
      `what VPC ${given.vpcId} and its subnets have (zones, free addresses, ways out, tags) is asked of AWS when the stack is built; zones are taken as ${request.zones.join(", ")}`,
    );
  else {
    problems.push(
      ...zoneProblems(request.region, request.zones, zonesOf(aws), `${at}.privateSubnets`),
      ...vpcProblems(config, facts, path),
      ...endpointProblems(config, facts, at),
      ...ROLES.flatMap((role) => subnetProblems(given, role, facts, request, config.network.private, at)),
      ...(given.tagSubnets ? [] : tagProblems(given, facts, at)),
    );
  }
  const subnets = ROLES.flatMap((role) =>
    given[LISTS[role]].map((id, i) => subnetPlan(id, i, role, request, facts)),
  );
  // A cluster that stands has its own part of what is taken: free addresses then say nothing about what it needs.
  if (facts !== undefined && aws.cluster === undefined && problems.length === 0)
    problems.push(...subnets.flatMap((s) => shortage(s, request, at)));
  if (networkingOf(config.cni).prefixDelegation)
    warnings.push(
      "prefixes take whole /28 blocks, and a subnet that others use may have none in one piece (InsufficientCidrBlocks): subnets of the cluster's own, or a cni without prefixes",
    );
  if (problems.length > 0) return { problems, warnings };
  return {
    plan: {
      existing: { vpcId: given.vpcId, tagSubnets: given.tagSubnets },
      vpcCidr: request.vpcCidr,
      secondaryCidrs: [...request.secondaryCidrs],
      zones: request.zones,
      nat: request.nat,
      subnets,
    },
    problems,
    warnings,
  };
}

const zonesOf = ({ zones }: AwsFacts) => (zones === undefined ? {} : { available: zones });

/** Settings of a network that the stack would make: they would change nothing. */
function settings(config: EksConfig, path: string): Problem[] {
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

function vpcProblems(config: EksConfig, facts: NetworkFacts, path: string): Problem[] {
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
function endpointProblems(config: EksConfig, facts: NetworkFacts, at: string): Problem[] {
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

function subnetProblems(
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

function tagProblems(given: Existing, facts: NetworkFacts, at: string): Problem[] {
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

function subnetPlan(
  id: string,
  i: number,
  role: SubnetRole,
  request: NetworkRequest,
  facts: NetworkFacts | undefined,
): SubnetPlan {
  const found = facts?.subnets[id];
  const zone = found?.zone ?? request.zones[i] ?? "";
  const needs = demand(request, zone, role, false);
  const cidr = found?.cidr ?? UNKNOWN;
  return {
    id,
    name: `${role}-${zoneLetter(zone)}`,
    role,
    zone,
    cidr,
    prefix: cidr === UNKNOWN ? 0 : prefixOf(cidr),
    usable: found?.free ?? 0,
    needs,
    needed: sum(needs).addresses,
    prefixReservations: [],
    nodes: role === "private",
  };
}

function shortage(subnet: SubnetPlan, request: NetworkRequest, at: string): Problem[] {
  if (subnet.needed <= subnet.usable) return [];
  const parts = subnet.needs.map((n) => `${n.what} ${n.addresses}`).join(", ");
  const elsewhere = request.cni === "calico" ? [] : ["cni calico, whose pods need no address of the VPC"];
  return [
    {
      path: `${at}.${LISTS[subnet.role]}`,
      value: subnet.id,
      message: `needs ${subnet.needed} addresses (${parts}) and has ${subnet.usable} free: ${subnet.needed - subnet.usable} missing`,
      fix: ["a larger subnet", "fewer nodes (nodeGroups.<name>.max)", ...elsewhere]
        .map((way, i) => `(${i + 1}) ${way}`)
        .join("; "),
    },
  ];
}
