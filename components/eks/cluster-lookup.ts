import * as aws from "@pulumi/aws";
import { controlPlaneLogGroup } from "../aws/plan/iam-policies";
import { plannedName, type NodeGroupSize, type StandingCluster } from "./plan/standing-cluster";

type Options = { provider: aws.Provider; async: true };

/** What stands at AWS under the stack's name, as far as AWS says it. */
export interface Standing {
  cluster?: StandingCluster;
  /** There is no such cluster, but its log group is there: left by an earlier one. */
  logGroupLeft: boolean;
  /** Questions that AWS did not answer, with its words. */
  unanswered: string[];
}

/**
 * Looks for a cluster of this name. Lists are asked first, as a thing that is not there is no error in a list. What AWS
 * does not answer is left out: then AWS itself says what it refuses, only later.
 */
export async function lookUpStanding(name: string, provider: aws.Provider): Promise<Standing> {
  const opts = { provider, async: true } as const;
  const unanswered: string[] = [];
  const ask = async <T>(question: string, answer: () => Promise<T>): Promise<T | undefined> =>
    answer().catch((error: unknown) => {
      const said = error instanceof Error ? error.message : String(error);
      unanswered.push(`${question}: ${said.split("\n").find((l) => l.trim() !== "") ?? ""}`);
      return undefined;
    });
  const logs = controlPlaneLogGroup(name);
  const [logGroup, cluster] = await Promise.all([
    ask("log groups", () => aws.cloudwatch.getLogGroups({ logGroupNamePrefix: logs }, opts)),
    ask("the cluster", () => standing(name, opts).then((found) => found ?? "none")),
  ]);
  return {
    logGroupLeft: cluster === "none" && logGroup?.logGroupNames.includes(logs) === true,
    unanswered,
    ...(cluster === undefined || cluster === "none" ? {} : { cluster }),
  };
}

async function standing(name: string, opts: Options): Promise<StandingCluster | undefined> {
  const { names } = await aws.eks.getClusters({}, opts);
  if (!names.includes(name)) return undefined;
  const [cluster, groups] = await Promise.all([
    aws.eks.getCluster({ name }, opts),
    aws.eks.getNodeGroups({ clusterName: name }, opts),
  ]);
  const subnets = await Promise.all(cluster.vpcConfig.subnetIds.map((id) => aws.ec2.getSubnet({ id }, opts)));
  const sizes = groups.names.map((group) => size(name, group, opts));
  const zones = [...new Set(subnets.map((s) => s.availabilityZone))].sort();
  const [network] = cluster.kubernetesNetworkConfigs;
  // Only a check more: what else is known of the cluster counts without it.
  const vpc = await aws.ec2.getVpc({ id: cluster.vpcConfig.vpcId }, opts).catch(() => undefined);
  const nodeGroups = Object.fromEntries((await Promise.all(sizes)).flat());
  return {
    zones,
    nodeGroups,
    version: cluster.version,
    ...(vpc === undefined ? {} : { vpcCidr: vpc.cidrBlock }),
    subnets: Object.fromEntries(subnets.map((s) => [s.availabilityZone, s.cidrBlock])),
    ...(network === undefined ? {} : { serviceCidr: network.serviceIpv4Cidr }),
    // A cluster that is being made has none yet.
    ...(cluster.endpoint ? { endpoint: cluster.endpoint } : {}),
    public: cluster.vpcConfig.endpointPublicAccess,
    // Only nodes hold on to a CNI; before them the add-on may be missing because it was not made yet.
    ...(groups.names.length === 0 ? {} : { vpcCni: await hasVpcCni(name, opts) }),
  };
}

async function size(
  clusterName: string,
  nodeGroupName: string,
  opts: Options,
): Promise<[string, NodeGroupSize][]> {
  const group = plannedName(nodeGroupName);
  if (group === undefined) return [];
  const { scalingConfigs } = await aws.eks.getNodeGroup({ clusterName, nodeGroupName }, opts);
  return scalingConfigs.map((s) => [group, { min: s.minSize, desired: s.desiredSize, max: s.maxSize }]);
}

async function hasVpcCni(clusterName: string, opts: Options): Promise<boolean> {
  return aws.eks.getAddon({ clusterName, addonName: "vpc-cni" }, opts).then(
    () => true,
    (error: unknown) => {
      if (/ResourceNotFoundException|couldn't find resource/.test(String(error))) return false;
      throw error;
    },
  );
}
