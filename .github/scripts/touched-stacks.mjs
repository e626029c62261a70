// Changed paths on standard input, one a line → `stacks=["kind",…]` for $GITHUB_OUTPUT: the stacks whose plan may differ.
import { readdirSync, readFileSync } from "node:fs";

const STACK_FILE = /^Pulumi\.([A-Za-z0-9][A-Za-z0-9_-]*)\.yaml$/;
// What every stack's program and its plan are made of.
const SHARED =
  /^(Pulumi\.yaml|package\.json|package-lock\.json|tsconfig[^/]*\.json|(stacks|components|policies)\/.+|labs\/.+\.ts|cli\/(plan|diff)\/.+)$/;
// A stack that needs what no runner has: a cluster of the user's own.
const LEFT_OUT = ["existing"];

const stacks = readdirSync(".").flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []);
const paths = readFileSync(0, "utf8")
  .split("\n")
  .filter((path) => path !== "");
const all = paths.some((path) => SHARED.test(path));
const named = new Set(paths.flatMap((path) => STACK_FILE.exec(path)?.[1] ?? []));
const touched = stacks.filter((stack) => !LEFT_OUT.includes(stack) && (all || named.has(stack))).sort();
process.stdout.write(`stacks=${JSON.stringify(touched)}\n`);
