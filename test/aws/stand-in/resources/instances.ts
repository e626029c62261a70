import { unknown } from "./ec2";
import type { Inputs, ResourceType, Values } from "./resource-type";
import { pascal, tagList } from "./resource-type";

const tagged = (r: Inputs, ResourceType: string): Values => ({
  TagSpecifications: [{ ResourceType, Tags: tagList(r.tags()) }],
});

/** A rule of a group, as the provider's own resource has it. */
const permission = (r: Inputs): Values => {
  const cidr = r.get<string | undefined>("cidrIpv4");
  const group = r.get<string | undefined>("referencedSecurityGroupId");
  const Description = r.text("description");
  return {
    GroupId: r.text("securityGroupId"),
    IpPermissions: [
      {
        IpProtocol: r.text("ipProtocol"),
        FromPort: r.get("fromPort"),
        ToPort: r.get("toPort"),
        ...(cidr === undefined ? {} : { IpRanges: [{ CidrIp: cidr, Description }] }),
        ...(group === undefined ? {} : { UserIdGroupPairs: [{ GroupId: group, Description }] }),
      },
    ],
  };
};

const ruleId = (output: Values): string =>
  String((output["SecurityGroupRules"] as Values[])[0]?.["SecurityGroupRuleId"]);

/** Instances and what is attached to them. */
export const instanceTypes: Record<string, ResourceType> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "AuthorizeSecurityGroupIngress", permission(r));
      return { id: ruleId(output), outputs: {} };
    },
    remove: (_, r, aws) => aws.call("ec2", "RevokeSecurityGroupIngress", permission(r)),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    create: async (r, aws) => {
      const { GroupId, IpPermissions } = permission(r);
      // The provider takes AWS's own away from a group that it makes.
      await aws.call("ec2", "RevokeSecurityGroupEgress", {
        GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      });
      const output = await aws.call("ec2", "AuthorizeSecurityGroupEgress", { GroupId, IpPermissions });
      return { id: ruleId(output), outputs: {} };
    },
    remove: (_, r, aws) => aws.call("ec2", "RevokeSecurityGroupEgress", permission(r)),
  },
  "aws:ec2/networkInterface:NetworkInterface": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "CreateNetworkInterface", {
        SubnetId: r.text("subnetId"),
        Groups: r.get("securityGroups"),
        Description: r.text("description"),
        PrivateIpAddresses: r
          .get<string[]>("privateIps")
          .map((PrivateIpAddress, i) => ({ PrivateIpAddress, Primary: i === 0 })),
        ...tagged(r, "network-interface"),
      });
      const id = String((output["NetworkInterface"] as Values)["NetworkInterfaceId"]);
      const Value = r.get<boolean>("sourceDestCheck");
      await aws.call("ec2", "ModifyNetworkInterfaceAttribute", {
        NetworkInterfaceId: id,
        SourceDestCheck: { Value },
      });
      return { id, outputs: {} };
    },
    update: async ({ now, made, changed }, aws) => {
      if (changed.some((p) => p !== "sourceDestCheck")) return unknown(changed);
      await aws.call("ec2", "ModifyNetworkInterfaceAttribute", {
        NetworkInterfaceId: made.id,
        SourceDestCheck: { Value: now.get("sourceDestCheck") },
      });
      return {};
    },
    replacedBy: ["subnetId", "privateIps"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DeleteNetworkInterface", { NetworkInterfaceId: id }),
  },
  "aws:ec2/eipAssociation:EipAssociation": {
    create: async (r, aws) => {
      const output = await aws.call("ec2", "AssociateAddress", {
        AllocationId: r.text("allocationId"),
        NetworkInterfaceId: r.text("networkInterfaceId"),
      });
      return { id: String(output["AssociationId"]), outputs: {} };
    },
    replacedBy: ["allocationId", "networkInterfaceId"],
    remove: ({ id }, _, aws) => aws.call("ec2", "DisassociateAddress", { AssociationId: id }),
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    create: async (r, aws) => {
      const InstanceProfileName = r.autoName();
      await aws.call("iam", "CreateInstanceProfile", { InstanceProfileName, Tags: tagList(r.tags()) });
      await aws.call("iam", "AddRoleToInstanceProfile", { InstanceProfileName, RoleName: r.text("role") });
      return { id: InstanceProfileName, outputs: { name: InstanceProfileName } };
    },
    remove: async ({ id: InstanceProfileName }, r, aws) => {
      await aws.call("iam", "RemoveRoleFromInstanceProfile", {
        InstanceProfileName,
        RoleName: r.text("role"),
      });
      await aws.call("iam", "DeleteInstanceProfile", { InstanceProfileName });
    },
  },
  "aws:ssm/parameter:Parameter": {
    create: async (r, aws) => {
      const Name = r.text("name");
      await aws.call("ssm", "PutParameter", {
        Name,
        Type: r.text("type"),
        Value: r.text("value"),
        Tags: tagList(r.tags()),
      });
      return { id: Name, outputs: {} };
    },
    replacedBy: ["name"],
    remove: ({ id }, _, aws) => aws.call("ssm", "DeleteParameter", { Name: id }),
  },
  "aws:ec2/instance:Instance": {
    create: async (r, aws) => {
      const link = r.get<{ networkInterfaceId: string } | undefined>("primaryNetworkInterface");
      const { tags, ...ebs } = r.get<Values & { tags: Record<string, string> }>("rootBlockDevice");
      const output = await aws.call("ec2", "RunInstances", {
        ImageId: r.text("ami"),
        InstanceType: r.text("instanceType"),
        MinCount: 1,
        MaxCount: 1,
        IamInstanceProfile: { Name: r.text("iamInstanceProfile") },
        UserData: Buffer.from(r.text("userData")).toString("base64"),
        MetadataOptions: pascal(r.get("metadataOptions")),
        BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: pascal(ebs) }],
        ...(link === undefined
          ? { SubnetId: r.text("subnetId"), SecurityGroupIds: r.get("vpcSecurityGroupIds") }
          : { NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: link.networkInterfaceId }] }),
        TagSpecifications: [
          { ResourceType: "instance", Tags: tagList(r.tags()) },
          { ResourceType: "volume", Tags: tagList(tags) },
        ],
      });
      const [made] = output["Instances"] as Values[];
      const id = String(made?.["InstanceId"]);
      const Value = r.get<boolean | undefined>("sourceDestCheck");
      if (Value === false)
        await aws.call("ec2", "ModifyInstanceAttribute", { InstanceId: id, SourceDestCheck: { Value } });
      const [first] = (made?.["NetworkInterfaces"] ?? []) as Values[];
      return { id, outputs: { primaryNetworkInterfaceId: first?.["NetworkInterfaceId"] ?? "" } };
    },
    update: async ({ now, made, changed }, aws) => {
      // What the program says is left alone.
      const real = changed.filter((p) => !["ami", "userData"].includes(p));
      if (real.some((p) => p !== "sourceDestCheck")) return unknown(real);
      if (real.length > 0)
        await aws.call("ec2", "ModifyInstanceAttribute", {
          InstanceId: made.id,
          SourceDestCheck: { Value: now.get("sourceDestCheck") },
        });
      return {};
    },
    replacedBy: ["subnetId", "primaryNetworkInterface"],
    remove: ({ id }, _, aws) => aws.call("ec2", "TerminateInstances", { InstanceIds: [id] }),
  },
};
