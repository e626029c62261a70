import { sumOf, type CostPart, type CostSum } from "../components/aws/plan/cost";
import { ec2Cost } from "../components/ec2/plan/ec2-cost";
import { eksCost, type BalancerNeeds } from "../components/eks/plan/eks-cost";
import { MONTH, priceSources, servicePrice } from "../components/aws/plan/prices";
import { ownsLoadBalancer } from "../kube/load-balancers";
import { labAt } from "../labs/model";
import { balancersOf } from "./ingress-plan";
import type { StackPlan } from "./stack-plan";

/** What a stack costs at list prices: without tax, discounts and traffic. */
export interface StackCost extends CostSum {
  region: string;
  parts: CostPart[];
  day: number;
  month: number;
  /** Until the stack expires, where it does. */
  life?: { hours: number; usd: number };
  sources: readonly string[];
}

/** Absent where the stack makes nothing that somebody charges for by the hour. */
export function stackCost(plan: StackPlan, now: Date): StackCost | undefined {
  const { target } = plan;
  if ((target.kind !== "eks" && target.kind !== "ec2") || target.cluster === undefined) return undefined;
  const { region } = target.cluster.place;
  const parts = [
    ...(target.kind === "eks"
      ? eksCost(target.cluster, { balancers: balancers(plan) }, now)
      : ec2Cost(target.cluster)),
    ...(plan.ingress?.dns.zone?.how === "create" ? [hostedZone(region)] : []),
  ];
  const sum = sumOf(parts);
  const { expires } = plan.config;
  const hours =
    expires === undefined ? undefined : Math.max(0, (Date.parse(expires) - now.getTime()) / 3_600_000);
  return {
    region,
    parts,
    ...sum,
    day: sum.hour * 24,
    month: sum.hour * MONTH,
    ...(hours === undefined ? {} : { life: { hours, usd: sum.hour * hours } }),
    sources: priceSources,
  };
}

/** Load balancers: the ingress controller's, and those of the labs at their steps. */
function balancers({ ingress, labs, facts }: StackPlan): BalancerNeeds["balancers"] {
  return [
    ...balancersOf(ingress).map(({ what, internetFacing, alb }) => ({ what, internetFacing, alb })),
    ...labs.flatMap((l) =>
      labAt(l)
        .objects.filter((o) => o.kind === "Service" && ownsLoadBalancer(o, facts))
        .map((o) => ({ what: `lab ${l.instance}`, internetFacing: !isInternal(o.metadata.annotations) })),
    ),
  ];
}

const isInternal = (annotations: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(annotations).some(
    ([key, value]) =>
      (key.endsWith("aws-load-balancer-scheme") && value === "internal") ||
      (key.endsWith("aws-load-balancer-internal") && value === "true"),
  );

function hostedZone(region: string): CostPart {
  const each = servicePrice(region, "hosted zone");
  return { what: "hosted zone", count: 1, ...(each === undefined ? { why: "no price" } : { each }) };
}
