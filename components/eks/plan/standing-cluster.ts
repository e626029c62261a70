import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";

/** A cluster of the stack's name that stands at AWS already: what of it cannot change, and what others may have set. */
export interface StandingCluster {
  /** Zones of the control plane: EKS takes only these as long as it stands. */
  zones: readonly string[];
  /** Whether pods get their addresses from the VPC CNI; absent where no node has joined yet, so that it may change. */
  vpcCni?: boolean;
  /** URL of the API server; absent while AWS makes it. */
  endpoint?: string;
  /** Whether it has a public address now. */
  public?: boolean;
  /** Node groups by the name that they have in the plan. */
  nodeGroups: Readonly<Record<string, NodeGroupSize>>;
}

/** Nodes of a group, as AWS has them. */
export interface NodeGroupSize {
  min: number;
  desired: number;
  max: number;
}

/** What a cluster that stands does not take: AWS would refuse it, or break the pods that run. */
export function standingProblems(
  config: EksConfig,
  zones: readonly string[],
  standing: StandingCluster | undefined,
  path: string,
): Problem[] {
  if (standing === undefined) return [];
  const problems: Problem[] = [];
  const missing = standing.zones.filter((zone) => !zones.includes(zone));
  if (missing.length > 0) {
    problems.push({
      path: `${path}.zones`,
      value: config.zones,
      message: `the cluster that stands has its control plane in ${standing.zones.join(", ")}, and EKS never moves it`,
      fix: `keep ${missing.join(", ")} in ${path}.zones; node groups can leave it by their own zones`,
    });
  }
  if (standing.vpcCni !== undefined && standing.vpcCni !== (config.cni !== "calico")) {
    const has = standing.vpcCni ? "the VPC CNI" : "Calico's CNI";
    problems.push({
      path: `${path}.cni`,
      value: config.cni,
      message: `the cluster that stands has ${has}, and its nodes and pods would lose their network`,
      fix: standing.vpcCni
        ? "aws, aws-prefix, aws-custom or aws-custom-prefix; for calico make a new stack"
        : "calico; for another make a new stack",
    });
  }
  return problems;
}

/** The way by which this machine reaches the API server now goes with its public address. */
export const losesAddress = (config: EksConfig, standing: StandingCluster | undefined): boolean =>
  config.endpoint.private && standing?.public === true;

/**
 * Nodes that a group has from now on. EKS refuses bounds that the present number is outside of, also when only the
 * bounds are changed (`Minimum capacity 3 can't be greater than desired size 2`). Absent: the number is left to whoever
 * set it last, an autoscaler or a person.
 */
export function desiredNow(
  wanted: { min: number; max: number },
  standing: NodeGroupSize | undefined,
): number | undefined {
  if (standing === undefined || (standing.min === wanted.min && standing.max === wanted.max))
    return undefined;
  return Math.min(wanted.max, Math.max(wanted.min, standing.desired));
}

/** The plan's name of a managed group, of the name that Pulumi gave it: the logical one and seven hexadecimal digits. */
export function plannedName(nodeGroup: string): string | undefined {
  return /^eks-nodes-(.+)-[0-9a-f]{7}$/.exec(nodeGroup)?.[1];
}
