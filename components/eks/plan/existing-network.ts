import { prefixOf } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import { demand, sum } from "../../aws/plan/address-demand";
import { podProblems } from "../../aws/plan/address-shortage";
import { zoneProblems } from "../../aws/plan/aws-regions";
import type { AwsFacts, NetworkFacts } from "./aws-facts";
import {
  endpointProblems,
  LISTS,
  settings,
  subnetProblems,
  tagProblems,
  vpcProblems,
  type Existing,
} from "./existing-network-rules";
import { requestProblems, type Planned } from "../../aws/plan/network-plan";
import {
  networkingOf,
  UNKNOWN,
  zoneLetter,
  type NetworkRequest,
  type SubnetPlan,
  type SubnetRole,
} from "../../aws/plan/network-request";

const ROLES = Object.keys(LISTS) as SubnetRole[];

/** Zones of the private subnets, in their order; before AWS was asked, as many of the region's first ones. */
export function existingZones(region: string, given: Existing, facts: NetworkFacts | undefined): string[] {
  const zones = given.privateSubnets.map(
    (id, i) => facts?.subnets[id]?.zone ?? `${region}${"abcdefgh"[i] ?? ""}`,
  );
  return [...new Set(zones)];
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
