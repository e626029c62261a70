#!/usr/bin/env node
import "./colour";
import { Command } from "commander";
import pc from "picocolors";
import { addCapacity } from "./capacity";
import { addPlan } from "./plan";
import { addPlay } from "./play";
import { addReach } from "./reach";
import { addStudents } from "./students";
import { addUp } from "./up";
import { addVerify } from "./verify";
import { ProblemsError, UserError } from "../kube/problems";

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
  for (const add of [addPlan, addPlay, addUp, addCapacity, addReach, addStudents, addVerify]) add(labs);
  return labs;
}

const FIRST = `
First steps, from the project's folder:
  npm start                     the plan of stack kind, and a page of its labs
  npm run labs -- play stars    do a lab in your editor and browser, without a cluster
  npm run up                    build the stack; needs Docker, kind and kubectl
Every command here: npm run labs -- <command>`;

/** Prints an error as a user should see it: no stack for what the user can mend. */
export function report(error: unknown): void {
  if (error instanceof ProblemsError || error instanceof UserError) {
    process.stderr.write(`${pc.red("error:")} ${error.message}\n`);
  } else {
    process.stderr.write(
      `${pc.red("internal error:")} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
  process.exitCode = 1;
}

if (require.main === module) {
  program().parseAsync(process.argv).catch(report);
}
