import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { UserError } from "../../kube/problems";
import type { Ambient } from "../../labs/prediction/ambient";
import type { StackFile } from "../../stacks/offline/stack-file";
import { PROJECT } from "../../stacks/stack-plan";
import { projectFolder } from "../../stacks/project-folders";
import type { PlannedResource } from "./resource-changes";

/** A plan as another version of the program printed it: only what a comparison needs. */
export interface PlanJson {
  stack: string;
  resources: PlannedResource[];
  labs: { instance: string; step: number; steps: { id: string }[] }[];
  ambient: Ambient;
  /** Absent off AWS, and in plans of programs that knew no prices. */
  cost?: { hour: number; unknown: readonly string[] };
}

/** A finished plan: what `--json` printed, and the folder of its objects. */
export interface PlanOfVersion {
  plan: PlanJson;
  folder: string;
}

/** The program of a commit, in a work tree of its own. */
export interface BaseProgram {
  /** Plans the stack, with labs moved to other steps where they are given. */
  plan(steps?: ReadonlyMap<string, number>): PlanOfVersion;
}

/**
 * Runs the program of another commit and hands it to `use`; undefined where the commit does not have the stack.
 * Everything is removed afterwards. A stack file that git does not know is planned by both programs.
 * @throws UserError when the commit is unknown, or its program has no plan of this stack
 */
export async function withBase<T>(
  base: string,
  file: StackFile,
  use: (program: BaseProgram | undefined) => Promise<T>,
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
    const stackFile = join(tree, `Pulumi.${file.stack}.yaml`);
    if (!existsSync(stackFile) && existsSync(file.path) && !isTracked(file.path))
      copyFileSync(file.path, stackFile);
    if (!existsSync(stackFile)) return await use(undefined);
    install(tree);
    const text = readFileSync(stackFile, "utf8");
    return await use({
      plan: (steps = new Map()) => {
        writeFileSync(stackFile, atSteps(text, steps));
        const folder = mkdtempSync(join(holder, "objects-"));
        return { plan: run(tree, file.stack, folder, base), folder };
      },
    });
  } finally {
    git(["worktree", "remove", "--force", tree]);
    rmSync(holder, { recursive: true, force: true });
  }
}

/** Where nothing decides about flows. Not a list of what does: rooms move between commits. */
const BESIDES = ["cli", "docs", "test", "bench", ".github", ".ci", "*.md", "Pulumi.*.yaml"];

/** Whether anything that decides about flows differs from a commit. */
export function programsDiffer(base: string): boolean {
  const where = [".", ...BESIDES.map((path) => `:(exclude)${path}`)];
  return git(["diff", "--quiet", base, "--", ...where]) === undefined;
}

/** A stack file's text with labs at other steps. */
export function atSteps(text: string, steps: ReadonlyMap<string, number>): string {
  if (steps.size === 0) return text;
  const doc = parseDocument(text);
  for (const [lab, step] of steps) doc.setIn(["config", `${PROJECT}:labs`, lab, "step"], step);
  return doc.toString();
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

function run(tree: string, stack: string, folder: string, base: string): PlanJson {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "cli/labs.ts", "plan", stack, "--json", "--no-page", "--out", folder],
    { cwd: tree, encoding: "utf8", maxBuffer: 1 << 29 },
  );
  if (status === 0) {
    const plan = JSON.parse(stdout) as Omit<PlanJson, "ambient"> & Partial<PlanJson>;
    if (plan.ambient !== undefined) return { ...plan, ambient: plan.ambient };
    throw new UserError(`the plan of ${base} does not list ambient objects: compare with a newer commit`);
  }
  const why = stderr.trim().split("\n").slice(0, 3).join("; ");
  throw new UserError(`the program of ${base} has no plan of ${stack}: ${why}`);
}

const isTracked = (path: string): boolean => git(["ls-files", "--error-unmatch", path]) !== undefined;

function git(args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: projectFolder, encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}
