/** A folder of its own for each test, and short ways to fill and read it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ProblemsError } from "../../../../kube/problems";
import { load, readFiles } from "../../../../packages/reach/src";

/** Where the test at hand puts its files. */
export let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "reach-"))));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

export function put(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** Each problem as `path: message > fix`. */
export function problems(read: () => unknown = () => load(readFiles(["."], folder).objects)): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.map((p) => `${p.path}: ${p.message} > ${p.fix ?? ""}`);
    throw error;
  }
  return [];
}

export const pod = (name = "web", more = ""): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: a${more} }\nspec: { containers: [] }\n`;
