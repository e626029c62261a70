import { Option, type Command } from "commander";
import type { PlayOptions } from "./run-play";
import { fromUser, nameOrFile } from "../user-paths";

/** `labs play`: do a lab without a cluster, with an editor and a browser (docs/page.md). */
export function addPlay(labs: Command): void {
  labs
    .command("play")
    .description("do labs without a cluster: edit policies, and see at once which flows open or close")
    .argument("[stack|lab]", "a lab, or a stack for all its labs", nameOrFile, "kind")
    .option("-s, --step <step>", "number or name of the step to begin with (default: the stack's, or 1)")
    .option("-f, --folder <folder>", "folder of your policies (default: .labs/play/<lab>)", fromUser)
    .option("-p, --port <port>", "port on 127.0.0.1; 0 takes any that is free", "4480")
    .option("--fresh", "put the folder's files away and begin again")
    .option("--broken", "begin with one mistake in a step's solution: find and mend it")
    .option("--seed <seed>", "with --broken: which mistake; the same seed gives the same one")
    .addOption(
      new Option(
        "--token <token>",
        "your token of a class: signs what you hand in (docs/instructors.md)",
      ).env("LABS_TOKEN"),
    )
    .action(async (name: string, options: PlayOptions) => {
      const { runPlay } = await import("./run-play");
      await runPlay(name, options);
    });
}
