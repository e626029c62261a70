/** `reach list --format json` as a whole process: reading, evaluating and writing. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asList } from "../compare/open-flows";
import { timed } from "../compare/timed-process";
import type { World } from "./worlds";

export interface WholeCommand {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** Node tells its own peak, in KiB, when it ends. */
const PEAK =
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS}\\n`));";

/** @param command file of the built command */
export function wholeCommand(command: string, world: World): WholeCommand {
  const folder = mkdtempSync(join(tmpdir(), "bench-reach-"));
  try {
    writeFileSync(join(folder, "all.json"), asList(world.objects));
    const args = ["--import", `data:text/javascript,${encodeURIComponent(PEAK)}`, command];
    const { cpuSeconds, noted } = timed(process.execPath, [...args, "list", folder, "--format", "json"], {
      output: "dropped",
    });
    return { cpuSeconds, peakMiB: Number(noted) / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
