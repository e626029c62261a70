import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { allOptions, cniModes, eksStack, fakeAwsCli } from "./stacks";

let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

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
