import type { Problem } from "../../../kube/problems";
import { networkingOf, POD_RANGE, type CniMode, type NetworkRequest } from "../../aws/plan/network-request";
import { accessProblems } from "./access-rules";
import { addonVersionProblems, vpcCniValues, type VpcCniValues } from "./addon-plan";
import { groupCapacities, type GroupCapacity } from "../../aws/plan/address-demand";
import { existingZones, planExistingNetwork } from "./existing-network";
import { eksNotes } from "./eks-notes";
import { planNetwork } from "../../aws/plan/network-plan";
import { groupNotes, groupRequests, nodeGroupPlans, type NodeGroupPlan } from "./node-plan";
import { encryptionProblems } from "./encryption-rules";
import { endpointProblems } from "./endpoint-rules";
import { labelProblems } from "./label-rules";
import { partitionOf } from "../../aws/plan/iam-policies";
import { checkEksVersion, chooseZones } from "../../aws/plan/aws-regions";
import {
  podSecurityGroupNotes,
  podSecurityGroupProblems,
  withPodSecurityGroups,
} from "./pod-security-groups";
import { endpointServices, privateProblems } from "./private-network";
import { storageProblems } from "./storage-plan";
import { standingProblems, standingSubnetProblems } from "./standing-cluster";
import { zoneCountProblems } from "./zone-rules";
import { tagProblems } from "./tag-rules";
import type { VpcPlan } from "../../aws/plan/vpc-plan";
import { stackTags } from "../../aws/plan/aws-tags";
import type { AwsFacts } from "./aws-facts";
import type { AccessConfig, EksConfig } from "../eks-config";

/** All that is decided about an EKS cluster before a resource is made: plain data. */
export interface EksPlan extends VpcPlan {
  profile?: string;
  kubernetes: string;
  cni: CniMode;
  /** Zones of the control plane: the network's, or those that it has had since it was made. */
  controlPlaneZones: readonly string[];
  serviceCidr: string;
  publicCidrs: readonly string[];
  access: Readonly<Record<string, AccessConfig>>;
  logs: readonly string[];
  logRetentionDays: number;
  /** The control plane's log group is there, left by an earlier cluster of this name. */
  logGroupLeft: boolean;
  encryptSecrets: boolean | string;
  addons: EksConfig["addons"];
  /** Whether kube-proxy serves Services; else Calico's eBPF dataplane does. */
  kubeProxy: boolean;
  /** Pods may have security groups of their own. */
  podSecurityGroups: boolean;
  /** Settings of the VPC CNI; absent where Calico is the CNI. */
  vpcCni?: VpcCniValues;
  nodeGroups: NodeGroupPlan[];
  /** Capacity of each group of the config, for the summary. */
  capacities: GroupCapacity[];
  loadBalancer: EksConfig["loadBalancer"];
  /** Ingresses become application load balancers. */
  alb: boolean;
  storage: EksConfig["storage"];
  deletionProtection: boolean;
  tags: Record<string, string>;
  /** Fewest nodes in all. */
  nodes: number;
  architectures: readonly ("amd64" | "arm64")[];
}

export interface EksContext {
  stack: string;
  clusterName: string;
  kubernetes: string;
  owner?: string | undefined;
  expires?: string | undefined;
  /** Ingresses become application load balancers. */
  alb?: boolean;
  /** Whether there is kube-proxy. @default true */
  kubeProxy?: boolean;
  /** Pools of Calico's overlay. */
  pools: readonly string[];
  today: Date;
}

export interface PlannedEks {
  plan?: EksPlan;
  problems: Problem[];
  warnings: string[];
}

