/**
 * Reads files of a stranger as the commands do, one after the other in one process with little memory: a line of JSON
 * for each. Started by files.test.ts: `readers.ts <folder>`, each file in it named `<kind>--<what>.<ending>`.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadClass } from "../../cli/students/class-input";
import { ProblemsError, UserError } from "../../kube/problems";
import { readFiles } from "../../packages/reach/src";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack } from "../../stacks/stack-plan";

const folder = process.argv[2] ?? "";
const right = join(folder, "right.csv");

const READERS: Record<string, (file: string) => unknown> = {
  stack: (file) => {
    const { stack, raw } = readStackFile(file);
    return planStack(stack, raw);
  },
  class: (file) => loadClass(right, file),
  roster: (file) => loadClass(file, undefined),
  manifest: (file) => readFiles([file]),
};

for (const name of readdirSync(folder).sort()) {
  const read = READERS[name.split("--")[0] ?? ""];
  if (read === undefined) continue;
  const started = performance.now();
  let said: string;
  try {
    process.stderr.write(`${name}\n`);
    read(join(folder, name));
    said = "taken";
  } catch (error) {
    const told = error instanceof ProblemsError || error instanceof UserError;
    said = told ? `refused: ${error.message}` : `crashed: ${String(error)}`;
  }
  process.stdout.write(
    `${JSON.stringify({ name, ms: performance.now() - started, said: said.slice(0, 30_000) })}\n`,
  );
}
