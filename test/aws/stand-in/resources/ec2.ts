import type { Inputs, ResourceType, Values } from "./resource-type";
import { pascal, tagList } from "./resource-type";

/** Tags that EC2 takes with the call that makes a thing. */
const tagged = (r: Inputs, ResourceType: string): Values => {
  const Tags = tagList(r.tags());
  return Tags === undefined ? {} : { TagSpecifications: [{ ResourceType, Tags }] };
};

const part = (output: Values, name: string): Values => output[name] as Values;

export const ec2Types: Record<string, ResourceType> = {
  "aws:ec2/vpc:Vpc": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateVpc", {
        CidrBlock: r.text("cidrBlock"),
        ...tagged(r, "vpc"),
      });
      const id = String(part(output, "Vpc")["VpcId"]);
      for (const [property, member] of [
        ["enableDnsSupport", "EnableDnsSupport"],
        ["enableDnsHostnames", "EnableDnsHostnames"],
      ] as const) {
        const Value = r.get(property);
        await aws.call("ec2", "ModifyVpcAttribute", { VpcId: id, [member]: { Value } });
      }
      return { id, outputs: {} };
    },
    replacedBy: ["cidrBlock"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteVpc", { VpcId: id }),
  },
  "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": {
    create: async (r, aws) => {
      const output = await aws.call(
        "ec2",
        "AssociateVpcCidrBlock",
        pascal({ vpcId: r.get("vpcId"), cidrBlock: r.get("cidrBlock") }) as Values,
      );
      return { id: String(part(output, "CidrBlockAssociation")["AssociationId"]), outputs: {} };
    },
    replacedBy: ["vpcId", "cidrBlock"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DisassociateVpcCidrBlock", { AssociationId: id }),
  },
  "aws:ec2/subnet:Subnet": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateSubnet", {
        VpcId: r.text("vpcId"),
        CidrBlock: r.text("cidrBlock"),
        AvailabilityZone: r.text("availabilityZone"),
        ...tagged(r, "subnet"),
      });
      const id = String(part(output, "Subnet")["SubnetId"]);
      const Value = r.get<boolean>("mapPublicIpOnLaunch");
      if (Value)
        await aws.call("ec2", "ModifySubnetAttribute", { SubnetId: id, MapPublicIpOnLaunch: { Value } });
      return { id, outputs: {} };
    },
    replacedBy: ["vpcId", "cidrBlock", "availabilityZone"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteSubnet", { SubnetId: id }),
  },
  "aws:ec2/internetGateway:InternetGateway": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateInternetGateway", tagged(r, "internet-gateway"));
      const id = String(part(output, "InternetGateway")["InternetGatewayId"]);
      await aws.call("ec2", "AttachInternetGateway", { InternetGatewayId: id, VpcId: r.text("vpcId") });
      return { id, outputs: {} };
    },
    remove: async ({ id }, r, aws) => {
      await aws.call("ec2", "DetachInternetGateway", { InternetGatewayId: id, VpcId: r.text("vpcId") });
      await aws.call("ec2", "DeleteInternetGateway", { InternetGatewayId: id });
    },
  },
  "aws:ec2/routeTable:RouteTable": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateRouteTable", {
        VpcId: r.text("vpcId"),
        ...tagged(r, "route-table"),
      });
      return { id: String(part(output, "RouteTable")["RouteTableId"]), outputs: {} };
    },
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteRouteTable", { RouteTableId: id }),
  },
  "aws:ec2/route:Route": {
    create: async (r, aws) => {
      const table = r.text("routeTableId");
      await aws.call("ec2", "CreateRoute", {
        RouteTableId: table,
        DestinationCidrBlock: r.text("destinationCidrBlock"),
        GatewayId: r.get("gatewayId"),
        NatGatewayId: r.get("natGatewayId"),
      });
      return { id: `r-${table}${r.text("destinationCidrBlock")}`, outputs: {} };
    },
    replacedBy: ["routeTableId", "destinationCidrBlock"],
    update: async ({ now, changed }, aws) => {
      if (changed.some((p) => p !== "natGatewayId" && p !== "gatewayId")) return unknown(changed);
      await aws.call("ec2", "ReplaceRoute", {
        RouteTableId: now.text("routeTableId"),
        DestinationCidrBlock: now.text("destinationCidrBlock"),
        GatewayId: now.get("gatewayId"),
        NatGatewayId: now.get("natGatewayId"),
      });
      return {};
    },
    remove: (_, r, aws) =>
      aws.call("ec2", "DeleteRoute", {
        RouteTableId: r.text("routeTableId"),
        DestinationCidrBlock: r.text("destinationCidrBlock"),
      }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "AssociateRouteTable", {
        RouteTableId: r.text("routeTableId"),
        SubnetId: r.text("subnetId"),
      });
      return { id: String(output["AssociationId"]), outputs: {} };
    },
    replacedBy: ["subnetId"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DisassociateRouteTable", { AssociationId: id }),
  },
  "aws:ec2/eip:Eip": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "AllocateAddress", {
        Domain: r.text("domain"),
        ...tagged(r, "elastic-ip"),
      });
      const id = String(output["AllocationId"]);
      return { id, outputs: { allocationId: id, publicIp: output["PublicIp"] } };
    },
    remove: ({ id }, _, aws) => aws.call("ec2", "ReleaseAddress", { AllocationId: id }),
  },
  "aws:ec2/natGateway:NatGateway": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateNatGateway", {
        SubnetId: r.text("subnetId"),
        AllocationId: r.text("allocationId"),
        ...tagged(r, "natgateway"),
      });
      return { id: String(part(output, "NatGateway")["NatGatewayId"]), outputs: {} };
    },
    replacedBy: ["subnetId", "allocationId"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteNatGateway", { NatGatewayId: id }),
  },
  "aws:ec2/subnetCidrReservation:SubnetCidrReservation": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateSubnetCidrReservation", {
        SubnetId: r.text("subnetId"),
        Cidr: r.text("cidrBlock"),
        ReservationType: r.text("reservationType"),
        Description: r.text("description"),
      });
      const made = part(output, "SubnetCidrReservation");
      return { id: String(made["SubnetCidrReservationId"]), outputs: {} };
    },
    replacedBy: ["subnetId", "cidrBlock"],
    remove: ({ id }, _, aws) =>
      aws.call("ec2", "DeleteSubnetCidrReservation", { SubnetCidrReservationId: id }),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateVpcEndpoint", {
        VpcId: r.text("vpcId"),
        VpcEndpointType: r.text("vpcEndpointType"),
        ServiceName: r.text("serviceName"),
        RouteTableIds: r.get("routeTableIds"),
        SubnetIds: r.get("subnetIds"),
        SecurityGroupIds: r.get("securityGroupIds"),
        PrivateDnsEnabled: r.get("privateDnsEnabled"),
        ...tagged(r, "vpc-endpoint"),
      });
      return { id: String(part(output, "VpcEndpoint")["VpcEndpointId"]), outputs: {} };
    },
    update: async ({ old, now, made, changed }, aws) => {
      if (changed.some((p) => p !== "routeTableIds")) return unknown(changed);
      const before = old.get<string[]>("routeTableIds");
      const after = now.get<string[]>("routeTableIds");
      await aws.call("ec2", "ModifyVpcEndpoint", {
        VpcEndpointId: made.id,
        AddRouteTableIds: after.filter((id) => !before.includes(id)),
        RemoveRouteTableIds: before.filter((id) => !after.includes(id)),
      });
      return {};
    },
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteVpcEndpoints", { VpcEndpointIds: [id] }),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateSecurityGroup", {
        GroupName: r.name,
        Description: r.text("description"),
        VpcId: r.text("vpcId"),
        ...tagged(r, "security-group"),
      });
      const id = String(output["GroupId"]);
      const rules = r.get<
        { protocol: string; fromPort: number; toPort: number; cidrBlocks: string[] }[] | undefined
      >("ingress");
      if (rules === undefined) return { id, outputs: {} };
      await aws.call("ec2", "AuthorizeSecurityGroupIngress", {
        GroupId: id,
        IpPermissions: rules.map((rule) => ({
          IpProtocol: rule.protocol,
          FromPort: rule.fromPort,
          ToPort: rule.toPort,
          IpRanges: rule.cidrBlocks.map((CidrIp) => ({ CidrIp })),
        })),
      });
      return { id, outputs: {} };
    },
    replacedBy: ["vpcId", "description"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteSecurityGroup", { GroupId: id }),
  },
  "aws:ec2/flowLog:FlowLog": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateFlowLogs", {
        ResourceType: "VPC",
        ResourceIds: [r.text("vpcId")],
        TrafficType: r.text("trafficType"),
        LogDestinationType: "cloud-watch-logs",
        LogDestination: r.text("logDestination"),
        DeliverLogsPermissionArn: r.text("iamRoleArn"),
        MaxAggregationInterval: r.get("maxAggregationInterval"),
        ...tagged(r, "vpc-flow-log"),
      });
      const failed = (output["Unsuccessful"] as unknown[] | undefined) ?? [];
      if (failed.length > 0) throw new Error(`CreateFlowLogs: ${JSON.stringify(failed)}`);
      return { id: String((output["FlowLogIds"] as string[])[0]), outputs: {} };
    },
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteFlowLogs", { FlowLogIds: [id] }),
  },
  "aws:ec2/tag:Tag": {
    create: async (r, aws) => {
      const [id, Key, Value] = [r.text("resourceId"), r.text("key"), r.text("value")];
      await aws.call("ec2", "CreateTags", { Resources: [id], Tags: [{ Key, Value }] });
      return { id: `${id},${Key}`, outputs: {} };
    },
    replacedBy: ["resourceId", "key"],
    remove: (_, r, aws) =>
      aws.call("ec2", "DeleteTags", {
        Resources: [r.text("resourceId")],
        Tags: [{ Key: r.text("key"), Value: r.text("value") }],
      }),
  },
};

/** A change that this stand-in does not follow must not pass as done. */
export function unknown(changed: readonly string[]): never {
  throw new Error(`the stand-in does not know how a change of ${changed.join(", ")} is made`);
}
