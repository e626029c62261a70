import { Command } from "commander";
import { version } from "../../package.json";
import { reachCommand } from "./reach-command";
import { reportError } from "./report-error";

/** The command `reach`. */
export async function run(argv: readonly string[]): Promise<void> {
  const reach = new Command("reach")
    .version(version)
    // The whole help would push the error out of sight.
    .showHelpAfterError("Arguments and options: the same command with --help.");
  await reachCommand(reach).parseAsync(argv).catch(reportError);
}
