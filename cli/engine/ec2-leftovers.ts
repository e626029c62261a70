type Inputs = Readonly<Record<string, unknown>>;
type Cli = (...args: readonly string[]) => Promise<unknown>;

interface GroupRule {
  SecurityGroupRuleId: string;
  IsEgress: boolean;
  IpProtocol: string;
  FromPort?: number;
  ToPort?: number;
  CidrIpv4?: string;
  ReferencedGroupInfo?: { GroupId: string };
}

/** A rule of a group, which AWS refuses to make twice. */
const rule =
  (egress: boolean) =>
  async (aws: Cli, inputs: Inputs): Promise<string[]> => {
    const found = (await aws(
      "ec2",
      "describe-security-group-rules",
      "--filters",
      `Name=group-id,Values=${String(inputs["securityGroupId"])}`,
    )) as { SecurityGroupRules: GroupRule[] };
    // AWS writes -1 where no port was said.
    const port = (value: unknown): number => (typeof value === "number" ? value : -1);
    return found.SecurityGroupRules.filter(
      (r) =>
        r.IsEgress === egress &&
        r.IpProtocol === inputs["ipProtocol"] &&
        port(r.FromPort) === port(inputs["fromPort"]) &&
        port(r.ToPort) === port(inputs["toPort"]) &&
        r.CidrIpv4 === inputs["cidrIpv4"] &&
        r.ReferencedGroupInfo?.GroupId === inputs["referencedSecurityGroupId"],
    ).map((r) => r.SecurityGroupRuleId);
  };

/** What a cluster on EC2 has that no name of ours finds. */
export const ec2Lookups: Readonly<Record<string, (aws: Cli, inputs: Inputs) => Promise<string[]>>> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule(false),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule(true),
  "aws:ec2/eipAssociation:EipAssociation": async (aws, inputs) => {
    const found = (await aws(
      "ec2",
      "describe-addresses",
      "--allocation-ids",
      String(inputs["allocationId"]),
    )) as { Addresses: { AssociationId?: string }[] };
    return found.Addresses.flatMap((a) => a.AssociationId ?? []);
  },
};

/** Instances carry their tags for an hour after they were terminated. */
export async function terminatedInstances(aws: Cli, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = (await aws("ec2", "describe-instances", "--instance-ids", ...ids)) as {
    Reservations: { Instances: { InstanceId: string; State: { Name: string } }[] }[];
  };
  return found.Reservations.flatMap((r) => r.Instances)
    .filter((i) => ["shutting-down", "terminated"].includes(i.State.Name))
    .map((i) => i.InstanceId);
}
