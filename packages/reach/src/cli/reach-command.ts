import { Option, type Command } from "commander";
import { LIMITS_TEXT } from "../files/limits";
import type {
  CheckOptions,
  DiffOptions,
  ExplainOptions,
  ExposureOptions,
  ListOptions,
  ShortOptions,
  UnusedOptions,
} from "./options";

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
    .addOption(format("text", "json", "md", "dot", "svg"))
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
    .option("--walk", "follow one packet, hop by hop: routes, translation, hooks, tunnels")
    .option("--fix", "find the smallest edit that opens or closes the flow, and what else it changes")
    .addOption(format("text", "json", "md"))
    .action(async (paths: string[], options: ExplainOptions) => {
      await (await run()).runExplain(paths, options, from.folder);
    });
  input(
    reach
      .command("diff")
      .description("what a change opens and closes; with --staged: what enforcing staged policies would")
      .argument("<old>", "file or folder as it was")
      .argument(
        "[new]",
        "file or folder as it is now; with --staged the old one, its staged policies enforced",
      ),
  )
    .option("--explain", "show the rule that now decides")
    .addOption(format("text", "json", "md", "svg"))
    .action(async (old: string, now: string | undefined, options: DiffOptions) => {
      await (await run()).runDiff([old, now], options, from.folder);
    });
  shared(reach.command("exposure").description("what is open between each workload and the outside"), PATHS)
    .addOption(format("text", "json", "md"))
    .action(async (paths: string[], options: ExposureOptions) => {
      await (await run()).runExposure(paths, options, from.folder);
    });
  cluster(
    input(
      reach
        .command("check")
        .description("whether flows are open and closed as a file of intents says")
        .argument("<intents>", "YAML with lists open and closed of { from, to, port, protocol, reason }")
        .argument("[paths...]", PATHS),
    ),
  )
    .addOption(format("text", "json", "junit"))
    .action(async (intents: string, paths: string[], options: CheckOptions) => {
      await (await run()).runCheck(intents, paths, options, from.folder);
    });
  shared(reach.command("unused").description("policies and rules that change nothing, and why"), PATHS)
    .addOption(format("text", "json"))
    .action(async (paths: string[], options: UnusedOptions) => {
      await (await run()).runUnused(paths, options, from.folder);
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
    .addOption(format("text", "json", "md", "dot", "svg"));
}

function shared(command: Command, paths: string): Command {
  return cluster(input(command.argument("[paths...]", paths)));
}

/** What is said about the input, whatever is asked. */
function input(command: Command): Command {
  return command
    .option("--pod-cidr <cidr...>", "where pods get their addresses, if the input does not say it")
    .option("--staged", "judge Calico's staged policies as if they were enforced");
}

/** A running cluster in place of files. */
function cluster(command: Command): Command {
  return command
    .option("--context <name>", "read a running cluster through kubectl, in place of files")
    .option("--kubeconfig <file>", "the kubeconfig to read it with");
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
    .option("--source-port <number>", "the client's port, for rules that match on it")
    .option("--method <name>", "HTTP method, for rules that match on it")
    .option("--path <path>", "HTTP path, for rules that match on it");
}

function format(...choices: string[]): Option {
  return new Option("--format <format>", "output").choices(choices).default("text");
}

const EXAMPLES = `
${LIMITS_TEXT}

Examples:
  reach list manifests/
  reach explain manifests/ --from shop/web --to shop/db --port 5432
  reach explain manifests/ --from shop/web --to shop/db --port 5432 --fix
  reach explain manifests/ --from shop/web --to service/shop/db --port 5432 --walk
  reach diff before/ after/
  reach exposure manifests/
  reach check intents.yaml manifests/
  reach list --context kind-kind
Without a subcommand:
  reach <paths>                      lists
  reach <paths> --from … --to …      explains
  reach --diff OLD NEW               compares`;
