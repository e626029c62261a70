#!/usr/bin/env node
import "./lean-start";
import "../packages/reach/src/cli/colour";
import { Command } from "commander";
import { reachCommand } from "../packages/reach/src/cli/reach-command";
import { reportError } from "../packages/reach/src/cli/report-error";
import { addCapacity } from "./capacity/capacity-command";
import { addMigrate } from "./migrate/migrate-command";
import { addNewLab } from "./new-lab/new-lab-command";
import { addPlan } from "./plan/plan-command";
import { addPlay } from "./play/play-command";
import { addStudents } from "./students/students-command";
import { addSweep } from "./sweep/sweep-command";
import { addUp } from "./up/up-command";
import { addVerify } from "./verify/verify-command";
import { userFolder } from "./user-paths";

/**
 * `labs`: thin commands over the program and the Automation API. Each command file registers itself and
 * imports what it needs when it runs, so that `labs --help` stays fast.
 */
export function program(): Command {
  const labs = new Command("labs")
    .description("Kubernetes networking labs as code")
    // The whole help would push the error out of sight.
    .showHelpAfterError("Arguments and options: the same command with --help.")
    .addHelpText("after", FIRST);
  for (const add of [addPlan, addPlay, addUp, addCapacity]) add(labs);
  reachCommand(labs.command("reach"), { folder: userFolder() });
  for (const add of [addMigrate, addStudents, addVerify, addSweep, addNewLab]) add(labs);
  return labs;
}

const FIRST = `
First steps, from the project's folder:
  npm start                     the plan of stack kind, and a page of its labs
  npm run labs -- play stars    do a lab in your editor and browser, without a cluster
  npm run up                    build the stack; needs Docker, kind and kubectl
Every command here: npm run labs -- <command>`;

if (require.main === module) {
  program().parseAsync(process.argv).catch(reportError);
}
