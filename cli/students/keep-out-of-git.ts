import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { projectFolder } from "../../stacks/project-folders";

/** The class's stack files hold names and addresses of people: git is to pass them over in this clone. */
export function keepOutOfGit(className: string): void {
  const { status, stdout } = spawnSync("git", ["rev-parse", "--git-path", "info/exclude"], {
    cwd: projectFolder,
    encoding: "utf8",
  });
  if (status !== 0) return;
  const path = resolve(projectFolder, stdout.trim());
  const line = `/Pulumi.${className}-*.yaml`;
  const now = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (now.split(/\r?\n/).includes(line)) return;
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${now === "" || now.endsWith("\n") ? "" : "\n"}${line}\n`);
}
