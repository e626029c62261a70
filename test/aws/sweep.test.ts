import { findAtAws, deleteAtAws, deleteInTheWay } from "../../cli/sweep/sweep-aws";
import type { AwsCall } from "../../cli/sweep/aws-kind";
import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { allOptions, cniModes, eksStack, fakeAwsCli } from "./stacks";

let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());
beforeEach(async () => aws.reset());

const call: AwsCall = (service, operation, input = {}) => aws.call(service, operation, input);
const region = "us-west-2";
/** Time passes by itself. */
let now = 0;
const clock = { now: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)) };

test.each(cniModes)(
  "all that a stack has had AWS make is found and deleted: %s",
  async (cni) => {
    const stack = new Deployment(aws, "lost");
    await stack.up(allOptions(cni, { deletionProtection: false }));
    expect(stack.problems).toEqual([]);
    const { found, unseen } = await findAtAws(call, region);
    expect(unseen).toEqual([]);
    expect(new Set(found.map((f) => f.cluster))).toEqual(new Set(["labs-lost"]));
    const said: string[] = [];
    const { left } = await deleteAtAws({
      aws: call,
      region,
      clusters: new Set(["labs-lost"]),
      say: (line) => void said.push(line),
      clock,
    });
    expect(left).toEqual([]);
    expect((await findAtAws(call, region)).found).toEqual([]);
    // Not by the same questions: nothing with a tag of this project is left.
    const { ResourceTagMappingList } = await call("resourcegroupstaggingapi", "GetResources", {
      TagFilters: [{ Key: "labs:cluster" }],
    });
    // Keys wait for their end, and deleted gateways carry tags for an hour.
    const arns = (ResourceTagMappingList as { ResourceARN: string }[]).map((r) => r.ResourceARN);
    expect(arns.filter((arn) => !/:key\/|:natgateway\//.test(arn))).toEqual([]);
  },
  300_000,
);

test("a load balancer that a Service of somebody's made is found by the cluster's tag, and goes before the VPC", async () => {
  const stack = new Deployment(aws, "lost");
  await stack.up(eksStack());
  const { Vpcs } = await call("ec2", "DescribeVpcs", {
    Filters: [{ Name: "tag-key", Values: ["labs:cluster"] }],
  });
  const VpcId = (Vpcs as { VpcId: string }[])[0]!.VpcId;
  const subnets = await call("ec2", "DescribeSubnets", { Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
  const SubnetId = (subnets["Subnets"] as { SubnetId: string }[])[0]!.SubnetId;
  const balancer = (Name: string, cluster: string) =>
    call("elbv2", "CreateLoadBalancer", {
      Name,
      Type: "network",
      Subnets: [SubnetId],
      Tags: [{ Key: "elbv2.k8s.aws/cluster", Value: cluster }],
    });
  await balancer("students", "labs-lost");
  await balancer("somebodys", "another-cluster");
  const job = { aws: call, region, clusters: new Set(["labs-lost"]), say: () => undefined, clock };
  const { deleted } = await deleteInTheWay(job);
  expect(deleted.map((f) => f.id.split("/")[2])).toContain("students");
  const { LoadBalancers } = await call("elbv2", "DescribeLoadBalancers");
  expect((LoadBalancers as { LoadBalancerName: string }[]).map((b) => b.LoadBalancerName)).toEqual([
    "somebodys",
  ]);
});
