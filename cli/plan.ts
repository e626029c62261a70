import type { Command } from "commander";

interface PlanOptions {
  json?: boolean;
  out?: string;
}

/** `labs plan`: the same program that the engine would run, in Pulumi's mock runtime. Needs only Node. */
export function addPlan(labs: Command): void {
  labs
    .command("plan")
    .description("show what a stack would make, without Docker, cloud, or Pulumi")
    .argument("[stack]", "stack name (Pulumi.<name>.yaml) or a stack file of your own", "kind")
    .option("--json", "print the plan as JSON")
    .option("-o, --out <folder>", "folder for the Kubernetes objects (default: .plan/<stack>/manifests)")
    .action(async (stack: string, options: PlanOptions) => {
      const { runPlan } = await import("./plan/run");
      await runPlan(stack, options);
    });
}
