import { Option, type Command } from "commander";

interface Options {
  from?: string;
  to?: string;
  port?: string;
  protocol?: string;
  sourcePort?: string;
  explain?: boolean;
  all?: boolean;
  exposure?: boolean;
  diff?: boolean;
  podCidr?: string[];
  format: "text" | "json" | "md" | "dot";
}

/** `labs reach`: who reaches whom by the policies in files and folders (docs/reach.md). */
export function addReach(labs: Command): void {
  labs
    .command("reach")
    .description("who reaches whom, by the Kubernetes and Calico policies in files and folders")
    .argument("<paths...>", "YAML or JSON files, folders, or - for standard input; with --diff: OLD NEW")
    .option("--from <end>", "ask for one flow: workload (ns/name), node, CIDR or internet")
    .option("--to <end>", "the same, or a Service (service/ns/name)")
    .option("--port <number>", "destination port; ICMP: type")
    .option("--protocol <name>", "TCP, UDP, SCTP, ICMP, … or a number")
    .option("--source-port <number>", "the client's port, for rules that match on it")
    .option("--explain", "tell which rule, or which default, decided in each direction")
    .option("--all", "tell what is closed too, so that every port of every pair stands there once")
    .option("--exposure", "only what is open between each workload and the outside")
    .option("--diff", "compare two states: reach --diff OLD NEW")
    .option("--pod-cidr <cidr...>", "where pods get their addresses, if the input does not say it")
    .addOption(
      new Option("--format <format>", "output").choices(["text", "json", "md", "dot"]).default("text"),
    )
    .action(async (paths: string[], options: Options) => {
      const { runReach } = await import("./reach/run");
      await runReach(paths, options);
    });
}

export type ReachOptions = Options;
