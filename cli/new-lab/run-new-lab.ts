import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { failOn, UserError } from "../../kube/problems";
import { labs } from "../../labs/index";
import { projectFolder } from "../../stacks/project-folders";
import { labFiles, nameProblems } from "./lab-files";

/** Writes a new lab's files and the catalogue. @throws ProblemsError for an id that cannot be used; nothing is written then */
export function runNewLab(id: string, { title }: { title?: string }): void {
  const taken = [...labs.map((lab) => lab.id), ...readdirSync(join(projectFolder, "labs"))];
  failOn("No lab was made.", nameProblems(id, title, taken));
  const files = labFiles(projectFolder, id, title);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(projectFolder, path)), { recursive: true });
    writeFileSync(join(projectFolder, path), text);
  }
  catalogue();
  process.stdout.write(
    [
      `made: ${Object.keys(files).join(", ")}, docs/labs.md`,
      "Now:",
      `  npm run labs -- play ${id}     try it in the browser, without a cluster`,
      "  npx jest test/labs -t " + id + "   the rules that a lab keeps: docs/write-a-lab.md",
      "",
    ].join("\n"),
  );
}

/** In a process of its own: this one has read the list of labs as it was. */
function catalogue(): void {
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "docs/generate/labs.ts"], {
    cwd: projectFolder,
    encoding: "utf8",
  });
  if (status !== 0) throw new UserError(`the lab is made, but not docs/labs.md: ${stderr.trim()}`);
}
