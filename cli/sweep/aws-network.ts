import {
  servicePrice,
  volumePrice,
  instancePrice,
  type HourlyService,
} from "../../components/aws/plan/prices";
import { TAG_CLUSTER } from "../../components/aws/plan/aws-tags";
import {
  items,
  moment,
  ownership,
  price,
  str,
  tagsOf,
  type AwsCall,
  type AwsKind,
  type Item,
  type Scope,
} from "./aws-kind";
import { removeGroups } from "./aws-security-groups";
import type { Found } from "./found";

interface Ec2Kind {
  title: string;
  describe: string;
  /** Key of the list in the answer, of an item's id, and of the moment at which it was made. */
  list: string;
  id: string;
  made?: string;
  /** EC2 calls it so in this operation. @default Filters */
  filters?: "Filter";
  /** Everything in a VPC of this project is its own, tagged or not. */
  inVpc?: boolean;
  /** Which of them are meant. @default all */
  only?: (item: Item) => boolean;
  usd?: (item: Item, region: string) => number | undefined;
  remove: (aws: AwsCall, ids: readonly string[]) => Promise<void>;
}

const one =
  (operation: string, key: string): Ec2Kind["remove"] =>
  async (aws, ids) => {
    for (const id of ids) await aws("ec2", operation, { [key]: id });
  };
const all =
  (operation: string, key: string): Ec2Kind["remove"] =>
  async (aws, ids) => {
    await aws("ec2", operation, { [key]: ids });
  };
const service = (what: HourlyService) => (_: Item, region: string) => servicePrice(region, what);

function ec2Kind(kind: Ec2Kind): AwsKind {
  const { title, inVpc = false } = kind;
  return {
    title,
    find: async (aws, scope) => {
      const describe = async (filter: { Name: string; Values: string[] }) =>
        items(await aws("ec2", kind.describe, { [kind.filters ?? "Filters"]: [filter] }), kind.list);
      const tagged = await describe({ Name: "tag-key", Values: [TAG_CLUSTER] });
      const within =
        inVpc && scope.vpcs.size > 0
          ? await describe({ Name: "vpc-id", Values: [...scope.vpcs.keys()] })
          : [];
      const known = new Set(tagged.map((item) => str(item, kind.id)));
      return [...tagged, ...within.filter((item) => !known.has(str(item, kind.id)))]
        .filter(kind.only ?? (() => true))
        .flatMap((item): Found[] => {
          const whose = ownership(tagsOf(item)) ?? ownership(scope.vpcs.get(vpcOf(item)) ?? {});
          if (whose === undefined) return [];
          return [
            {
              kind: title,
              id: str(item, kind.id),
              ...whose,
              ...(kind.made === undefined ? {} : moment(item[kind.made])),
              ...price(kind.usd?.(item, scope.region)),
            },
          ];
        });
    },
    remove: (aws, found) =>
      kind.remove(
        aws,
        found.map((f) => f.id),
      ),
  };
}

const vpcOf = (item: Item): string => {
  const [attached] = items(item, "Attachments");
  return str(item, "VpcId") || (attached === undefined ? "" : str(attached, "VpcId"));
};

/** Instances that no group takes away any more. */
export const instances: AwsKind = {
  title: "instance",
  find: async (aws, { region }: Scope) => {
    const output = await aws("ec2", "DescribeInstances", {
      Filters: [
        { Name: "tag-key", Values: [TAG_CLUSTER] },
        {
          Name: "instance-state-name",
          Values: ["pending", "running", "stopping", "stopped", "shutting-down"],
        },
      ],
    });
    return items(output, "Reservations")
      .flatMap((r) => items(r, "Instances"))
      .flatMap((item): Found[] => {
        const whose = ownership(tagsOf(item));
        return whose === undefined
          ? []
          : [
              {
                kind: "instance",
                id: str(item, "InstanceId"),
                ...whose,
                ...moment(item["LaunchTime"]),
                ...price(instancePrice(region, str(item, "InstanceType"))),
              },
            ];
      });
  },
  remove: async (aws, found) => {
    await aws("ec2", "TerminateInstances", { InstanceIds: found.map((f) => f.id) });
  },
};

