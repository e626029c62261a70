/**
 * How the offline plan of an EKS stack grows with its node groups: CPU time for 200 groups against 50, planned and
 * printed in turn in one process. Linear is 4, less what does not grow; goal: a median of at most 4.5.
 * `npm run bench:plan-growth`
 */
import Table from "cli-table3";
import { planOffline } from "../cli/plan/run-plan";
import { planText } from "../cli/plan/plan-text";
import { PROJECT } from "../stacks/stack-plan";

const runs = Number(process.argv[2] ?? 7);
const sizes = [50, 200] as const;

const stackOf = (groups: number) => ({
  stack: `groups-${groups}`,
  path: "",
  raw: {
    [`${PROJECT}:target`]: "eks",
    [`${PROJECT}:eks`]: JSON.stringify({
      nodeGroups: Object.fromEntries(
        Array.from({ length: groups }, (_, i) => [`g${i}`, { min: 1, instanceTypes: ["m5.large"] }]),
      ),
    }),
  },
});

async function seconds(groups: number): Promise<number> {
  const before = process.cpuUsage();
  const { report } = await planOffline(stackOf(groups));
  planText(report, "manifests", undefined, 120);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function main(): Promise<void> {
  const times = new Map<number, number[]>(sizes.map((n) => [n, []]));
  for (let i = 0; i <= runs; i++) {
    for (const n of sizes) {
      const cpu = await seconds(n);
      // The first round warms the caches and the compiler.
      if (i > 0) times.get(n)?.push(cpu);
    }
  }
  const [few = [], many = []] = sizes.map((n) => times.get(n));
  const ratios = many.map((t, i) => t / (few[i] ?? NaN));
  const table = new Table({ head: ["", "min", "median", "max"], style: { head: [], border: [] } });
  for (const [name, values] of [
    [`${sizes[0]} node groups (s)`, few],
    [`${sizes[1]} node groups (s)`, many],
    ["growth", ratios],
  ] as const) {
    table.push([
      name,
      ...[Math.min(...values), median(values), Math.max(...values)].map((v) => v.toFixed(2)),
    ]);
  }
  process.stdout.write(`${table.toString()}\n${runs} runs each, in turn; goal: a growth of at most 4.5\n`);
}

void main();
