/**
 * What planning costs: a stack against two baselines, whole processes in turn, ratios pair by pair. The first baseline
 * is a bare program with the same imports, the second a plain one that registers the very same resources. By the engine
 * (`pulumi preview`) where a Pulumi CLI is on the PATH, else in the mock runtime.
 *
 * `npm run bench:plan -- [stack] [runs]`. Goals with the committed kind stack: medians of at most 1.35 times bare and
 * 1.15 times the same resources.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { engineCommands, type CommandLine, type Programs } from "./plan/engine";

const root = resolve(__dirname, "..");
const stack = process.argv[2] ?? "kind";
const runs = Number(process.argv[3] ?? 7);
const out = mkdtempSync(join(tmpdir(), "plan-bench-"));
const resources = join(out, "resources.json");

function node(...args: readonly string[]): CommandLine {
  return [process.execPath, "--import", "tsx", ...args];
}

function seconds([command, ...args]: CommandLine): number {
  const started = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, BENCH_RESOURCES: resources },
  });
  if (status !== 0) throw error ?? new Error(`${[command, ...args].join(" ")}\n${stdout}${stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const mocked: Programs = {
  plan: node("cli/labs.ts", "plan", stack, "--out", join(out, "manifests")),
  bare: node("bench/plan/mocked.ts", "bench/plan/bare-program.ts"),
  same: node("bench/plan/mocked.ts", "bench/plan/same-program.ts"),
};

function measure(programs: Programs): Record<keyof Programs, number[]> {
  const times: Record<keyof Programs, number[]> = { plan: [], bare: [], same: [] };
  for (let i = 0; i <= runs; i++)
    for (const name of ["plan", "bare", "same"] as const) {
      const wall = seconds(programs[name]);
      // The first round warms the caches of the disk and of the transform.
      if (i > 0) times[name].push(wall);
    }
  return times;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

function print({ plan, bare, same }: Record<keyof Programs, number[]>, how: string): void {
  const ratios = (base: readonly number[]): number[] => plan.map((t, i) => t / (base[i] ?? NaN));
  const table = new Table({ head: ["", "min", "median", "max"], style: { head: [], border: [] } });
  for (const [name, values] of [
    [`stack ${stack} (s)`, plan],
    ["bare program (s)", bare],
    ["same resources (s)", same],
    ["times bare", ratios(bare)],
    ["times the same resources", ratios(same)],
  ] as const)
    table.push([
      name,
      ...[Math.min(...values), median(values), Math.max(...values)].map((v) => v.toFixed(2)),
    ]);
  process.stdout.write(`${table.toString()}\n${runs} runs each, in turn, ${how}\n`);
}

try {
  seconds(node("bench/plan/registered.ts", stack, resources));
  const engine = engineCommands(root, out, stack);
  print(
    measure(engine ?? mocked),
    engine === undefined ? "in the mock runtime" : "by the engine: pulumi preview",
  );
} finally {
  rmSync(out, { recursive: true });
}
