import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { allOptions, cniModes, eksStack, fakeAwsCli } from "./stacks";

let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

test("with an ALB: IAM takes the wider rights of its controller, and the zone's records lead to it", async () => {
  const stack = new Deployment(aws, "alb");
  const certificateArns = [
    "arn:aws:acm:us-west-2:123456789012:certificate/00000000-0000-0000-0000-000000000000",
  ];
  await stack.up(
    eksStack(
      { nodeGroups: { workers: { instanceTypes: ["m5.large"], min: 3 } } },
      {
        labs: { "game-2048": { step: "outside" } },
        ingress: { controller: "alb", certificateArns },
        dns: { baseDomain: "labs.networking-class.dev", zone: "create" },
      },
    ),
  );
  expect(stack.problems).toEqual([]);
  await stack.destroy();
  expect(stack.problems).toEqual([]);
});

describe.each(cniModes)("cni %s", (cni) => {
  test("the committed stack: AWS takes every call, and takes it all down again", async () => {
    const stack = new Deployment(aws, `small-${cni}`);
    await stack.up(eksStack({ cni }));
    expect(stack.problems).toEqual([]);
    await stack.destroy();
    expect(stack.problems).toEqual([]);
  });

  test("all options on: the same, once the cluster may be deleted", async () => {
    const stack = new Deployment(aws, `all-${cni}`);
    await stack.up(allOptions(cni));
    expect(stack.problems).toEqual([]);
    await stack.up(allOptions(cni, { deletionProtection: false }));
    expect(stack.done).toEqual(["changed eks-cluster (deletionProtection)"]);
    expect(stack.problems).toEqual([]);
    await stack.destroy();
    expect(stack.problems).toEqual([]);
  });
});
