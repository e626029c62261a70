/**
 * The offline plan of the kind stack against a bare program that imports the same packages: whole processes in turn,
 * the ratio pair by pair. Goal: a median of at most 1.5. `npm run bench:plan`
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";

const root = resolve(__dirname, "..");
const runs = Number(process.argv[2] ?? 7);

function seconds(args: readonly string[]): number {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const out = mkdtempSync(join(tmpdir(), "plan-bench-"));
const programs = {
  plan: ["cli/labs.ts", "plan", "kind", "--out", join(out, "manifests")],
  bare: ["bench/plan/bare.ts"],
};
const times: Record<keyof typeof programs, number[]> = { plan: [], bare: [] };
for (let i = 0; i <= runs; i++) {
  for (const name of ["plan", "bare"] as const) {
    const wall = seconds(programs[name]);
    // The first round warms the caches of the disk and of the transform.
    if (i > 0) times[name].push(wall);
  }
}
rmSync(out, { recursive: true });

const ratios = times.plan.map((t, i) => t / (times.bare[i] ?? NaN));
const table = new Table({ head: ["", "min", "median", "max"], style: { head: [], border: [] } });
for (const [name, values] of [
  ["plan (s)", times.plan],
  ["bare program (s)", times.bare],
  ["ratio", ratios],
] as const) {
  table.push([
    name,
    Math.min(...values).toFixed(2),
    median(values).toFixed(2),
    Math.max(...values).toFixed(2),
  ]);
}
process.stdout.write(`${table.toString()}\n${runs} runs each, in turn\n`);
