import { planStacks } from "../../../cli/students/planned-stacks";
import type { PlannedStack } from "../../../stacks/config/class-config";

const stack = (region: string) =>
  ({
    config: {
      target: "eks",
      labs: { stars: { step: 0 } },
      eks: { region, endpoint: { publicCidrs: ["198.51.101.7/32"] } },
    },
  }) as unknown as PlannedStack;
const planned = (regions: string[]) => new Map(regions.map((r, i) => [`net-${i}`, stack(r)]));

test("what all stacks of a class need of a region together is held against AWS's default quotas", () => {
  const six = Array.from({ length: 6 }, () => "us-west-2");
  expect(planStacks(planned(six)).warnings.map((w) => w.split(":").slice(0, 2).join(":"))).toEqual([
    '6 stacks in us-west-2: quota "VPCs per Region"',
    '6 stacks in us-west-2: quota "EC2-VPC Elastic IPs"',
  ]);
  expect(planStacks(planned([...six.slice(0, 3), "eu-west-1", "eu-west-1", "eu-west-1"])).warnings).toEqual(
    [],
  );
});
