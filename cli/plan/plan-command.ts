import type { Command } from "commander";
import { fromUser, nameOrFile } from "../user-paths";

interface PlanOptions {
  json?: boolean;
  out?: string;
  diff?: string;
  /** A file; true for the default place, false for none. */
  page?: string | boolean;
  intents?: string;
}

/** `labs plan`: the same program that the engine would run, in Pulumi's mock runtime. Needs only Node. */
export function addPlan(labs: Command): void {
  labs
    .command("plan")
    .description("show what a stack would make, without Docker, cloud, or Pulumi")
    .argument("[stack]", "stack name (Pulumi.<name>.yaml) or a stack file of your own", nameOrFile, "kind")
    .option("--json", "print the plan as JSON")
    .option(
      "-o, --out <folder>",
      "folder for the Kubernetes objects (default: .plan/<stack>/manifests)",
      fromUser,
    )
    .option(
      "--page <file>",
      "where to write the page of the labs (default: .plan/<stack>/index.html)",
      fromUser,
    )
    .option("--no-page", "write no page")
    .option("--intents <file>", "flows that must be open or closed (docs/reach.md#intents)", fromUser)
    .option("--diff <base>", "what the work tree changes against a commit: resources and flows, as Markdown")
    .action(async (stack: string, options: PlanOptions) => {
      if (options.diff !== undefined) {
        const { runPlanDiff } = await import("../diff/run-diff");
        await runPlanDiff(stack, options.diff, options.intents);
        return;
      }
      const { runPlan } = await import("./run-plan");
      await runPlan(stack, options);
    });
}
