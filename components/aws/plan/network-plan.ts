import type { Problem } from "../../../kube/problems";
import { capacityProblems, warmPoolProblems } from "./pod-capacity";
import { CONTROL_PLANE_LEAST, demand, sum } from "./address-demand";
import { shortageProblems, podProblems, updateWarnings } from "./address-shortage";
import { layOut } from "./subnet-layout";
import { usable } from "./subnet-size";
import { regionProblems, zoneProblems, type ZoneFacts } from "./aws-regions";
import { networkingOf, POD_RANGE, type NetworkPlan, type NetworkRequest } from "./network-request";
import { vpcRangeProblems, vpcRangeWarnings } from "./vpc-ranges";

export interface Planned {
  /** Absent when there is any problem. */
  plan?: NetworkPlan;
  problems: Problem[];
  warnings: string[];
}

/**
 * The network of a cluster, or every reason against it. `path`: where the request stands in the config.
 * `zones`: what is known of the region's zones.
 */
export function planNetwork(request: NetworkRequest, path = "eks", zones: ZoneFacts = {}): Planned {
  const problems: Problem[] = [
    ...requestProblems(request, path),
    ...zoneProblems(request.region, request.zones, zones, `${path}.zones`, request.cluster),
    ...prefixProblems(request, path),
  ];
  if (networkingOf(request.cni).customNetworking && request.secondaryCidrs.length === 0) {
    problems.push({
      path: `${path}.network.secondaryCidrs`,
      message: `cni ${request.cni} puts pods on subnets of their own, which need a range`,
      fix: `[${POD_RANGE}]`,
    });
  }
  const warnings = vpcRangeWarnings(request);
  // Sizes of ranges that are wrong in themselves would only repeat what was said.
  if (problems.length > 0) return { problems, warnings };

  problems.push(...podProblems(request, path), ...shortageProblems(request, path));
  if (problems.length > 0) return { problems, warnings };
  const { subnets } = layOut(request);
  return {
    plan: {
      vpcCidr: request.vpcCidr,
      secondaryCidrs: [...request.secondaryCidrs],
      zones: request.zones,
      nat: request.nat,
      subnets,
    },
    problems,
    warnings: [...warnings, ...updateWarnings(request)],
  };
}

/** What is wrong whoever makes the network. */
export function requestProblems(request: NetworkRequest, path: string): Problem[] {
  return [
    ...regionProblems(request.region, `${path}.region`),
    ...vpcRangeProblems(request, path),
    ...warmPoolProblems(request.warm, networkingOf(request.cni), `${path}.warm`),
    ...groupProblems(request, path),
  ];
}

function groupProblems(request: NetworkRequest, path: string): Problem[] {
  const networking = networkingOf(request.cni);
  const problems: Problem[] = [];
  for (const group of request.groups) {
    const at = `${path}.nodeGroups.${group.name}`;
    group.types.forEach((facts, i) => {
      problems.push(...capacityProblems(facts, networking, `${at}.instanceTypes[${i}]`));
    });
    for (const zone of group.zones) {
      if (request.zones.includes(zone)) continue;
      problems.push({
        path: `${at}.zones`,
        value: zone,
        message: "is not a zone of the cluster",
        fix: `use: ${request.zones.join(", ")}`,
      });
    }
  }
  return problems;
}

/** Subnet sizes that were given: inside AWS's limits, and control-plane subnets with six free addresses at least. */
function prefixProblems(request: NetworkRequest, path: string): Problem[] {
  const problems: Problem[] = [];
  for (const [role, prefix] of Object.entries(request.prefixes) as [
    keyof NetworkRequest["prefixes"],
    number | undefined,
  ][]) {
    if (prefix === undefined) continue;
    const at = `${path}.network.prefixes.${role}`;
    if (!Number.isInteger(prefix) || prefix < 16 || prefix > 28) {
      problems.push({
        path: at,
        value: prefix,
        message: "a subnet must be between /16 and /28",
        fix: "leave it out: it is sized from the need",
      });
    } else if (role === "pod" && !networkingOf(request.cni).customNetworking) {
      problems.push({
        path: at,
        value: prefix,
        message: `cni ${request.cni} has no pod subnets`,
        fix: "leave it out",
      });
    } else if (role === "private" && request.cluster !== "EC2" && request.zones.length > 0) {
      const others = Math.max(
        ...request.zones.map(
          (zone) =>
            sum(demand(request, zone, role, false).filter((n) => n.what !== "control plane")).addresses,
        ),
      );
      if (usable(prefix) - others >= CONTROL_PLANE_LEAST || usable(prefix) < others) continue;
      problems.push({
        path: at,
        value: prefix,
        message: `leaves ${usable(prefix) - others} addresses for the control plane, which needs ${CONTROL_PLANE_LEAST} in each subnet (16 recommended)`,
        fix: `${prefix - 1}`,
      });
    }
  }
  return problems;
}
