import { clusterByTags, items, str, tagsOf, type AwsCall, type AwsKind } from "./aws-kind";
import type { Found } from "./found";

/** Groups name each other in their rules: rules first. */
export async function removeGroups(aws: AwsCall, ids: readonly string[]): Promise<void> {
  const groups = items(await aws("ec2", "DescribeSecurityGroups", { GroupIds: ids }), "SecurityGroups");
  for (const group of groups) {
    const GroupId = str(group, "GroupId");
    const incoming = items(group, "IpPermissions");
    const outgoing = items(group, "IpPermissionsEgress");
    if (incoming.length > 0)
      await aws("ec2", "RevokeSecurityGroupIngress", { GroupId, IpPermissions: incoming });
    if (outgoing.length > 0)
      await aws("ec2", "RevokeSecurityGroupEgress", { GroupId, IpPermissions: outgoing });
  }
  for (const GroupId of ids) await aws("ec2", "DeleteSecurityGroup", { GroupId });
}

/** Security groups that controllers make for load balancers. Nodes let them in by rules of theirs, which go first. */
export const balancerGroups: AwsKind = {
  title: "security group",
  find: async (aws, scope) => {
    if (scope.vpcs.size === 0) return [];
    const inVpc = { Name: "vpc-id", Values: [...scope.vpcs.keys()] };
    const groups = await aws("ec2", "DescribeSecurityGroups", { Filters: [inVpc] });
    return items(groups, "SecurityGroups").flatMap((group): Found[] => {
      const tags = tagsOf(group);
      const cluster = clusterByTags(tags, scope);
      const made = "elbv2.k8s.aws/cluster" in tags || str(group, "GroupName").startsWith("k8s-elb-");
      return cluster === undefined || !made
        ? []
        : [{ kind: "security group", id: str(group, "GroupId"), cluster }];
    });
  },
  remove: async (aws, found) => {
    for (const { id } of found) {
      const named = [{ Name: "ip-permission.group-id", Values: [id] }];
      const others = await aws("ec2", "DescribeSecurityGroups", { Filters: named });
      for (const other of items(others, "SecurityGroups")) {
        const IpPermissions = items(other, "IpPermissions").flatMap((rule) => {
          const pairs = items(rule, "UserIdGroupPairs").filter((p) => str(p, "GroupId") === id);
          const { IpProtocol, FromPort, ToPort } = rule;
          return pairs.length === 0 ? [] : [{ IpProtocol, FromPort, ToPort, UserIdGroupPairs: pairs }];
        });
        await aws("ec2", "RevokeSecurityGroupIngress", { GroupId: str(other, "GroupId"), IpPermissions });
      }
      await aws("ec2", "DeleteSecurityGroup", { GroupId: id });
    }
  },
};
