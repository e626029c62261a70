import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { eksStack, fakeAwsCli } from "./stacks";

let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

type Answer = Record<string, unknown>;
const part = (output: Answer, name: string): Answer => output[name] as Answer;

/** A VPC as somebody else makes it: a public and a private subnet in each of two zones, one NAT gateway. */
async function otherPeoplesVpc() {
  const vpcId = String(
    part(await aws.call("ec2", "CreateVpc", { CidrBlock: "10.20.0.0/16" }), "Vpc")["VpcId"],
  );
  await aws.call("ec2", "ModifyVpcAttribute", { VpcId: vpcId, EnableDnsHostnames: { Value: true } });
  const gateway = String(
    part(await aws.call("ec2", "CreateInternetGateway"), "InternetGateway")["InternetGatewayId"],
  );
  await aws.call("ec2", "AttachInternetGateway", { InternetGatewayId: gateway, VpcId: vpcId });
  const subnet = async (n: number, zone: string): Promise<string> =>
    String(
      part(
        await aws.call("ec2", "CreateSubnet", {
          VpcId: vpcId,
          CidrBlock: `10.20.${n}.0/24`,
          AvailabilityZone: `us-west-2${zone}`,
        }),
        "Subnet",
      )["SubnetId"],
    );
  const publicSubnets = [await subnet(0, "b"), await subnet(1, "c")];
  const privateSubnets = [await subnet(2, "b"), await subnet(3, "c")];
  const { AllocationId } = await aws.call("ec2", "AllocateAddress", { Domain: "vpc" });
  const nat = part(
    await aws.call("ec2", "CreateNatGateway", { SubnetId: publicSubnets[0], AllocationId }),
    "NatGateway",
  )["NatGatewayId"];
  const table = async (subnets: string[], way: Answer): Promise<void> => {
    const RouteTableId = part(await aws.call("ec2", "CreateRouteTable", { VpcId: vpcId }), "RouteTable")[
      "RouteTableId"
    ];
    await aws.call("ec2", "CreateRoute", { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", ...way });
    for (const SubnetId of subnets) await aws.call("ec2", "AssociateRouteTable", { RouteTableId, SubnetId });
  };
  await table(publicSubnets, { GatewayId: gateway });
  await table(privateSubnets, { NatGatewayId: nat });
  return { vpcId, publicSubnets, privateSubnets };
}

const tagsOf = async (id: string): Promise<string[]> => {
  const output = await aws.call("ec2", "DescribeSubnets", { SubnetIds: [id] });
  const tags = ((output["Subnets"] as Answer[])[0]?.["Tags"] ?? []) as { Key: string }[];
  return tags.map((t) => t.Key).sort();
};

test("a VPC of others carries a cluster, and is as it was after it", async () => {
  const theirs = await otherPeoplesVpc();
  const config = (more: object = {}) =>
    eksStack({ network: { vpcCidr: "10.20.0.0/16", existing: { ...theirs, ...more } } });
  const stack = new Deployment(aws, "in-their-vpc");

  await expect(stack.up(config())).rejects.toThrow(/publicSubnets: has no tag kubernetes\.io\/role\/elb=1/);
  await stack.up(config({ tagSubnets: true }));
  expect(stack.problems).toEqual([]);
  expect(await tagsOf(theirs.publicSubnets[0]!)).toContain("kubernetes.io/role/elb");
  await stack.up(config({ tagSubnets: true }));
  expect([stack.problems, stack.done]).toEqual([[], []]);
  await stack.destroy();
  expect(stack.problems).toEqual([]);
  expect(await tagsOf(theirs.publicSubnets[0]!)).toEqual([]);
  const left = await aws.call("ec2", "DescribeSubnets", {
    Filters: [{ Name: "vpc-id", Values: [theirs.vpcId] }],
  });
  expect(left["Subnets"]).toHaveLength(4);
});

test("a subnet that is not there is named", async () => {
  const theirs = await otherPeoplesVpc();
  const stack = new Deployment(aws, "not-there");
  const existing = { ...theirs, publicSubnets: ["subnet-00000000000000009"], tagSubnets: true };
  await expect(stack.up(eksStack({ network: { vpcCidr: "10.20.0.0/16", existing } }))).rejects.toThrow(
    /publicSubnets\[0\]: AWS does not give it: .*subnet-00000000000000009/,
  );
});
