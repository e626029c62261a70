// Changed paths on standard input, one a line → two lines for $GITHUB_OUTPUT: `stacks=["kind",…]`, whose plan may
// differ, and `engine=[…]`, those of them that an engine can preview on a runner.
import { readdirSync, readFileSync } from "node:fs";

const INTENTS = /^intents\.([A-Za-z0-9][A-Za-z0-9_-]*)\.yaml$/;
const STACK_FILE = /^Pulumi\.([A-Za-z0-9][A-Za-z0-9_-]*)\.yaml$/;
// What every stack's program and its plan are made of.
const SHARED =
  /^(Pulumi\.yaml|package\.json|package-lock\.json|tsconfig[^/]*\.json|(stacks|components|policies)\/.+|labs\/.+\.ts|cli\/(plan|diff)\/.+)$/;
// A preview by the engine needs what no runner has: a cluster of the user's own.
const NO_ENGINE = ["existing"];

const stacks = readdirSync(".").flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []);
const paths = readFileSync(0, "utf8")
  .split("\n")
  .filter((path) => path !== "");
const all = paths.some((path) => SHARED.test(path));
const named = new Set(paths.flatMap((path) => (STACK_FILE.exec(path) ?? INTENTS.exec(path))?.[1] ?? []));
const touched = stacks.filter((stack) => all || named.has(stack)).sort();
const engine = touched.filter((stack) => !NO_ENGINE.includes(stack));
process.stdout.write(`stacks=${JSON.stringify(touched)}\nengine=${JSON.stringify(engine)}\n`);
