import { PROJECT } from "../../stacks/stack-plan";
import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { eksStack, fakeAwsCli } from "./stacks";

let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

const ecr = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const images = { "quay.io": `${ecr}/quay`, "docker.io": `${ecr}/docker`, "public.ecr.aws": `${ecr}/public` };
const config = (network: object) => ({
  ...eksStack({ network: { private: true, ...network } }),
  [`${PROJECT}:mirrors`]: JSON.stringify({ images }),
});

test("a private cluster: AWS takes every call, the second run changes nothing, and all is taken down", async () => {
  const stack = new Deployment(aws, "private");
  await stack.up(config({}));
  expect(stack.problems).toEqual([]);
  await stack.up(config({}));
  expect([stack.problems, stack.done]).toEqual([[], []]);
  await stack.destroy();
  expect(stack.problems).toEqual([]);
});

test("a VPC that is there must have the endpoints", async () => {
  const output = (await aws.call("ec2", "CreateVpc", { CidrBlock: "10.20.0.0/16" }))["Vpc"] as {
    VpcId: string;
  };
  await aws.call("ec2", "ModifyVpcAttribute", { VpcId: output.VpcId, EnableDnsHostnames: { Value: true } });
  const subnet = async (n: number, zone: string): Promise<string> => {
    const made = await aws.call("ec2", "CreateSubnet", {
      VpcId: output.VpcId,
      CidrBlock: `10.20.${n}.0/24`,
      AvailabilityZone: `us-west-2${zone}`,
    });
    return (made["Subnet"] as { SubnetId: string }).SubnetId;
  };
  const privateSubnets = [await subnet(0, "b"), await subnet(1, "c")];
  const raw = config({
    vpcCidr: "10.20.0.0/16",
    existing: { vpcId: output.VpcId, privateSubnets, tagSubnets: true },
  });
  const endpoint = (service: string, more: object) =>
    aws.call("ec2", "CreateVpcEndpoint", {
      VpcId: output.VpcId,
      ServiceName: `com.amazonaws.us-west-2.${service}`,
      ...more,
    });
  const inside = { VpcEndpointType: "Interface", SubnetIds: privateSubnets };
  await endpoint("s3", { VpcEndpointType: "Gateway" });
  await endpoint("ec2", { ...inside, PrivateDnsEnabled: false });
  for (const service of ["ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "elasticloadbalancing"])
    await endpoint(service, { ...inside, PrivateDnsEnabled: true });
  const stack = new Deployment(aws, "private-there");
  await expect(stack.up(raw)).rejects.toThrow(
    /existing\.vpcId: the VPC has no endpoint that answers for ec2, sts, and/,
  );
});
