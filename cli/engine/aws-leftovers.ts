import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { reasonOf } from "../../kube/problems";
import { TAG_STACK } from "../../components/aws/plan/aws-tags";
import type { Fate } from "./cluster-leftovers";
import { ec2Lookups, terminatedInstances } from "./ec2-leftovers";
import type { PendingOperation } from "./engine";

/** Asks the AWS CLI, which every EKS stack needs; gives what it prints as JSON. */
export type AwsCli = (...args: readonly string[]) => Promise<unknown>;

/** Where a provider of the stack works. */
export interface AwsPlaceOfStack {
  region?: string | undefined;
  profile?: string | undefined;
}

export function awsCli({ region, profile }: AwsPlaceOfStack, env: NodeJS.ProcessEnv = process.env): AwsCli {
  const place = [
    ...(region === undefined ? [] : ["--region", region]),
    ...(profile === undefined ? [] : ["--profile", profile]),
  ];
  return async (...args) => {
    const { stdout } = await promisify(execFile)("aws", [...args, ...place, "--output", "json"], {
      env: { ...env, AWS_PAGER: "" },
      timeout: 60_000,
      maxBuffer: 64 * 2 ** 20,
    });
    // What only does something prints nothing.
    return stdout.trim() === "" ? {} : (JSON.parse(stdout) as unknown);
  };
}

type Inputs = Readonly<Record<string, unknown>>;
const text = (inputs: Inputs, key: string): string | undefined => {
  const value = inputs[key];
  return typeof value === "string" && value !== "" ? value : undefined;
};
/** The values of keys, joined; undefined where one is not known. */
const joined = (separator: string, ...keys: string[]) => {
  return (inputs: Inputs): string | undefined => {
    const values = keys.map((key) => text(inputs, key));
    return values.every((v) => v !== undefined) ? values.join(separator) : undefined;
  };
};

/**
 * Ids that follow from what was asked for. Names of these are chosen by the engine, or stand in a cluster, a table or a
 * zone of the stack's own: what is there under them is the stack's.
 */
const BY_INPUTS: Readonly<Record<string, (inputs: Inputs) => string | undefined>> = {
  "aws:iam/role:Role": joined("", "name"),
  "aws:iam/rolePolicy:RolePolicy": joined(":", "role", "name"),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": joined("/", "role", "policyArn"),
  "aws:cloudwatch/logGroup:LogGroup": joined("", "name"),
  "aws:iam/instanceProfile:InstanceProfile": joined("", "name"),
  "aws:ssm/parameter:Parameter": joined("", "name"),
  "aws:eks/nodeGroup:NodeGroup": joined(":", "clusterName", "nodeGroupName"),
  "aws:eks/addon:Addon": joined(":", "clusterName", "addonName"),
  "aws:eks/accessEntry:AccessEntry": joined(":", "clusterName", "principalArn"),
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": joined(
    "#",
    "clusterName",
    "principalArn",
    "policyArn",
  ),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": joined("/", "subnetId", "routeTableId"),
  "aws:ec2/route:Route": joined("_", "routeTableId", "destinationCidrBlock"),
  "aws:route53/record:Record": joined("_", "zoneId", "name", "type"),
};

/** Making them once more changes nothing, and they go with what they are on. */
const REPEATABLE = new Set(["aws:ec2/tag:Tag", "aws:autoscaling/tag:Tag"]);

const NAT = "aws:ec2/natGateway:NatGateway";
const INSTANCE = "aws:ec2/instance:Instance";

/** EC2's own word for what carries tags. */
const TAGGED: Readonly<Record<string, string>> = {
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
  [NAT]: "natgateway",
  "aws:ec2/eip:Eip": "elastic-ip",
  "aws:ec2/routeTable:RouteTable": "route-table",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpc-endpoint",
  [INSTANCE]: "instance",
  "aws:ec2/networkInterface:NetworkInterface": "network-interface",
};

type Lookup = (aws: AwsCli, inputs: Inputs, stack: string) => Promise<string[]>;

