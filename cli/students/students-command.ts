import type { Command } from "commander";
import type {
  DownCommand,
  ExtendCommand,
  KubeconfigCommand,
  ListCommand,
  ReapCommand,
  ResetCommand,
  StudentsUpCommand,
  VerifyCommand,
} from "./students-options";
import { fromUser, nameOrFile } from "../user-paths";

const TRUST_CLOCK = "leases by this machine's clock, where the backend does not tell the time";

/** `labs students`: an environment per student, from a roster. All state is in the Pulumi backend. */
export function addStudents(labs: Command): void {
  const students = labs.command("students").description("an environment for each student of a class");
  const working = (c: Command): Command =>
    c
      .option("--parallel <n>", "students worked on at a time (default: the class file's, else 4)")
      .option("--timeout <duration>", "stop the work on one student after this long (default: 1h)")
      .option("--break-locks", "take over locks whose holder is on another machine: you know that it is dead")
      .option("--json", "print the result as JSON; progress goes to standard error");
  const chosen = (c: Command): Command =>
    c
      .argument("[students...]", "ids of students, or names of stacks")
      .option("--class <name>", "only students of this class", nameOrFile)
      .option("--all", "every student (of the class)");

  working(
    students
      .command("up")
      .description("make or continue an environment for each student of the roster; the lease starts again")
      .argument("[students...]", "only these ids of the roster")
      .requiredOption("--roster <file>", "CSV or YAML: id, name, email, labs, target", fromUser)
      .option(
        "--class <file>",
        "class file (default: class.yaml beside the roster, if there is one)",
        fromUser,
      )
      .option(
        "--ttl <duration>",
        "how long environments live: 90m, 8h, 2d (default: the class file's, else 8h)",
      )
      .option("--dry-run", "check everything, show what would be made, and make nothing")
      .option("--replace", "also where the class has changed so that kind clusters would be made again")
      .option("--trust-clock", TRUST_CLOCK),
  ).action(async (ids: string[], options: StudentsUpCommand) => {
    const { runStudentsUp } = await import("./students-up");
    await runStudentsUp(ids, options);
  });

  students
    .command("list")
    .description("all environments in the backend, whichever machine made them")
    .option("--class <name>", "only this class", nameOrFile)
    .option("--json", "print as JSON")
    .action(async (options: ListCommand) => {
      const { runStudentsList } = await import("./students-list");
      await runStudentsList(options);
    });

  chosen(
    students
      .command("verify")
      .description("probe every student's labs: who is at which step, and what is wrong, by cause")
      .option("-l, --lab <lab...>", "only these labs")
      .option("--parallel <n>", "students looked at at a time (default: 4)")
      .option("--timeout <duration>", "give up on one student after this long (default: 10m)")
      .option("--fresh", "begin again where a run of the last hour was cut off")
      .option("--csv <file>", "write a row for each student and step", fromUser)
      .option("--junit <file>", "write JUnit XML: a suite for each student", fromUser)
      .option("--json", "print the result as JSON; progress goes to standard error"),
  ).action(async (ids: string[], options: VerifyCommand) => {
    const { runStudentsVerify } = await import("./students-verify");
    await runStudentsVerify(ids, options);
  });

  working(
    chosen(
      students
        .command("extend")
        .description("let environments live longer: the lease counts from now")
        .option("--ttl <duration>", "how long from now (default: 8h)")
        .option("--trust-clock", TRUST_CLOCK),
    ),
  ).action(async (ids: string[], options: ExtendCommand) => {
    const { runStudentsExtend } = await import("./students-extend");
    await runStudentsExtend(ids, options);
  });

  working(
    chosen(
      students
        .command("reset")
        .description("put labs back to their step and put right what was broken")
        .option("--lab <lab>", "only this lab; it is switched on if it was not")
        .option("--step <step>", "step (number or name) to put it to (default: 0, the start)")
        .option("--rebuild", "destroy the environment first, then make it again"),
    ),
  ).action(async (ids: string[], options: ResetCommand) => {
    const { runStudentsReset } = await import("./students-reset");
    await runStudentsReset(ids, options);
  });

  working(
    chosen(
      students
        .command("down")
        .description("destroy environments and write a receipt of what was destroyed and what is left")
        .option(
          "--forget",
          "remove a stack although an interrupted run, or a machine that is gone, may have left something: you have looked",
        ),
    ),
  ).action(async (ids: string[], options: DownCommand) => {
    const { runStudentsDown } = await import("./students-down");
    await runStudentsDown(ids, options);
  });

  working(
    students
      .command("reap")
      .description("destroy what has expired")
      .option("--class <name>", "only this class", nameOrFile)
      .option("--dry-run", "only say what has expired")
      .option("--trust-clock", TRUST_CLOCK),
  ).action(async (options: ReapCommand) => {
    const { runStudentsReap } = await import("./students-down");
    await runStudentsReap(options);
  });

  students
    .command("kubeconfig")
    .description("print a student's kubeconfig, or write it to a file that only you can read")
    .argument("<student>", "id of the student, or name of the stack")
    .option("--class <name>", "class of the student", nameOrFile)
    .option("-o, --out <file>", "file to write", fromUser)
    .action(async (id: string, options: KubeconfigCommand) => {
      const { runStudentsKubeconfig } = await import("./students-kubeconfig");
      await runStudentsKubeconfig(id, options);
    });
}
