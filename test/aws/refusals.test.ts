import type { Registered } from "../../stacks/offline/registration";
import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { policyProblems } from "./stand-in/policy";
import { eksStack, fakeAwsCli } from "./stacks";

// A stand-in that refuses nothing proves nothing.
let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

/** What is found in a stack of which some resources ask for something else, by the resource's name. */
async function found(
  changes: Readonly<Record<string, (r: Registered) => void>>,
): Promise<(name: string) => string | undefined> {
  // An account of its own: what a broken stack leaves would be in the next one's way.
  const account = await Aws.start();
  try {
    const stack = new Deployment(account, "broken", (r) => changes[r.name]?.(r));
    await stack.up(eksStack());
    return (name) => stack.problems.find((p) => p.startsWith(`${name}: `));
  } finally {
    await account.stop();
  }
}
const asks =
  (values: Record<string, unknown>) =>
  (r: Registered): void =>
    void Object.assign(r.unmasked, values);

test("what a network asks wrongly, all at once", async () => {
  const of = await found({
    "eks-network-nat-a": asks({ allocationId: "eipalloc-0123456789abcdef0" }),
    "eks-network-internet": asks({ colour: "blue" }),
  });
  expect(of("eks-network-nat-a")).toMatch(/eipalloc-0123456789abcdef0/);
  expect(of("eks-network-internet")).toMatch(/does not know .*InternetGateway's colour/);
});

test("what nodes ask wrongly, and a type that the stand-in does not know", async () => {
  // What a failed resource is needed for is not tried, so each of these stands alone.
  const label = { labels: { "node-role.kubernetes.io/worker": "yes" } };
  const of = await found({ "eks-nodes-workers": asks(label) });
  expect(of("eks-nodes-workers")).toMatch(
    /Label cannot contain reserved prefixes.*node-role\.kubernetes\.io/,
  );
  const odd = await found({ "eks-nodes-workers": asks({ labels: { "bad label!": "yes" } }) });
  expect(odd("eks-nodes-workers")).toMatch(/no qualified names: bad label!/);
  const unknown = await found({
    "eks-nodes-workers-labs-stack": (r) => void Object.assign(r, { type: "aws:autoscaling/hook:Hook" }),
  });
  expect(unknown("eks-nodes-workers-labs-stack")).toMatch(
    /does not know resources of type aws:autoscaling\/hook:Hook/,
  );
});

const group = {
  clusterName: "c",
  nodegroupName: "g",
  subnets: ["s"],
  nodeRole: "arn:aws:iam::123456789012:role/r",
};
const logs = { logGroupName: "/labs/x" };
test.each<[string, string, string, Record<string, unknown>, RegExp]>([
  [
    "a label of 64 characters",
    "eks",
    "CreateNodegroup",
    { ...group, labels: { ["a".repeat(64)]: "b" } },
    /at most 63/,
  ],
  ["a label without a value", "eks", "CreateNodegroup", { ...group, labels: { pool: "" } }, /at least 1/],
  [
    "an image that EKS does not have",
    "eks",
    "CreateNodegroup",
    { ...group, amiType: "AL2023_x86_64" },
    /must be one of .*AL2023_x86_64_STANDARD/,
  ],
  [
    "a group without a role",
    "eks",
    "CreateNodegroup",
    { ...group, nodeRole: undefined },
    /nodeRole: is required/,
  ],
  [
    "a member that EKS does not have",
    "eks",
    "CreateNodegroup",
    { ...group, diskType: "gp3" },
    /diskType: AWS knows no such member/,
  ],
  [
    "a cluster name with a dot",
    "eks",
    "CreateAddon",
    { clusterName: "a.b", addonName: "coredns" },
    /must match/,
  ],
  [
    "a role name of 65 characters",
    "iam",
    "CreateRole",
    { RoleName: "r".repeat(65), AssumeRolePolicyDocument: "{}" },
    /at most 64/,
  ],
  [
    "a retention that CloudWatch does not have",
    "logs",
    "PutRetentionPolicy",
    { ...logs, retentionInDays: "7" },
    /whole number/,
  ],
  ["a range that no VPC can have", "ec2", "CreateVpc", { CidrBlock: "127.0.0.0/16" }, /InvalidVpc\.Range/],
  [
    "a tag of AWS's own",
    "ec2",
    "CreateTags",
    { Resources: ["vpc-1"], Tags: [{ Key: "aws:x", Value: "y" }] },
    /reserved/,
  ],
])("%s is refused", async (_, service, operation, input, why) => {
  await expect(aws.call(service, operation, input)).rejects.toThrow(why);
});

test("what neither moto nor a record answers is an error, not a pass", async () => {
  await expect(aws.call("eks", "ListInsights", { clusterName: "c" })).rejects.toThrow(
    "moto has no eks.ListInsights, and there is no record of its answer",
  );
  await expect(aws.call("eks", "CreateNodeGroup")).rejects.toThrow(
    "AWS has no operation eks.CreateNodeGroup",
  );
});

describe("policies", () => {
  const statement = {
    Sid: "One",
    Effect: "Allow",
    Action: ["ec2:CreateTags"],
    Resource: ["arn:aws:ec2:*:*:subnet/*"],
  };
  const wrong = (more: object): string[] =>
    policyProblems(
      JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, ...more }] }),
      "rights",
      aws.actions,
    );

  test("a right one", () => {
    expect(wrong({})).toEqual([]);
  });
  test.each<[string, object, RegExp]>([
    ["an action that AWS does not have", { Action: ["ec2:CreateTag"] }, /AWS has no such action/],
    ["a resource that the action does not know", { Resource: ["arn:aws:s3:::bucket"] }, /works on none of/],
    [
      "a condition that can never hold",
      { Condition: { StringEquals: { "eks:clusterName": "c" } } },
      /is never there for ec2:CreateTags/,
    ],
    [
      "an operator that IAM does not have",
      { Condition: { StringIs: { "aws:TagKeys": "c" } } },
      /no such operator/,
    ],
    ["an identifier with a hyphen", { Sid: "One-two" }, /letters and digits only/],
  ])("%s", (_, more, why) => {
    expect(wrong(more).join("; ")).toMatch(why);
  });
});