/** Plans an EKS cluster, or says every reason against it. */
export function planEks(config: EksConfig, context: EksContext, aws: AwsFacts, path = "eks"): PlannedEks {
  const { existing } = config.network;
  const zones =
    existing !== undefined
      ? existingZones(config.region, existing, aws.network)
      : typeof config.zones === "number"
        ? chooseZones(config.region, config.zones, zoneFacts(aws), aws.cluster?.zones)
        : config.zones;
  const version = checkEksVersion(context.kubernetes, context.today, "kubernetes", aws.versions);
  const { groups, problems: groupProblems } = groupRequests(config, zones, aws, path);
  const request = networkRequest(config, zones, groups, context.pools);
  const problems = [
    ...version.problems,
    ...(existing === undefined ? zoneCountProblems(config, zones, path) : []),
    ...groupProblems,
    ...endpointProblems(config, aws, path),
    ...accountProblems(config, aws, path),
    ...accessProblems(config, aws, path),
    ...labelProblems(config, path),
    ...tagProblems(config, path),
    ...encryptionProblems(config, path),
    ...addonVersionProblems(config, path, context.kubeProxy !== false),
    ...storageProblems(config, path),
    ...podSecurityGroupProblems(config, path, context.kubeProxy !== false),
    ...privateProblems(config, path),
    ...standingProblems(config, zones, aws.cluster, path, context.kubernetes),
  ];
  const network =
    existing === undefined
      ? planNetwork(request, path, zoneFacts(aws))
      : planExistingNetwork(request, config, aws, path);
  problems.push(
    ...network.problems,
    ...(existing === undefined ? standingSubnetProblems(network.plan?.subnets ?? [], aws.cluster, path) : []),
  );
  const warnings = [
    ...version.warnings,
    ...network.warnings,
    ...groupNotes(groups),
    ...eksNotes(config, aws),
    ...podSecurityGroupNotes(config),
    ...leaseNotes(config, context),
  ];
  if (network.plan === undefined || problems.length > 0) return { problems, warnings };

  const capacities = groupCapacities(request);
  const nodeGroups = nodeGroupPlans(config, capacities, aws.cluster);
  const tags = stackTags({
    stack: context.stack,
    cluster: context.clusterName,
    owner: context.owner,
    expires: context.expires,
    extra: config.tags,
  });
  return {
    problems,
    warnings,
    plan: {
      name: context.clusterName,
      place: {
        partition: partitionOf(config.region),
        region: config.region,
        account: aws.account ?? config.account ?? "*",
        cluster: context.clusterName,
      },
      ...(config.profile === undefined ? {} : { profile: config.profile }),
      kubernetes: context.kubernetes,
      cni: config.cni,
      network: network.plan,
      controlPlaneZones: aws.cluster?.zones ?? network.plan.zones,
      endpoints: config.network.private && existing === undefined ? endpointServices(config) : [],
      s3Endpoint: config.network.s3Endpoint && existing === undefined,
      ...(config.network.flowLogs === undefined ? {} : { flowLogs: config.network.flowLogs }),
      serviceCidr: config.network.serviceCidr,
      publicCidrs: config.endpoint.publicCidrs,
      access: config.access,
      logs: config.logs,
      logRetentionDays: config.logRetentionDays,
      logGroupLeft: config.logs.length > 0 && aws.logGroupLeft === true,
      encryptSecrets: config.encryptSecrets,
      addons: config.addons,
      kubeProxy: context.kubeProxy !== false,
      podSecurityGroups: config.podSecurityGroups !== undefined,
      ...(config.cni === "calico"
        ? {}
        : {
            vpcCni: withPodSecurityGroups(
              vpcCniValues(config.cni, request.warm, tags),
              config.podSecurityGroups,
            ),
          }),
      nodeGroups,
      capacities,
      loadBalancer: config.loadBalancer,
      alb: context.alb === true,
      storage: config.storage,
      deletionProtection: isProtected(config, context),
      tags,
      nodes: nodeGroups.reduce((n, g) => n + g.min, 0),
      architectures: [...new Set(groups.flatMap((g) => g.types.flatMap((t) => t.architecture ?? [])))],
    },
  };
}

/** Ranges that addresses of pods come from. */
export function podRanges(config: EksConfig, pools: readonly string[]): string[] {
  if (config.cni === "calico") return [...pools];
  // Pods and nodes of a VPC that is there may be in any of its ranges.
  if (config.network.existing !== undefined) return [config.network.vpcCidr, ...secondaryRanges(config)];
  if (networkingOf(config.cni).customNetworking) return secondaryRanges(config);
  return [config.network.vpcCidr];
}

const secondaryRanges = ({ cni, network }: EksConfig): string[] =>
  network.secondaryCidrs ??
  (networkingOf(cni).customNetworking && network.existing === undefined ? [POD_RANGE] : []);

function networkRequest(
  config: EksConfig,
  zones: readonly string[],
  groups: NetworkRequest["groups"],
  pools: readonly string[],
): NetworkRequest {
  const { network } = config;
  return {
    region: config.region,
    zones,
    cni: config.cni,
    vpcCidr: network.vpcCidr,
    secondaryCidrs: secondaryRanges(config),
    serviceCidr: network.serviceCidr,
    podCidrs: config.cni === "calico" ? pools : [],
    peers: network.peers,
    nat: network.existing !== undefined ? "existing" : network.private ? "isolated" : network.nat,
    prefixes: network.prefixes,
    groups,
    warm: config.warm,
    branches: config.podSecurityGroups !== undefined,
    ...(config.pods === undefined ? {} : { pods: config.pods }),
  };
}

const zoneFacts = (aws: AwsFacts) => (aws.zones === undefined ? {} : { available: aws.zones });

/** Nothing ends it, so nobody should by mistake. */
const isProtected = (config: EksConfig, { expires }: EksContext): boolean =>
  config.deletionProtection ?? expires === undefined;

function leaseNotes(config: EksConfig, { expires }: EksContext): string[] {
  if (expires === undefined || config.deletionProtection !== true) return [];
  return [
    `eks.deletionProtection: it cannot be destroyed when it expires (${expires}), and costs money until you do`,
  ];
}

function accountProblems(config: EksConfig, { account }: AwsFacts, path: string): Problem[] {
  if (config.account === undefined || account === undefined || config.account === account) return [];
  return [
    {
      path: `${path}.account`,
      value: config.account,
      message: `the credentials belong to account ${account}`,
      fix: `credentials of ${config.account}: ${path}.profile, or AWS_PROFILE`,
    },
  ];
}
