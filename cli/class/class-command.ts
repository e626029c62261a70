import type { Command } from "commander";
import { fromUser } from "../user-paths";
import type { ClassOptions, ClassPlayOptions } from "./class-running";
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

  const served = (c: Command, port: string): Command =>
    c
      .requiredOption("--roster <file>", "CSV or YAML: id, name, …", fromUser)
      .option(
        "--key <file>",
        "key of the class (default: .labs/class/<class>.key, made where there is none)",
        fromUser,
      )
      .option("--rubric <file>", "show points, too", fromUser)
      .option(
        "--host <address>",
        "address to listen at; any but loopback asks for a link that nobody guesses",
        "127.0.0.1",
      )
      .option("--port <port>", "0 takes any that is free", port);

  served(
    cls
      .command("page")
      .description("a page of the class: who is how far, by clusters and by hand-ins, and what is wrong")
      .option("--verify <pause>", "probe the class's clusters again and again, with such a pause: 5m")
      .option("--hand-ins <folder>", "of .handin files, with subfolders", fromUser),
    "4481",
  ).action(async (options: ClassOptions) => {
    const { classPage } = await import("./run-class-page");
    const { untilStopped } = await import("./class-running");
    await untilStopped(classPage(options));
  });

  served(
    cls
      .command("play")
      .description("labs for a class on this machine, without a cluster: a link for each student")
      .requiredOption("--labs <labs>", "such as stars,yaobank")
      .option("--url <url>", "how students reach it, where that is not the address")
      .option("--folder <folder>", "of files and hand-ins (default: .labs/class/<class>)", fromUser)
      .option(
        "--links <file>",
        "write the links as CSV, readable only by you, and do not print them",
        fromUser,
      ),
    "4480",
  ).action(async (options: ClassPlayOptions) => {
    const { classPlay } = await import("./run-class-play");
    const { untilStopped } = await import("./class-running");
    await untilStopped(classPlay(options));
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
