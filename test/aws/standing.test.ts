import type { RawConfig } from "../../stacks/config/load-config";
import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { eksStack, fakeAwsCli } from "./stacks";

// A stack lives on after its first `up`.
let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

let n = 0;
/** A stack that is up. */
async function standing(raw: RawConfig): Promise<Deployment> {
  const stack = new Deployment(aws, `standing-${(n += 1)}`);
  await stack.up(raw);
  expect(stack.problems).toEqual([]);
  return stack;
}
const workers = (more: object, others: object = {}): RawConfig =>
  eksStack({ nodeGroups: { workers: { min: 2, max: 4, ...more } }, ...others });

test("a second run changes nothing", async () => {
  const stack = await standing(workers({}));
  await stack.up(workers({}));
  expect([stack.problems, stack.done]).toEqual([[], []]);
});

describe("the number of nodes", () => {
  const size = async (): Promise<unknown> => {
    const clusterName = `labs-standing-${n}`;
    const { nodegroups } = await aws.call("eks", "ListNodegroups", { clusterName });
    const [nodegroupName] = nodegroups as string[];
    const { nodegroup } = await aws.call("eks", "DescribeNodegroup", { clusterName, nodegroupName });
    return (nodegroup as { scalingConfig: unknown }).scalingConfig;
  };
  const scale = async (desiredSize: number): Promise<void> => {
    const clusterName = `labs-standing-${n}`;
    const { nodegroups } = await aws.call("eks", "ListNodegroups", { clusterName });
    const [nodegroupName] = nodegroups as string[];
    const scalingConfig = { minSize: 2, maxSize: 4, desiredSize };
    await aws.call("eks", "UpdateNodegroupConfig", { clusterName, nodegroupName, scalingConfig });
  };

  test("rises with the fewest", async () => {
    const stack = await standing(workers({}));
    await stack.up(workers({ min: 3 }));
    expect(stack.problems).toEqual([]);
    expect(await size()).toEqual({ minSize: 3, desiredSize: 3, maxSize: 4 });
    // And then it is left alone again.
    await stack.up(workers({ min: 3 }));
    expect([stack.problems, stack.done]).toEqual([[], []]);
  });

  test("falls with the most", async () => {
    const stack = await standing(workers({}));
    await scale(4);
    await stack.up(workers({ max: 3 }));
    expect(stack.problems).toEqual([]);
    expect(await size()).toEqual({ minSize: 2, desiredSize: 3, maxSize: 3 });
  });

  test("is an autoscaler's where it lies between them", async () => {
    const stack = await standing(workers({}));
    await scale(3);
    await stack.up(workers({}));
    expect([stack.problems, stack.done]).toEqual([[], []]);
    await stack.up(workers({ max: 6 }));
    expect(stack.problems).toEqual([]);
    expect(await size()).toEqual({ minSize: 2, desiredSize: 3, maxSize: 6 });
  });
});

describe("zones", () => {
  const three = ["us-west-2a", "us-west-2b", "us-west-2c"];

  test("are added for nodes and load balancers, while the control plane stays", async () => {
    const stack = await standing(workers({}, { zones: three.slice(0, 2) }));
    await stack.up(workers({}, { zones: three }));
    expect(stack.problems).toEqual([]);
    expect(stack.done).toContain("created eks-network-private-c");
    expect(stack.done).toContain("replaced eks-nodes-workers (subnetIds)");
    expect(stack.done.filter((d) => d.includes("eks-cluster"))).toEqual([]);
    expect(stack.done.filter((d) => /replaced eks-network/.test(d))).toEqual([]);
    await stack.up(workers({}, { zones: three }));
    expect([stack.problems, stack.done]).toEqual([[], []]);
  });

  test("of the control plane stay, whatever number is asked", async () => {
    const stack = await standing(workers({}, { zones: 3 }));
    await expect(stack.up(workers({}, { zones: 2 }))).rejects.toThrow(
      /eks\.zones: the cluster that stands has its control plane in us-west-2a, us-west-2b, us-west-2c/,
    );
  });
});

test.each([
  ["aws", "calico", "the VPC CNI"],
  ["calico", "aws-prefix", "Calico's CNI"],
])("eks.cni of a cluster that stands: %s to %s is refused", async (from, to, has) => {
  const stack = await standing(workers({}, { cni: from }));
  await expect(stack.up(workers({}, { cni: to }))).rejects.toThrow(
    new RegExp(`eks\\.cni: the cluster that stands has ${has}`),
  );
});

test("between the VPC CNI's modes it changes", async () => {
  const stack = await standing(workers({}, { cni: "aws" }));
  await stack.up(workers({}, { cni: "aws-custom" }));
  expect(stack.problems).toEqual([]);
});

test("a second cluster of a name takes over the log group that EKS made once more, and sets its retention", async () => {
  const raw = workers({});
  const stack = await standing(raw);
  await stack.destroy();
  expect(stack.problems).toEqual([]);
  await stack.up(raw);
  expect(stack.problems).toEqual([]);
  expect(stack.done).toContain("took over eks-logs");
  await stack.up(raw);
  expect([stack.problems, stack.done]).toEqual([[], ["changed eks-logs (retentionInDays)"]]);
  await stack.up(raw);
  expect([stack.problems, stack.done]).toEqual([[], []]);
});
