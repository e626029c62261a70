import { Option, type Command } from "commander";
import { LIMITS_TEXT } from "../files/limits";
import type { DiffOptions, ExplainOptions, ExposureOptions, ListOptions, ShortOptions } from "./options";

/** Where paths that are not absolute start. @default the folder of the process */
interface From {
  readonly folder?: string;
}

const PATHS = "YAML or JSON files, folders, or - for standard input";

/** Puts `reach` and its subcommands on a command: the program `reach` itself, or a command of another program. */
export function reachCommand(reach: Command, from: From = {}): Command {
  const run = async (): Promise<typeof import("./run-reach")> => import("./run-reach");
  // So that options after a subcommand are the subcommand's.
  for (const command of [reach, ...(reach.parent === null ? [] : [reach.parent])])
    command.enablePositionalOptions();
  reach
    .description("who reaches whom, by the Kubernetes and Calico policies in files and folders")
    .addHelpText("after", EXAMPLES);
  listing(shared(reach.command("list").description("every pair that is open, and on which ports"), PATHS))
    .addOption(format("text", "json", "md", "dot"))
    .action(async (paths: string[], options: ListOptions) => {
      await (await run()).runList(paths, options, from.folder);
    });
  question(
    shared(
      reach.command("explain").description("one flow, and the rule that decided in each direction"),
      PATHS,
    ),
    true,
  )
    .addOption(format("text", "json", "md"))
    .action(async (paths: string[], options: ExplainOptions) => {
      await (await run()).runExplain(paths, options, from.folder);
    });
  podCidr(
    reach
      .command("diff")
      .description("what a change opens and closes")
      .argument("<old>", "file or folder as it was")
      .argument("<new>", "file or folder as it is now"),
  )
    .addOption(format("text", "json", "md"))
    .action(async (old: string, now: string, options: DiffOptions) => {
      await (await run()).runDiff([old, now], options, from.folder);
    });
  shared(reach.command("exposure").description("what is open between each workload and the outside"), PATHS)
    .addOption(format("text", "json", "md"))
    .action(async (paths: string[], options: ExposureOptions) => {
      await (await run()).runExposure(paths, options, from.folder);
    });
  shortForms(reach).action(async (paths: string[], options: ShortOptions) => {
    const { runShort } = await import("./short-forms");
    await runShort(paths, options, from.folder);
  });
  return reach;
}

/** `reach <paths>` without a subcommand: list, or what its options ask for. */
function shortForms(reach: Command): Command {
  return listing(question(shared(reach, `${PATHS}; with --diff: OLD NEW`), false))
    .option("--exposure", "short for: reach exposure")
    .option("--diff", "short for: reach diff OLD NEW")
    .addOption(format("text", "json", "md", "dot"));
}

function shared(command: Command, paths: string): Command {
  return podCidr(command.argument("<paths...>", paths));
}

function podCidr(command: Command): Command {
  return command.option(
    "--pod-cidr <cidr...>",
    "where pods get their addresses, if the input does not say it",
  );
}

function listing(command: Command): Command {
  return command
    .option("--explain", "show which rule, or which default, decided in each direction")
    .option("--all", "show what is closed too: every port of every pair exactly once");
}

function question(command: Command, required: boolean): Command {
  const ends = [
    new Option("--from <end>", "workload (ns/name), node, address, CIDR or internet"),
    new Option("--to <end>", "the same, or a Service (service/ns/name)"),
  ];
  for (const end of ends) command.addOption(end.makeOptionMandatory(required));
  return command
    .option("--port <number>", "destination port; for ICMP the type")
    .option("--protocol <name>", "TCP, UDP, SCTP, ICMP, … or a number")
    .option("--source-port <number>", "the client's port, for rules that match on it");
}

function format(...choices: string[]): Option {
  return new Option("--format <format>", "output").choices(choices).default("text");
}

const EXAMPLES = `
${LIMITS_TEXT}

Examples:
  reach list manifests/
  reach explain manifests/ --from shop/web --to shop/db --port 5432
  reach diff before/ after/
  reach exposure manifests/
Without a subcommand: reach <paths> lists, reach <paths> --from … --to … explains, reach --diff OLD NEW compares.`;
