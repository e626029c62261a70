import type { Command } from "commander";
import { fromUser } from "../user-paths";
import type { GradeOptions } from "./run-grade";
import type { TokensOptions } from "./run-tokens";

/** `labs class`: what students hand in, and what it is worth (docs/instructors.md). */
export function addClass(labs: Command): void {
  const cls = labs.command("class").description("a class that plays: tokens, hand-ins and grades");

  cls
    .command("tokens")
    .description("a token for each student of the roster, with which `play` signs what is handed in")
    .requiredOption("--roster <file>", "CSV or YAML: id, name, …", fromUser)
    .option(
      "--key <file>",
      "key of the class (default: .labs/class/<class>.key, made where there is none)",
      fromUser,
    )
    .option("--csv <file>", "write them to a file that only you can read", fromUser)
    .option("--json", "print as JSON")
    .action(async (options: TokensOptions) => {
      const { runTokens } = await import("./run-tokens");
      await runTokens(options);
    });

  cls
    .command("grade")
    .description("evaluate what students handed in once more, and grade it by a rubric")
    .argument("<folder>", "of their .handin files, with subfolders", fromUser)
    .requiredOption("--rubric <file>", "points of steps, claims and mistakes (YAML)", fromUser)
    .option("--roster <file>", "who is in the class: names, and who handed in nothing", fromUser)
    .option("--key <file>", "key of the class (default: .labs/class/<class>.key)", fromUser)
    .option("--csv <file>", "write a row for each student", fromUser)
    .option("--json", "print grades and refusals as JSON")
    .action(async (folder: string, options: GradeOptions) => {
      const { runGrade } = await import("./run-grade");
      await runGrade(folder, options);
    });
}
