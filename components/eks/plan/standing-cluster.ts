import { overlaps, prefixOf } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";

/** A cluster of the stack's name that stands at AWS already: what of it cannot change, and what others may have set. */
export interface StandingCluster {
  /** Zones of the control plane: EKS takes only these as long as it stands. */
  zones: readonly string[];
  /** Whether pods get their addresses from the VPC CNI; absent where no node has joined yet, so that it may change. */
  vpcCni?: boolean;
  /** Kubernetes version, as `1.36`. */
  version?: string;
  /** Range of Services. */
  serviceCidr?: string;
  /** First range of its VPC. */
  vpcCidr?: string;
  /** Ranges of the control plane's subnets, by zone. */
  subnets?: Readonly<Record<string, string>>;
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
  kubernetes?: string,
): Problem[] {
  if (standing === undefined) return [];
  const problems = [
    ...versionProblems(kubernetes, standing),
    ...fixedRange(config.network.serviceCidr, standing.serviceCidr, `${path}.network.serviceCidr`, SERVICES),
    // A VPC that is there is looked at by itself.
    ...(config.network.existing === undefined
      ? fixedRange(config.network.vpcCidr, standing.vpcCidr, `${path}.network.vpcCidr`, VPC)
      : []),
  ];
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

const SERVICES = "EKS never changes it";
const VPC = "the cluster cannot leave its VPC";

/** What a change would replace, with the cluster and all that is in it. */
function fixedRange(wanted: string, has: string | undefined, path: string, why: string): Problem[] {
  if (has === undefined || has === wanted) return [];
  return [
    {
      path,
      value: wanted,
      message: `the cluster that stands has ${has}, and ${why}`,
      fix: `${has}; for another make a new stack`,
    },
  ];
}

/** EKS goes up one minor version at a time, and never down (EKS guide, cluster upgrades). */
function versionProblems(wanted: string | undefined, { version }: StandingCluster): Problem[] {
  const minor = (text: string) => Number(text.split(".")[1]);
  if (wanted === undefined || version === undefined || wanted === version) return [];
  const steps = minor(wanted) - minor(version);
  if (steps === 1 || Number.isNaN(steps)) return [];
  return [
    {
      path: "kubernetes",
      value: wanted,
      message:
        steps < 0
          ? `the cluster that stands has ${version}, and EKS never goes back`
          : `the cluster that stands has ${version}, and EKS goes up one minor version at a time`,
      fix: steps < 0 ? `"${version}"` : `"1.${minor(version) + 1}" first`,
    },
  ];
}

/**
 * Subnets of a network that stands: another range means another subnet, which AWS makes beside the old one, and refuses
 * where both have addresses of the other's.
 */
export function standingSubnetProblems(
  subnets: readonly { role: string; zone: string; cidr: string }[],
  standing: StandingCluster | undefined,
  path: string,
): Problem[] {
  const there = Object.entries(standing?.subnets ?? {});
  return subnets.flatMap(({ role, zone, cidr }): Problem[] => {
    const has = standing?.subnets?.[zone];
    if (role !== "private" || has === undefined || has === cidr) return [];
    const other = there.find(([, range]) => overlaps(range, cidr));
    if (other === undefined) return [];
    return [
      {
        path: `${path}.network`,
        value: cidr,
        message: `the private subnet of ${zone} would become ${cidr}, and ${other[1]} stands: AWS makes no subnet over another, and the control plane holds the old one`,
        fix: `what gives the subnet ${has}: fewer nodes or pods, or ${path}.network.prefixes.private ${prefixOf(has)}; else a new stack`,
      },
    ];
  });
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
