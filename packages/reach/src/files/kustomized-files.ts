import { relative, resolve } from "node:path";
import type { Problem } from "../../../../kube/problems";
import { rendered, roots, type Kustomization } from "./kustomize";
import type { Walk } from "./walk";

interface Kustomized {
  /** What was rendered. */
  readonly rendered: readonly { readonly text: string; readonly origin: string }[];
  /** Whether a file is no object by itself: taken by what was rendered, a patch, or on no list. */
  skips(file: string): boolean;
}

/** What kustomizations make of the files that were found below a path; paths start in `folder`. */
export function kustomizedFiles(
  { kustomizations, files }: Pick<Walk, "kustomizations" | "files">,
  folder: string,
  problems: Problem[],
  notes: string[],
): Kustomized {
  const texts: { text: string; origin: string }[] = [];
  // By their absolute paths: a kustomization does not know how the user wrote them.
  const skip = new Set([...kustomizations.values()].flatMap(({ parts }) => [...parts]));
  const skips = (file: string): boolean => {
    const path = resolve(folder, file);
    return skip.has(path) || [...skip].some((dir) => dir.endsWith("/") && path.startsWith(dir));
  };
  const written = new Map([...kustomizations.keys()].map((dir) => [resolve(folder, dir), dir]));
  const all = new Map([...kustomizations].map(([dir, k]) => [resolve(folder, dir), k]));
  for (const here of roots(all)) {
    const kustomization = all.get(here);
    const dir = written.get(here) ?? here;
    if (kustomization === undefined) continue;
    if (kustomization.changes.length === 0) {
      const others = onlyListed(here, kustomization, files, folder, problems);
      const passed = others.filter((file) => !skips(file));
      for (const file of passed) skip.add(resolve(folder, file));
      if (passed.length > 0) notes.push(passedOver(passed, dir));
      continue;
    }
    const result = rendered(here);
    if (result === undefined || "failed" in result) {
      const why = result === undefined ? "there is no kubectl here" : result.failed;
      notes.push(
        `${dir}: its kustomization (${kustomization.changes.join(", ")}) is not rendered, for ${why}; the files are read as they stand. Render it, and read the result: kubectl kustomize ${dir} > rendered.yaml`,
      );
      continue;
    }
    texts.push({ text: result.text, origin: `${dir} (kustomize)` });
    for (const taken of [here, ...kustomization.takes]) skip.add(`${taken.replace(/\/$/, "")}/`);
  }
  return { rendered: texts, skips };
}

/**
 * A kustomization that changes nothing is read without a program: the files that it lists, and no others. Gives the
 * others back.
 */
function onlyListed(
  here: string,
  { takes, file }: Kustomization,
  files: Walk["files"],
  folder: string,
  problems: Problem[],
): string[] {
  if (takes.length === 0) return [];
  const below = files.filter((found) => resolve(folder, found.file).startsWith(`${here}/`));
  const there = new Set(below.map((found) => resolve(folder, found.file)));
  for (const path of takes.filter((taken) => !there.has(taken)))
    problems.push({
      path: relative(folder, file),
      message: `lists ${relative(here, path)}, which is not there`,
      fix: "add the file, or take it off the list",
    });
  return below.map((found) => found.file).filter((path) => !takes.includes(resolve(folder, path)));
}

function passedOver(files: readonly string[], dir: string): string {
  const more = files.length > 3 ? ` and ${files.length - 3} more` : "";
  return `${files.slice(0, 3).join(", ")}${more}: not among the resources of the kustomization in ${dir}, and passed over, as by kubectl apply -k`;
}
