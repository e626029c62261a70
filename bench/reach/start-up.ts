/** What the start of the built command costs, beside Node alone: medians of whole processes. */
import { execFileSync, spawnSync } from "node:child_process";
import { resolve } from "node:path";

const folder = resolve(__dirname, "../../packages/reach");
const RUNS = 15;

export interface StartUp {
  readonly nodeMs: number;
  readonly helpMs: number;
  readonly listMs: number;
}

/** Builds the package, then starts it again and again. */
export function startUp(): StartUp {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: folder });
  const pod = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [] },
  });
  const reach = resolve(folder, "dist/cli.mjs");
  return {
    nodeMs: median(() => spawnSync(process.execPath, ["-e", "0"])),
    helpMs: median(() => spawnSync(process.execPath, [reach, "--help"])),
    listMs: median(() => spawnSync(process.execPath, [reach, "list", "-"], { input: pod })),
  };
}

function median(run: () => { status: number | null }): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    if (run().status !== 0) throw new Error("the command failed");
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? NaN;
}
