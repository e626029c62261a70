import type { Command } from "commander";
import type { DestroyCommand, UpCommand } from "./up-options";

const BREAK_LOCKS = "take over a lock whose holder is on another machine: you know that it is dead";

/** `labs up` and `labs destroy`: one stack, through the Automation API. `pulumi up` does the same. */
export function addUp(labs: Command): void {
  labs
    .command("up")
    .description("build a stack: state in a folder, no login, Pulumi installed if it is missing")
    .argument("[stack]", "stack name (Pulumi.<name>.yaml)", "kind")
    .option("--preview", "show what would change, and change nothing")
    .option("--expect-no-changes", "fail if anything changes")
    .option("--refresh", "look at the cluster first, and put back what was changed in it by hand")
    .option("--break-locks", BREAK_LOCKS)
    .action(async (stack: string, options: UpCommand) => {
      const { runUp } = await import("./run-up");
      await runUp(stack, options);
    });
  labs
    .command("destroy")
    .description("take a stack away")
    .argument("[stack]", "stack name", "kind")
    .option("--break-locks", BREAK_LOCKS)
    .action(async (stack: string, options: DestroyCommand) => {
      const { runDestroy } = await import("./run-up");
      await runDestroy(stack, options);
    });
  labs
    .command("step")
    .description("set the step of a lab in a stack's file; `labs up` then moves the cluster there")
    .argument("<lab>", "lab, as in the stack's config")
    .argument("<step>", "number or name of the step, or: next, back, reset")
    .option("-s, --stack <stack>", "stack name", "kind")
    .action(async (lab: string, step: string, options: { stack: string }) => {
      const { setStep } = await import("./set-step");
      await setStep(lab, step, options.stack);
    });
}
