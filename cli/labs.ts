#!/usr/bin/env node
import "./lean-start";
import "../packages/reach/src/cli/colour";
import { Command } from "commander";
import { reachCommand } from "../packages/reach/src/cli/reach-command";
import { reportError } from "../packages/reach/src/cli/report-error";
import { addBreak } from "./break/break-command";
import { addCapacity } from "./capacity/capacity-command";
import { addClass } from "./class/class-command";
import { addList } from "./list/list-command";
import { addMigrate } from "./migrate/migrate-command";
import { addNewLab } from "./new-lab/new-lab-command";
import { addPlan } from "./plan/plan-command";
import { addPlay } from "./play/play-command";
import { addStudents } from "./students/students-command";
import { addSweep } from "./sweep/sweep-command";
import { addUp } from "./up/up-command";
import { addVerify } from "./verify/verify-command";
import { userFolder } from "./user-paths";
import { version } from "../package.json";

/**
 * `labs`: thin commands over the program and the Automation API. Each command file registers itself and
 * imports what it needs when it runs, so that `labs --help` stays fast.
 */
export function program(): Command {
  const labs = new Command("labs")
    .description("Kubernetes networking labs as code")
    .version(version)
    // Half a terminal is 60 columns: what stands beside long options is broken there too.
    .configureHelp({ minWidthToWrap: 16 })
    // The whole help would push the error out of sight.
    .showHelpAfterError("Arguments and options: the same command with --help.")
    .addHelpText("after", FIRST);
  for (const add of [addList, addPlan, addPlay, addUp, addCapacity]) add(labs);
  reachCommand(labs.command("reach"), { folder: userFolder() });
  for (const add of [addMigrate, addStudents, addClass, addVerify, addBreak, addSweep, addNewLab]) add(labs);
  for (const [name, lines] of Object.entries(EXAMPLES))
    labs.commands
      .find((c) => c.name() === name)
      ?.addHelpText("after", `\nExamples:\n${lines.map((l) => `  npm run labs -- ${l}`).join("\n")}`);
  // Only of what has commands: another command's own mistakes need no list of them.
  for (const group of [labs, ...labs.commands.filter((c) => c.commands.length > 0)])
    group.showHelpAfterError(
      `Commands: ${group.commands.map((c) => c.name()).join(", ")}\nArguments and options: the same command with --help.`,
    );
  return labs;
}

/** What people mostly want of a command; lines fit a terminal of 60 columns. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  list: ["list", "list stars"],
  plan: ["plan kind", "plan my-stack.yaml --json", "plan kind --diff main"],
  play: ["play stars", "play yaobank --step 3", "play kind --port 0"],
  up: ["up kind", "up kind --refresh"],
  step: ["step stars next", "step yaobank allow-dns"],
  capacity: ["capacity m5.large t3.medium"],
  students: ["students up --roster class.csv", "students verify --all"],
  class: [
    "class tokens --roster class.csv",
    "class play --roster class.csv --labs stars",
    "class grade hand-ins/ --rubric rubric.yaml",
  ],
  verify: ["verify kind", "verify kind --hint"],
  break: ["break kind --lab stars", "break kind --lab stars --seed 7", "break kind --lab stars --mend"],
  new: ["new my-lab"],
};

const FIRST = `
First steps, from the project's folder:
  npm start
      the plan of stack kind, and a page of its labs
  npm run labs -- play stars
      do a lab in your editor and browser, no cluster
  npm run up
      build the stack; needs Docker, kind and kubectl
Every command here: npm run labs -- <command>`;

if (require.main === module) {
  program().parseAsync(process.argv).catch(reportError);
}