/** What has an id of AWS's choice and no Name of ours. */
const LOOKUPS: Readonly<Record<string, Lookup>> = {
  ...ec2Lookups,
  "aws:eks/cluster:Cluster": async (aws, inputs, stack) => {
    const name = text(inputs, "name") ?? "";
    const all = (await aws("eks", "list-clusters")) as { clusters: string[] };
    if (!all.clusters.includes(name)) return [];
    const { cluster } = (await aws("eks", "describe-cluster", "--name", name)) as {
      cluster: { tags?: Record<string, string> };
    };
    return cluster.tags?.[TAG_STACK] === stack ? [name] : [];
  },
  "aws:ec2/launchTemplate:LaunchTemplate": async (aws, inputs) => {
    const filter = `Name=launch-template-name,Values=${text(inputs, "name") ?? ""}`;
    const found = (await aws("ec2", "describe-launch-templates", "--filters", filter)) as {
      LaunchTemplates: { LaunchTemplateId: string }[];
    };
    return found.LaunchTemplates.map((t) => t.LaunchTemplateId);
  },
  "aws:ec2/securityGroup:SecurityGroup": async (aws, inputs) => {
    const filters = [`Name=group-name,Values=${text(inputs, "name") ?? ""}`, vpcFilter(inputs)];
    const found = (await aws("ec2", "describe-security-groups", "--filters", ...filters)) as {
      SecurityGroups: { GroupId: string }[];
    };
    return found.SecurityGroups.map((g) => g.GroupId);
  },
  "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": async (aws, inputs) => {
    const found = (await aws("ec2", "describe-vpcs", "--filters", vpcFilter(inputs))) as {
      Vpcs: { CidrBlockAssociationSet?: { AssociationId: string; CidrBlock: string }[] }[];
    };
    return found.Vpcs.flatMap((v) => v.CidrBlockAssociationSet ?? [])
      .filter((a) => a.CidrBlock === inputs["cidrBlock"])
      .map((a) => a.AssociationId);
  },
  "aws:ec2/flowLog:FlowLog": async (aws, inputs) => {
    const filter = `Name=resource-id,Values=${text(inputs, "vpcId") ?? ""}`;
    const found = (await aws("ec2", "describe-flow-logs", "--filter", filter)) as {
      FlowLogs: { FlowLogId: string }[];
    };
    return found.FlowLogs.map((f) => f.FlowLogId);
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": async (aws, inputs) => {
    const url = (text(inputs, "url") ?? "").replace(/^https:\/\//, "");
    const found = (await aws("iam", "list-open-id-connect-providers")) as {
      OpenIDConnectProviderList: { Arn: string }[];
    };
    return found.OpenIDConnectProviderList.map((p) => p.Arn).filter((arn) => arn.endsWith(`/${url}`));
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": async (aws, inputs) => {
    const cluster = text(inputs, "clusterName") ?? "";
    const whose = ["--namespace", text(inputs, "namespace") ?? "", "--service-account"];
    const found = (await aws(
      "eks",
      "list-pod-identity-associations",
      "--cluster-name",
      cluster,
      ...whose,
      text(inputs, "serviceAccount") ?? "",
    )) as { associations: { associationId: string }[] };
    return found.associations.map((a) => `${cluster},${a.associationId}`);
  },
};

const vpcFilter = (inputs: Inputs): string => `Name=vpc-id,Values=${text(inputs, "vpcId") ?? ""}`;

/** Looks up in an account what operations that were cut off have made there. */
export async function lookUpAtAws(
  aws: AwsCli,
  operations: readonly PendingOperation[],
  stack: string,
): Promise<Map<PendingOperation, Fate>> {
  const fates = new Map<PendingOperation, Fate>();
  let tagged: Promise<TaggedResource[]> | undefined;
  // Those of a managed group are not the stack's own.
  const nodes = operations.some((op) => op.type === INSTANCE);
  for (const op of operations) {
    if (op.operation !== "creating" || REPEATABLE.has(op.type)) {
      fates.set(op, { kind: "repeat" });
      continue;
    }
    try {
      const type = TAGGED[op.type];
      const id = BY_INPUTS[op.type]?.(op.inputs);
      const lookup = LOOKUPS[op.type];
      if (id !== undefined) fates.set(op, adopt(op, [id]));
      else if (type !== undefined)
        fates.set(op, adopt(op, named(await (tagged ??= taggedOf(aws, stack, nodes)), type, op)));
      else if (lookup !== undefined) fates.set(op, adopt(op, await lookup(aws, op.inputs, stack)));
      else fates.set(op, { kind: "unknown", why: `nothing here looks up ${op.type}` });
    } catch (error) {
      fates.set(op, { kind: "unknown", why: `AWS: ${reasonOf(error).split("\n")[0] ?? ""}` });
    }
  }
  return fates;
}

function adopt({ urn }: PendingOperation, ids: readonly string[]): Fate {
  const [id, second] = ids;
  if (id === undefined) return { kind: "repeat" };
  if (second !== undefined) return { kind: "unknown", why: `several could be meant: ${ids.join(", ")}` };
  return { kind: "adopt", adoption: { urn, id } };
}

interface TaggedResource {
  id: string;
  type: string;
  name?: string;
}

/** What EC2 has of a stack; its own tags are there as soon as the resource is, other than those of the tagging API. */
async function taggedOf(aws: AwsCli, stack: string, nodes: boolean): Promise<TaggedResource[]> {
  const tags = async (...filters: string[]): Promise<Tag[]> =>
    ((await aws("ec2", "describe-tags", "--filters", ...filters)) as { Tags: Tag[] }).Tags;
  const [ours, names] = await Promise.all([
    tags(`Name=key,Values=${TAG_STACK}`, `Name=value,Values=${stack}`),
    tags("Name=key,Values=Name"),
  ]);
  const gateways = ours.filter((t) => t.ResourceType === TAGGED[NAT]).map((t) => t.ResourceId);
  const instances = ours.filter((t) => nodes && t.ResourceType === TAGGED[INSTANCE]).map((t) => t.ResourceId);
  const gone = new Set([
    ...(gateways.length < 2 ? [] : await deletedGateways(aws, gateways)),
    ...(await terminatedInstances(aws, instances)),
  ]);
  const nameOf = new Map(names.map((t) => [t.ResourceId, t.Value]));
  return ours
    .filter((t) => !gone.has(t.ResourceId))
    .map(({ ResourceId: id, ResourceType: type }) => {
      const name = nameOf.get(id);
      return { id, type, ...(name === undefined ? {} : { name }) };
    });
}

/** NAT gateways carry their tags for an hour after they were deleted. */
async function deletedGateways(aws: AwsCli, ids: readonly string[]): Promise<Set<string>> {
  const found = (await aws("ec2", "describe-nat-gateways", "--nat-gateway-ids", ...ids)) as {
    NatGateways: { NatGatewayId: string; State: string }[];
  };
  return new Set(found.NatGateways.filter((g) => g.State.startsWith("delet")).map((g) => g.NatGatewayId));
}

interface Tag {
  ResourceId: string;
  ResourceType: string;
  Value: string;
}

function named(tagged: readonly TaggedResource[], type: string, { inputs }: PendingOperation): string[] {
  const name = (inputs["tags"] as Record<string, unknown> | undefined)?.["Name"];
  return tagged.filter((t) => t.type === type && t.name !== undefined && t.name === name).map((t) => t.id);
}
