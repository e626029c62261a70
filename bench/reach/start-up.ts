/** What the start of the built command costs, beside Node alone: medians of whole processes, in processor time. */
import { timed } from "../compare/timed-process";

const RUNS = 15;

export interface StartUp {
  readonly nodeMs: number;
  readonly helpMs: number;
  readonly listMs: number;
}

/** @param reach file of the built command */
export function startUp(reach: string): StartUp {
  const pod = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [] },
  });
  const node = (...args: string[]) => median(() => timed(process.execPath, args, { input: pod }).cpuSeconds);
  return { nodeMs: node("-e", "0"), helpMs: node(reach, "--help"), listMs: node(reach, "list", "-") };
}

function median(run: () => number): number {
  const times = Array.from({ length: RUNS }, run).sort((a, b) => a - b);
  return (times[Math.floor(RUNS / 2)] ?? NaN) * 1000;
}
