import type { Command } from "commander";

/** `labs list`: the labs there are, each with its steps. */
export function addList(labs: Command): void {
  labs
    .command("list")
    .description("the labs there are, and how many steps each has")
    .argument("[lab]", "a lab, for its steps")
    .option("--json", "print it as JSON")
    .action(async (lab: string | undefined, options: { json?: boolean }) => {
      const { runList } = await import("./run-list");
      runList(lab, options);
    });
}
