import { readStackFile } from "../../stacks/offline/stack-file";
import type { RawConfig } from "../../stacks/config/load-config";
import { PROJECT } from "../../stacks/stack-plan";
import { Aws } from "./stand-in/aws";
import { Deployment } from "./stand-in/deployment";
import { fakeAwsCli } from "./stacks";

let aws: Aws;
beforeAll(async () => {
  fakeAwsCli();
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

/** The committed stack, with an address of one's own. */
function ec2Stack(more: Record<string, unknown> = {}): RawConfig {
  const { raw } = readStackFile("ec2");
  const ec2 = JSON.parse(raw[`${PROJECT}:ec2`] ?? "{}") as Record<string, unknown>;
  const endpoint = { publicCidrs: ["198.51.101.7/32"] };
  return { ...raw, [`${PROJECT}:ec2`]: JSON.stringify({ ...ec2, endpoint, ...more }) };
}

test("the committed stack: AWS takes every call, a second up changes nothing, and all is taken down again", async () => {
  const stack = new Deployment(aws, "ec2");
  await stack.up(ec2Stack());
  expect(stack.problems).toEqual([]);
  await stack.up(ec2Stack());
  expect([stack.done, stack.problems]).toEqual([[], []]);
  await stack.destroy();
  expect(stack.problems).toEqual([]);
});

test("workers behind NAT, node ports, Felix at the check, flow logs: the same", async () => {
  const stack = new Deployment(aws, "ec2-all");
  await stack.up(
    ec2Stack({
      sourceDestCheck: "felix",
      network: { nat: "single", flowLogs: {} },
      endpoint: { publicCidrs: ["198.51.101.7/32"], nodePortCidrs: ["198.51.101.7/32"] },
    }),
  );
  expect(stack.problems).toEqual([]);
  await stack.destroy();
  expect(stack.problems).toEqual([]);
});

test("the check is turned off in place", async () => {
  const stack = new Deployment(aws, "ec2-check");
  const pools = {
    [`${PROJECT}:calico`]: JSON.stringify({ pools: [{ cidr: "192.168.0.0/16", encapsulation: "VXLAN" }] }),
  };
  await stack.up({ ...ec2Stack({ sourceDestCheck: "on" }), ...pools });
  await stack.up({ ...ec2Stack({ sourceDestCheck: "off" }), ...pools });
  expect(stack.problems).toEqual([]);
  expect(stack.done).toEqual([
    "changed ec2-nodes-control-plane-interface (sourceDestCheck)",
    "changed ec2-nodes-worker-1 (sourceDestCheck)",
    "changed ec2-nodes-worker-2 (sourceDestCheck)",
  ]);
  await stack.destroy();
});
