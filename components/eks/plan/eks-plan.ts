import type { Problem } from "../../../kube/problems";
import { networkingOf, type CniMode, type NetworkPlan, type NetworkRequest } from "./request";
import { vpcCniValues, type VpcCniValues } from "./addon-plan";
import { groupCapacities, type GroupCapacity } from "./demand";
import { planNetwork } from "./network-plan";
import { groupRequests, nodeGroupPlans, type NodeGroupPlan } from "./node-plan";
import { partitionOf, type Place } from "./policies";
import { checkEksVersion, chooseZones } from "./regions";
import { stackTags } from "./tags";
import type { WarmPool } from "./warm-pool";
import type { AccessWish, AwsKnowledge, EksWish } from "./wish";

/** Ranges that exist only in documents (RFC 5737); in a config they stand for "put your address here". */
const DOCUMENTATION_RANGES = ["192.0.2.", "198.51.100.", "203.0.113."];

/** Where pods live with `aws-custom` if nothing is said: the range that AWS recommends for pods. */
const POD_RANGE = "100.64.0.0/16";

/** All that is decided about an EKS cluster before a resource is made: plain data. */
export interface EksPlan {
  name: string;
  place: Place;
  profile?: string;
  kubernetes: string;
  cni: CniMode;
  network: NetworkPlan;
  s3Endpoint: boolean;
  flowLogs?: { retentionDays: number };
  serviceCidr: string;
  publicCidrs: readonly string[];
  access: Readonly<Record<string, AccessWish>>;
  logs: readonly string[];
  logRetentionDays: number;
  encryptSecrets: boolean | string;
  addons: EksWish["addons"];
  /** Settings of the VPC CNI; absent where Calico is the CNI. */
  vpcCni?: VpcCniValues;
  nodeGroups: NodeGroupPlan[];
  /** Capacity of each group of the config, for the summary. */
  capacities: GroupCapacity[];
  loadBalancer: EksWish["loadBalancer"];
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
export function planEks(
  wish: EksWish,
  context: EksContext,
  knowledge: AwsKnowledge,
  path = "eks",
): PlannedEks {
  const zones =
    typeof wish.zones === "number" ? chooseZones(wish.region, wish.zones, knownZones(knowledge)) : wish.zones;
  const version = checkEksVersion(context.kubernetes, context.today, "kubernetes", knowledge.versions);
  const { groups, problems: groupProblems } = groupRequests(wish, zones, knowledge, path);
  const request = networkRequest(wish, zones, groups, context.pools);
  const problems = [
    ...version.problems,
    ...zoneCountProblems(wish, zones, path),
    ...groupProblems,
    ...endpointProblems(wish, knowledge, path),
    ...accountProblems(wish, knowledge, path),
  ];
  const network = planNetwork(request, path, knownZones(knowledge));
  problems.push(...network.problems);
  const warnings = [...version.warnings, ...network.warnings, ...notes(wish, knowledge)];
  if (network.plan === undefined || problems.length > 0) return { problems, warnings };

  const capacities = groupCapacities(request);
  const nodeGroups = nodeGroupPlans(wish, capacities);
  const tags = stackTags({
    stack: context.stack,
    cluster: context.clusterName,
    owner: context.owner,
    expires: context.expires,
    extra: wish.tags,
  });
  return {
    problems,
    warnings,
    plan: {
      name: context.clusterName,
      place: {
        partition: partitionOf(wish.region),
        region: wish.region,
        account: knowledge.account ?? wish.account ?? "*",
        cluster: context.clusterName,
      },
      ...(wish.profile === undefined ? {} : { profile: wish.profile }),
      kubernetes: context.kubernetes,
      cni: wish.cni,
      network: network.plan,
      s3Endpoint: wish.network.s3Endpoint,
      ...(wish.network.flowLogs === undefined ? {} : { flowLogs: wish.network.flowLogs }),
      serviceCidr: wish.network.serviceCidr,
      publicCidrs: wish.endpoint.publicCidrs,
      access: wish.access,
      logs: wish.logs,
      logRetentionDays: wish.logRetentionDays,
      encryptSecrets: wish.encryptSecrets,
      addons: wish.addons,
      ...(wish.cni === "calico" ? {} : { vpcCni: vpcCniValues(wish.cni, request.warm, tags) }),
      nodeGroups,
      capacities,
      loadBalancer: wish.loadBalancer,
      deletionProtection: wish.deletionProtection,
      tags,
      nodes: nodeGroups.reduce((n, g) => n + g.min, 0),
      architectures: [...new Set(groups.flatMap((g) => g.types.flatMap((t) => t.architecture ?? [])))],
    },
  };
}

/** Ranges that addresses of pods come from. */
export function podRanges(wish: EksWish, pools: readonly string[]): string[] {
  if (wish.cni === "calico") return [...pools];
  if (wish.cni === "aws-custom") return [...(wish.network.secondaryCidrs ?? [POD_RANGE])];
  return [wish.network.vpcCidr];
}

function networkRequest(
  wish: EksWish,
  zones: readonly string[],
  groups: NetworkRequest["groups"],
  pools: readonly string[],
): NetworkRequest {
  const { network } = wish;
  return {
    region: wish.region,
    zones,
    cni: wish.cni,
    vpcCidr: network.vpcCidr,
    secondaryCidrs: network.secondaryCidrs ?? (networkingOf(wish.cni).customNetworking ? [POD_RANGE] : []),
    serviceCidr: network.serviceCidr,
    podCidrs: wish.cni === "calico" ? pools : [],
    peers: network.peers,
    nat: network.nat,
    prefixes: defined(network.prefixes),
    groups,
    warm: defined(wish.warm) satisfies WarmPool,
    ...(wish.pods === undefined ? {} : { pods: wish.pods }),
  };
}

const knownZones = (knowledge: AwsKnowledge) =>
  knowledge.zones === undefined ? {} : { available: knowledge.zones };

/** A number of zones that the region, or this network, does not have. Fewer than two is said with the zones. */
function zoneCountProblems(wish: EksWish, zones: readonly string[], path: string): Problem[] {
  if (typeof wish.zones !== "number" || zones.length === wish.zones || wish.zones < 2) return [];
  const many = wish.zones > 4;
  return [
    {
      path: `${path}.zones`,
      value: wish.zones,
      message: many
        ? "this network has room for four zones"
        : `${wish.region} has ${zones.length} zones that EKS can use`,
      fix: many ? "2, 3 or 4" : `${zones.length}, or another region`,
    },
  ];
}

function endpointProblems(wish: EksWish, { real }: AwsKnowledge, path: string): Problem[] {
  if (!real) return [];
  return wish.endpoint.publicCidrs.flatMap((cidr, i) =>
    DOCUMENTATION_RANGES.some((range) => cidr.startsWith(range))
      ? [
          {
            path: `${path}.endpoint.publicCidrs[${i}]`,
            value: cidr,
            message: "is a range for documents: nobody has such an address",
            fix: "your own address as /32 (curl https://checkip.amazonaws.com)",
          },
        ]
      : [],
  );
}

function accountProblems(wish: EksWish, { account }: AwsKnowledge, path: string): Problem[] {
  if (wish.account === undefined || account === undefined || wish.account === account) return [];
  return [
    {
      path: `${path}.account`,
      value: wish.account,
      message: `the credentials are of account ${account}`,
      fix: `credentials of ${wish.account}: ${path}.profile, or AWS_PROFILE`,
    },
  ];
}

function notes(wish: EksWish, { real, zones }: AwsKnowledge): string[] {
  const found: string[] = [];
  if (!real && typeof wish.zones === "number" && zones === undefined) {
    found.push(
      `zones are taken as ${wish.region}a, b …; AWS is asked for the real ones when the stack is built`,
    );
  }
  if (wish.endpoint.publicCidrs.length === 0) {
    found.push(
      "the API server has no public address: build this stack from inside the VPC or a network connected to it",
    );
  }
  if (wish.endpoint.publicCidrs.includes("0.0.0.0/0")) {
    found.push(
      "the API server is open to the whole internet (eks.endpoint.publicCidrs); IAM still guards it",
    );
  }
  if (wish.network.nat === "none") {
    found.push(
      "nat none: nodes have public addresses (each about 3.60 USD a month), the security group lets nobody in",
    );
  }
  if (wish.cni === "calico" && Object.values(wish.nodeGroups).some((g) => g.os === "bottlerocket")) {
    found.push("Calico's CNI on Bottlerocket was not tried here");
  }
  return found;
}

/** Without the properties that are undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
