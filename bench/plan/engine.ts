import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { readStackFile } from "../../stacks/offline/stack-file";

/** A command line, from the project's folder. */
export type CommandLine = readonly [string, ...string[]];
export type Programs = Record<"plan" | "bare" | "same", CommandLine>;

/**
 * Projects for `pulumi preview`, one for each program, with a state of their own that the run throws away. Undefined
 * where no Pulumi CLI is on the PATH.
 */
export function engineCommands(root: string, out: string, stack: string): Programs | undefined {
  if (spawnSync("pulumi", ["version"]).error !== undefined) return undefined;
  // Below the project, so that programs find its packages; `.plan` is ignored by git.
  const projects = join(root, ".plan/bench");
  rmSync(projects, { recursive: true, force: true });
  mkdirSync(join(out, "state"));
  process.env["PULUMI_BACKEND_URL"] = pathToFileURL(join(out, "state")).href;
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "bench";
  process.env["PULUMI_SKIP_UPDATE_CHECK"] = "true";
  const settings = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { runtime: { options: object } };
  const project = (name: keyof Programs, program: string): CommandLine => {
    const folder = join(projects, name);
    mkdirSync(folder, { recursive: true });
    const up = relative(folder, root);
    writeFileSync(join(folder, "index.ts"), `export = require("${up}/${program}");\n`);
    const options = { ...settings.runtime.options, tsconfig: `${up}/tsconfig.engine.json` };
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      stringify({ ...settings, main: "index.ts", runtime: { name: "nodejs", options } }),
    );
    copyFileSync(readStackFile(stack).path, join(folder, "Pulumi.bench.yaml"));
    const init = spawnSync("pulumi", ["stack", "init", "bench", "--cwd", folder], { encoding: "utf8" });
    if (init.status !== 0) throw new Error(`pulumi stack init\n${init.stdout}${init.stderr}`);
    return ["pulumi", "preview", "--non-interactive", "--stack", "bench", "--cwd", folder];
  };
  return {
    plan: project("plan", "stacks"),
    bare: project("bare", "bench/plan/bare-program"),
    same: project("same", "bench/plan/same-program"),
  };
}
