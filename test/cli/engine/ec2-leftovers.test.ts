import { lookUpAtAws, type AwsCli } from "../../../cli/engine/aws-leftovers";
import type { PendingOperation } from "../../../cli/engine/engine";

const creating = (type: string, inputs: Record<string, unknown>): PendingOperation =>
  ({ urn: `urn:${type}`, type, inputs, operation: "creating" }) as unknown as PendingOperation;

/** What AWS has of a cluster whose `up` was killed: one worker of now, and one that a destroy took away an hour ago. */
const aws: AwsCli = (_service, operation, ...rest) => {
  const tag = (ResourceId: string, Value: string) => ({ ResourceId, ResourceType: "instance", Value });
  const answers: Record<string, unknown> = {
    "describe-tags": {
      Tags: rest.includes("Name=key,Values=Name")
        ? [tag("i-old", "c-worker-1"), tag("i-new", "c-worker-1")]
        : [tag("i-old", "ec2"), tag("i-new", "ec2")],
    },
    "describe-instances": {
      Reservations: [
        { Instances: [{ InstanceId: "i-old", State: { Name: "terminated" } }] },
        { Instances: [{ InstanceId: "i-new", State: { Name: "running" } }] },
      ],
    },
    "describe-security-group-rules": {
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: "sgr-out",
          IsEgress: true,
          IpProtocol: "-1",
          CidrIpv4: "0.0.0.0/0",
          FromPort: -1,
          ToPort: -1,
        },
        {
          SecurityGroupRuleId: "sgr-bgp",
          IsEgress: false,
          IpProtocol: "tcp",
          FromPort: 179,
          ToPort: 179,
          ReferencedGroupInfo: { GroupId: "sg-1" },
        },
        {
          SecurityGroupRuleId: "sgr-ipip",
          IsEgress: false,
          IpProtocol: "4",
          FromPort: -1,
          ToPort: -1,
          ReferencedGroupInfo: { GroupId: "sg-1" },
        },
      ],
    },
    "describe-addresses": { Addresses: [{ AssociationId: "eipassoc-1" }] },
  };
  return Promise.resolve(answers[operation]);
};

const group = { securityGroupId: "sg-1", referencedSecurityGroupId: "sg-1" };
test.each([
  ["aws:ec2/instance:Instance", { tags: { Name: "c-worker-1" } }, "i-new"],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    { ...group, ipProtocol: "tcp", fromPort: 179, toPort: 179 },
    "sgr-bgp",
  ],
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { ...group, ipProtocol: "4" }, "sgr-ipip"],
  [
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    { securityGroupId: "sg-1", ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" },
    "sgr-out",
  ],
  ["aws:ec2/eipAssociation:EipAssociation", { allocationId: "eipalloc-1" }, "eipassoc-1"],
  ["aws:ssm/parameter:Parameter", { name: "/labs/c/join" }, "/labs/c/join"],
  [
    "aws:iam/instanceProfile:InstanceProfile",
    { name: "ec2-nodes-worker-profile-1234567" },
    "ec2-nodes-worker-profile-1234567",
  ],
])("%s that a killed up has made is taken over", async (type, inputs, id) => {
  const op = creating(type, inputs);
  const fates = await lookUpAtAws(aws, [op], "ec2");
  expect(fates.get(op)).toEqual({ kind: "adopt", adoption: { urn: op.urn, id } });
});

test("a rule that is not there yet is made again", async () => {
  const op = creating("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
    ...group,
    ipProtocol: "udp",
    fromPort: 4789,
    toPort: 4789,
  });
  expect((await lookUpAtAws(aws, [op], "ec2")).get(op)).toEqual({ kind: "repeat" });
});
