import type { AwsFacts } from "../components/eks/plan/aws-facts";
import type { EksPlan } from "../components/eks/plan/eks-plan";
import { nodeCount, ownPods, roomGroups, roomOn, type Room } from "../components/eks/plan/node-room";
import { quotaNeeds } from "../components/eks/plan/quota-needs";
import { quotaFindings } from "../components/eks/plan/quotas";
import { roomProblems } from "../components/eks/plan/room-problems";
import type { EksConfig } from "../components/eks/eks-config";
import type { Problem } from "../kube/problems";
import { balancersOf } from "./ingress-plan";
import { largestDemands, podDemands, type DemandingPlan } from "./pod-demands";

export interface EksRoom {
  /** With the number of pods that each node has of its own. */
  room: Room & { own: number };
  problems: Problem[];
  warnings: string[];
}

/** Whether the nodes that an EKS stack starts with carry all that it runs, and the account has room for them. */
export function eksRoom(plan: DemandingPlan, cluster: EksPlan, config: EksConfig, aws: AwsFacts): EksRoom {
  const groups = roomGroups(cluster, aws);
  const count = nodeCount(groups);
  const demands = podDemands(plan, cluster, count);
  const { problems, warnings } = roomProblems(
    {
      groups,
      demands: (nodes) => podDemands(plan, cluster, nodes),
      largest: (nodes) => largestDemands(plan, cluster, nodes),
      cni: config.cni,
      warm: config.warm,
      standing: aws.cluster !== undefined,
    },
    "eks",
  );
  const addressed = demands
    .filter((d) => d.hostNetwork !== true)
    .reduce((n, d) => n + d.pods * (d.perNode === true ? count.now : 1), 0);
  if (config.pods !== undefined && config.cni !== "calico" && config.pods < addressed) {
    warnings.push(
      `eks.pods: subnets are checked for ${config.pods} pods, and this stack alone runs ${addressed} with an address`,
    );
  }
  const own = ownPods(demands).reduce((n, d) => n + d.pods, 0);
  // The load balancer's group has a rule for each range and port; without AWS's answer the controller's notes say it.
  const ranges = Math.max(0, ...balancersOf(plan.ingress).map((b) => b.sourceRanges.length));
  const needs = { ...quotaNeeds(cluster), ...(aws.limits?.rules === undefined ? {} : { rules: ranges * 2 }) };
  const quotas = quotaFindings(needs, aws.limits);
  problems.push(...quotas.problems);
  warnings.push(...quotas.warnings);
  return { room: { ...roomOn(groups, demands), own }, problems, warnings };
}
