import type { Command } from "commander";
import type { SweepOptions } from "./run-sweep";

/** `labs sweep`: what carries this project's tags, and belongs to no stack. */
export function addSweep(labs: Command): void {
  labs
    .command("sweep")
    .description(
      "what this project made, at AWS and on this machine, and no stack of your backend knows: with age and price",
    )
    .argument("[cluster...]", "with --delete: only what these clusters left")
    .option("--delete", "delete it; asks first")
    .option("--yes", "do not ask")
    .option("--region <region...>", "regions of AWS to look in; default: AWS_REGION, or us-west-2")
    .option("--profile <profile>", "profile of your AWS configuration")
    .option("--no-aws", "look on this machine only")
    .option("--no-machine", "look at AWS only")
    .option("--json", "print data for machines")
    .action(async (clusters: string[], options: SweepOptions) => {
      const { runSweep } = await import("./run-sweep");
      await runSweep(clusters, options);
    });
}