/** Each can only be deleted when nothing uses it any more: the order is that of deletion. */
export const network: readonly AwsKind[] = [
  {
    title: "NAT gateway",
    describe: "DescribeNatGateways",
    list: "NatGateways",
    id: "NatGatewayId",
    made: "CreateTime",
    filters: "Filter" as const,
    // They carry their tags for an hour after they were deleted.
    only: (item: Item) => str(item, "State") !== "deleted",
    usd: service("NAT gateway"),
    remove: one("DeleteNatGateway", "NatGatewayId"),
  },
  {
    title: "Elastic IP",
    describe: "DescribeAddresses",
    list: "Addresses",
    id: "AllocationId",
    usd: service("public IPv4 address"),
    remove: one("ReleaseAddress", "AllocationId"),
  },
  {
    title: "VPC endpoint",
    describe: "DescribeVpcEndpoints",
    list: "VpcEndpoints",
    id: "VpcEndpointId",
    made: "CreationTimestamp",
    inVpc: true,
    only: (item: Item) => !/^delet/i.test(str(item, "State")),
    remove: all("DeleteVpcEndpoints", "VpcEndpointIds"),
  },
  {
    title: "flow log",
    describe: "DescribeFlowLogs",
    list: "FlowLogs",
    id: "FlowLogId",
    made: "CreationTime",
    filters: "Filter" as const,
    remove: all("DeleteFlowLogs", "FlowLogIds"),
  },
  {
    title: "network interface",
    describe: "DescribeNetworkInterfaces",
    list: "NetworkInterfaces",
    id: "NetworkInterfaceId",
    inVpc: true,
    // Those in use go with what uses them.
    only: (item: Item) => str(item, "Status") === "available",
    remove: one("DeleteNetworkInterface", "NetworkInterfaceId"),
  },
  {
    title: "security group",
    describe: "DescribeSecurityGroups",
    list: "SecurityGroups",
    id: "GroupId",
    inVpc: true,
    only: (item: Item) => str(item, "GroupName") !== "default",
    remove: removeGroups,
  },
  {
    title: "subnet",
    describe: "DescribeSubnets",
    list: "Subnets",
    id: "SubnetId",
    inVpc: true,
    remove: one("DeleteSubnet", "SubnetId"),
  },
  {
    title: "route table",
    describe: "DescribeRouteTables",
    list: "RouteTables",
    id: "RouteTableId",
    inVpc: true,
    only: (item: Item) => !items(item, "Associations").some((a) => a["Main"] === true),
    remove: removeRouteTables,
  },
  {
    title: "internet gateway",
    describe: "DescribeInternetGateways",
    list: "InternetGateways",
    id: "InternetGatewayId",
    remove: removeGateways,
  },
  {
    title: "VPC",
    describe: "DescribeVpcs",
    list: "Vpcs",
    id: "VpcId",
    remove: one("DeleteVpc", "VpcId"),
  },
  {
    title: "launch template",
    describe: "DescribeLaunchTemplates",
    list: "LaunchTemplates",
    id: "LaunchTemplateId",
    made: "CreateTime",
    remove: one("DeleteLaunchTemplate", "LaunchTemplateId"),
  },
  {
    title: "volume",
    describe: "DescribeVolumes",
    list: "Volumes",
    id: "VolumeId",
    made: "CreateTime",
    only: (item: Item) => str(item, "State") === "available",
    usd: (item: Item, region: string) => volumePrice(region, Number(item["Size"] ?? 0)),
    remove: one("DeleteVolume", "VolumeId"),
  },
].map(ec2Kind);

async function removeRouteTables(aws: AwsCall, ids: readonly string[]): Promise<void> {
  const output = await aws("ec2", "DescribeRouteTables", { RouteTableIds: ids });
  for (const table of items(output, "RouteTables")) {
    for (const association of items(table, "Associations"))
      await aws("ec2", "DisassociateRouteTable", {
        AssociationId: str(association, "RouteTableAssociationId"),
      });
    await aws("ec2", "DeleteRouteTable", { RouteTableId: str(table, "RouteTableId") });
  }
}

async function removeGateways(aws: AwsCall, ids: readonly string[]): Promise<void> {
  const output = await aws("ec2", "DescribeInternetGateways", { InternetGatewayIds: ids });
  for (const gateway of items(output, "InternetGateways")) {
    const InternetGatewayId = str(gateway, "InternetGatewayId");
    for (const { VpcId } of items(gateway, "Attachments"))
      await aws("ec2", "DetachInternetGateway", { InternetGatewayId, VpcId });
    await aws("ec2", "DeleteInternetGateway", { InternetGatewayId });
  }
}
