import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../policies/problems";
import { projectFolder } from "../pulumi/workspace";
import type { PlannedResource } from "./resources";

/** A plan as another version of the program printed it. */
export interface PlanJson {
  stack: string;
  resources: PlannedResource[];
  charts: { chart: string }[];
  manifests: { file: string; patch: boolean }[];
}

/** A finished plan: what `--json` printed, and the folder of its objects. */
export interface PlanOfVersion {
  plan: PlanJson;
  folder: string;
}

/**
 * Runs the program of another commit in a work tree of its own and hands its plan to `use`; everything is removed
 * afterwards.
 * @throws UserError when the commit is unknown, or its program has no plan of this stack
 */
export async function withBasePlan<T>(
  base: string,
  stack: string,
  use: (plan: PlanOfVersion | undefined) => Promise<T>,
): Promise<T> {
  const commit = git(["rev-parse", "--verify", "--quiet", `${base}^{commit}`]);
  if (commit === undefined)
    throw new UserError(`--diff ${base}: there is no such commit; fetch it first (git fetch origin ${base})`);
  const holder = mkdtempSync(join(tmpdir(), "labs-base-"));
  const tree = join(holder, "tree");
  try {
    if (git(["worktree", "add", "--detach", "--quiet", tree, commit.trim()]) === undefined) {
      throw new UserError(`--diff ${base}: git could not make a work tree of it`);
    }
    if (!existsSync(join(tree, `Pulumi.${stack}.yaml`))) return await use(undefined);
    install(tree);
    return await use(plan(tree, stack, join(holder, "objects"), base));
  } finally {
    git(["worktree", "remove", "--force", tree]);
    rmSync(holder, { recursive: true, force: true });
  }
}

/** The packages installed here, where they are those that the base's package.json names; else its own by `npm ci`. */
function install(tree: string): void {
  const { dependencies = {} } = JSON.parse(readFileSync(join(tree, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  if (Object.entries(dependencies).every(([name, version]) => installedVersion(name) === version)) {
    symlinkSync(join(projectFolder, "node_modules"), join(tree, "node_modules"), "dir");
    return;
  }
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: tree,
    encoding: "utf8",
  });
  if (npm.status !== 0) {
    const said = npm.stderr.split("\n").filter((l) => /^npm (error|ERR!)/.test(l));
    throw new UserError(`npm ci of the base failed: ${said.slice(0, 3).join("; ")}`);
  }
}

function installedVersion(name: string): string | undefined {
  const file = join(projectFolder, "node_modules", name, "package.json");
  if (!existsSync(file)) return undefined;
  // Some packages write their version with a v.
  return (JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version?.replace(/^v/, "");
}

function plan(tree: string, stack: string, folder: string, base: string): PlanOfVersion {
  const run = spawnSync(
    process.execPath,
    ["--import", "tsx", "cli/labs.ts", "plan", stack, "--json", "--out", folder],
    {
      cwd: tree,
      encoding: "utf8",
      maxBuffer: 1 << 29,
    },
  );
  if (run.status !== 0) {
    const why = run.stderr.trim().split("\n").slice(0, 3).join("; ");
    throw new UserError(`the program of ${base} has no plan of ${stack}: ${why}`);
  }
  return { plan: JSON.parse(run.stdout) as PlanJson, folder };
}

function git(args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: projectFolder, encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}
