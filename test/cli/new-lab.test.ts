import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { labFiles, nameProblems } from "../../cli/new-lab/lab-files";
import { labs } from "../../labs/index";
import type { Lab } from "../../labs/model";
import { broken } from "../labs/rules/lab-rules";
import { subjectOf } from "../labs/rules/subject";

const root = resolve(__dirname, "../..");
let project: string;

/** A project whose labs/ may be written to; all else leads to the one that is tested. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "labs-new-"));
  const link = (path: string): void => {
    symlinkSync(join(root, path), join(project, path));
  };
  for (const name of readdirSync(root)) if (name !== "labs") link(name);
  mkdirSync(join(project, "labs"));
  for (const name of readdirSync(join(root, "labs"))) if (name !== "index.ts") link(`labs/${name}`);
  cpSync(join(root, "labs/index.ts"), join(project, "labs/index.ts"));
});
afterAll(() => {
  rmSync(project, { recursive: true });
});

test.each([
  ["network-basics", undefined, "Network basics"],
  // A word of TypeScript, and a name that the template imports.
  ["new", "A title of its own", "A title of its own"],
  ["echo", undefined, "Echo"],
])("the lab %s is in the list of labs and keeps every rule as it is made", async (id, title, shown) => {
  const files = labFiles(project, id, title);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  jest.resetModules();
  const { labs: all } = (await import(join(project, "labs/index.ts"))) as { labs: readonly Lab[] };
  const lab = all.at(-1)!;
  expect([all.length, lab.id, lab.title]).toEqual([labs.length + 1, id, shown]);
  // The planner knows labs by the list.
  (labs as Lab[]).push(lab);
  try {
    expect(await broken(subjectOf(lab, files[`labs/${id}/README.md`]))).toEqual([]);
  } finally {
    (labs as Lab[]).pop();
    cpSync(join(root, "labs/index.ts"), join(project, "labs/index.ts"));
  }
});

test.each([
  ["Stars", undefined, /id: cannot be a folder/],
  ["-a", undefined, /id: cannot be/],
  ["stars", undefined, /id: is taken/],
  ["fine", 'a "title"', /--title: cannot stand in a line of code/],
  ["0", "two\nlines", /id: cannot be[\s\S]*--title/],
])("a name that does not work is refused: %j %j", (id, title, problem) => {
  const found = nameProblems(id, title, ["stars"]);
  expect(found.map((p) => `${p.path}: ${p.message}`).join("\n")).toMatch(problem);
});
