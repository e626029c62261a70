import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../kube/problems";

const TEMPLATE = { id: "my-lab", name: "myLab", title: "My lab" };

/** What is wrong with the id and the title of a new lab; `taken`: ids and folders that are there. */
export function nameProblems(id: string, title: string | undefined, taken: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (!/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(id))
    problems.push({
      path: "id",
      value: id,
      message: "cannot be a folder, a key of the config and a namespace",
      fix: "use 1 to 40 lower-case letters, digits and hyphens, a letter first",
    });
  else if (taken.includes(id))
    problems.push({ path: "id", value: id, message: "is taken", fix: "choose another" });
  if (title !== undefined && !/^[^"\\\n]+$/.test(title))
    problems.push({
      path: "--title",
      value: title,
      message: "cannot stand in a line of code",
      fix: "leave out double quotes, backslashes and line breaks",
    });
  return problems;
}

/** The files of a new lab, from labs/template: path from the project's folder → text. */
export function labFiles(project: string, id: string, title = titleOf(id)): Record<string, string> {
  const read = (path: string): string => readFileSync(join(project, path), "utf8");
  const filled = (file: string): string =>
    read(`labs/template/${file}`)
      .replaceAll(TEMPLATE.id, id)
      .replaceAll(TEMPLATE.name, nameOf(id))
      .replaceAll(TEMPLATE.title, title);
  return {
    [`labs/${id}/lab.ts`]: filled("lab.ts"),
    [`labs/${id}/README.md`]: filled("README.md"),
    "labs/index.ts": withLab(read("labs/index.ts"), id),
  };
}

/** labs/index.ts with one lab more, at the end of the catalogue. */
function withLab(index: string, id: string): string {
  const name = nameOf(id);
  const imports = index.lastIndexOf("import ");
  const end = index.lastIndexOf("];");
  return [
    index.slice(0, imports),
    `import { ${name} } from "./${id}/lab";\n`,
    index.slice(imports, end),
    `  ${name},\n`,
    index.slice(end),
  ].join("");
}

/** `Lab` at the end: an id may be a word that TypeScript or the lab's own imports have taken. */
const nameOf = (id: string): string =>
  `${id.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase())}Lab`;

function titleOf(id: string): string {
  const words = id.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
