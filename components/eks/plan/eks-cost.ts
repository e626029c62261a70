import { priced, type CostPart } from "../../aws/plan/cost";
import { eksVersions } from "../../aws/plan/aws-regions";
import type { EksPlan } from "./eks-plan";
import { natGateways } from "../../aws/plan/network-request";
import type { NodeGroupPlan } from "./node-plan";
import { instancePrice, servicePrice, volumePrice, type HourlyService } from "../../aws/plan/prices";

/** What stands in the cluster's network because of Services: known above this room. */
export interface BalancerNeeds {
  /** Load balancers, network ones if nothing else is said, with what they are for. */
  balancers: readonly { what: string; internetFacing: boolean; alb?: boolean }[];
}

/** What a cluster costs by the hour, part by part. What depends on use has a part without a price. */
export function eksCost(plan: EksPlan, { balancers }: BalancerNeeds, today: Date): CostPart[] {
  const { region } = plan.place;
  const { nat, zones } = plan.network;
  const service = (name: HourlyService, count: number, what: string = name): CostPart[] =>
    count === 0 ? [] : [priced(what, count, servicePrice(region, name))];
  const gateways = natGateways(plan.network);
  const open = balancers.filter((b) => b.internetFacing).length;
  return [
    ...service(
      inExtendedSupport(plan.kubernetes, today) ? "control plane, extended support" : "control plane",
      1,
    ),
    ...plan.nodeGroups.flatMap((g) => groupCost(region, g, nat === "none")),
    ...service("NAT gateway", gateways),
    ...service("public IPv4 address", gateways, "public IPv4 address of a NAT gateway"),
    ...balancers.flatMap((b) =>
      b.alb === true
        ? service("application load balancer", 1, `application load balancer of ${b.what}`)
        : service("network load balancer", 1, `network load balancer of ${b.what}`),
    ),
    // An internet-facing one has an address in each zone.
    ...service("public IPv4 address", open * zones.length, "public IPv4 address of a load balancer"),
    ...service("interface endpoint", plan.endpoints.length * zones.length),
    ...service("KMS key", plan.encryptSecrets === true ? 1 : 0),
    ...(plan.storage === "ebs" ? [byUse("volumes that pods claim")] : []),
    ...(plan.logs.length > 0 ? [byUse("logs of the control plane")] : []),
    ...(plan.flowLogs === undefined ? [] : [byUse("VPC flow logs")]),
  ];
}

const byUse = (what: string): CostPart => ({ what, count: 1, why: "by the GB" });

function groupCost(region: string, group: NodeGroupPlan, publicNodes: boolean): CostPart[] {
  const { name, desired: count, max: most, diskGiB } = group;
  // EKS takes on-demand types in the order in which they stand.
  const [type = ""] = group.instanceTypes;
  const of = `, group ${name}`;
  const nodes =
    group.capacityType === "SPOT"
      ? {
          what: `${group.instanceTypes.join(" or ")}, spot${of}`,
          count,
          why: "spot prices move; never more than on demand",
        }
      : priced(`${type}${of}`, count, instancePrice(region, type));
  const parts = [
    nodes,
    priced(`volume of ${diskGiB} GiB${of}`, count, volumePrice(region, diskGiB)),
    ...(publicNodes
      ? [priced(`public IPv4 address${of}`, count, servicePrice(region, "public IPv4 address"))]
      : []),
  ];
  return parts.map((part) => (most > count ? { ...part, most } : part));
}

function inExtendedSupport(version: string, today: Date): boolean {
  const end = eksVersions.find((v) => v.version === version)?.endOfStandard;
  return end !== undefined && Date.parse(end) < today.getTime();
}
