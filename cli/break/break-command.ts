import type { Command } from "commander";
import { fromUser, nameOrFile } from "../user-paths";
import type { BreakOptions } from "./run-break";

/** `labs break`: one mistake in a running lab, to be found and mended (docs/verify.md). */
export function addBreak(labs: Command): void {
  labs
    .command("break")
    .description("put one mistake into a lab that runs on a cluster: find and mend it")
    .argument("[stack]", "stack name (Pulumi.<name>.yaml) or a stack file of your own", nameOrFile, "kind")
    .option("-l, --lab <lab>", "which lab, where the stack has several")
    .option("--step <step>", "the step that the cluster is at, where it is another than the config's")
    .option("--seed <seed>", "which mistake; the same seed gives the same one")
    .option("--mend", "put the step's own objects back")
    .option("--kubeconfig <file>", "reach the cluster by this file, not by the stack's outputs", fromUser)
    .option("--context <name>", "context of the kubeconfig")
    .action(async (stack: string, options: BreakOptions) => {
      const { runBreak } = await import("./run-break");
      await runBreak(stack, options);
    });
}
