import type { Command } from "commander";

/** `labs new`: the files of a new lab, which the tests accept as they are (docs/write-a-lab.md). */
export function addNewLab(labs: Command): void {
  labs
    .command("new")
    .description("make the files of a lab of your own (docs/write-a-lab.md)")
    .argument("<id>", "name of the lab: a DNS label, as in network-basics")
    .option("--title <title>", "what the catalogue calls it")
    .action(async (id: string, options: { title?: string }) => {
      const { runNewLab } = await import("./run-new-lab");
      runNewLab(id, options);
    });
}
