import { InvalidArgumentError, Option, type Command } from "commander";
import { fromUser, nameOrFile } from "../user-paths";
import type { VerifyOptions } from "./verify-options";

/** `labs verify`: does the running cluster do what the step says? (docs/verify.md) */
export function addVerify(labs: Command): void {
  labs
    .command("verify")
    .description("probe the flows and requests of the current steps on the running cluster")
    .argument("[stack]", "stack name (Pulumi.<name>.yaml) or a stack file of your own", nameOrFile, "kind")
    .option("-l, --lab <lab...>", "only these labs of the stack")
    .option("--step <step>", "another step than the config's: number, name, next or back (with one --lab)")
    .addOption(
      new Option(
        "--intents <file>",
        "flows of a file in place of what the labs claim (docs/reach.md#intents)",
      )
        .argParser(fromUser)
        .conflicts(["lab", "step"]),
    )
    .option("--hint", "compare the cluster's policies with the step's and name the likely mistake")
    .option("--json", "print the report as JSON")
    .option("--junit <file>", "write the report as JUnit XML too", fromUser)
    .option("--kubeconfig <file>", "reach the cluster by this file, not by the stack's outputs", fromUser)
    .option("--context <name>", "context of the kubeconfig")
    .option("--timeout <seconds>", "for one probe", number(1, 60), 3)
    .option("--wait <seconds>", "how long a change may take to settle", number(0, 3600), 60)
    .option("--start <seconds>", "how long probe pods may take to start", number(1, 3600), 90)
    .option("--parallel <number>", "connections at once", number(1, 64), 8)
    .option("--requests <number>", "requests for a share between none and all", number(20, 2000), 300)
    .option("--internet <address>", "stands for the internet as a destination", "1.1.1.1")
    .option("--entry <address>", "where the ingress is reached, instead of what its names resolve to")
    .option("--image <image>", "image of the probe pods (with sh, nc and nslookup)")
    .addOption(
      new Option(
        "--hand-in <folder>",
        "write what was verified as a hand-in of a class too (docs/instructors.md)",
      )
        .argParser(fromUser)
        .conflicts("intents"),
    )
    .option("--seed <seed>", "with --hand-in: which mistake of `labs break` was to be found")
    .addOption(new Option("--token <token>", "your token of the class: signs it").env("LABS_TOKEN"))
    .option("--clean", "only remove what runs of verify have left in the cluster")
    .action(async (stack: string, options: VerifyOptions) => {
      const { runVerify } = await import("./run-verify");
      await runVerify(stack, options);
    });
}

const number =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least || value > most)
      throw new InvalidArgumentError(`a number from ${least} to ${most}`);
    return value;
  };
