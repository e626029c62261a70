import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { failOn, UserError, type Problem } from "../../../../kube/problems";
import type { SourceObject } from "../input/source-object";
import { classify } from "./classify";
import { decoded } from "./decode";
import { documentsOf, type Documents } from "./documents";
import { kustomizedFiles } from "./kustomized-files";
import { LIMITS } from "./limits";
import { hasTemplate, holdsTemplateKey, renderHint } from "./templates";
import { fileReason, walk, type Found } from "./walk";

/** What files and folders hold. */
export interface ReadObjects {
  readonly objects: readonly SourceObject[];
  /** What was read in a way that the user should know of. */
  readonly notes: readonly string[];
}

/**
 * Reads Kubernetes objects from YAML and JSON files as kubectl does; folders with all their subfolders (hidden ones and
 * node_modules left out), `-` from standard input. A folder with a kustomization is rendered by `kubectl kustomize`
 * where that is there. In folders, documents that have neither `kind`, `spec` nor `items` are passed over. Paths start
 * in `folder`, and messages name them as given.
 * @throws ProblemsError for everything that cannot be read, UserError where a path holds no object
 */
export function readFiles(paths: readonly string[], folder: string = process.cwd()): ReadObjects {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const objects = paths.flatMap((path) => {
    const found = readPath(path, folder, problems, notes);
    if (found.length === 0 && problems.length === 0)
      throw new UserError(`${path} holds no Kubernetes object: name files or folders with YAML or JSON.`);
    return found;
  });
  failOn("Some files cannot be read:", problems);
  return { objects, notes };
}

/** The objects of `readFiles` alone. @throws ProblemsError, UserError */
export function readObjects(paths: readonly string[], folder: string = process.cwd()): SourceObject[] {
  return [...readFiles(paths, folder).objects];
}

function readPath(path: string, folder: string, problems: Problem[], notes: string[]): SourceObject[] {
  const found = walk(path, folder);
  problems.push(...found.problems);
  for (const chart of found.charts)
    problems.push({
      path: chart,
      message: "is a Helm chart: its templates are not objects yet",
      fix: renderHint(chart),
    });
  const kustomized = kustomizedFiles(found, folder, problems, notes);
  const objects = kustomized.rendered.flatMap(({ text, origin }) =>
    collect(documentsOf(text, origin), origin, true, problems, notes),
  );
  for (const file of found.files) {
    if (!kustomized.skips(file.file)) objects.push(...readFile(file, folder, problems, notes));
  }
  return objects;
}

function readFile(
  { file, named }: Found,
  folder: string,
  problems: Problem[],
  notes: string[],
): SourceObject[] {
  const origin = file === "-" ? "standard input" : file;
  const text = textOf(file, folder, problems);
  if (text === undefined) return [];
  const read = documentsOf(text, origin);
  if (
    hasTemplate(text) &&
    (read.problems.length > 0 || read.documents.some(({ value }) => holdsTemplateKey(value)))
  ) {
    problems.push({ path: origin, message: "is a Helm template, not YAML", fix: renderHint(undefined) });
    return [];
  }
  return collect(read, origin, named, problems, notes);
}

function textOf(file: string, folder: string, problems: Problem[]): string | undefined {
  const fix = "split the file, or leave it out";
  const large = { path: file, message: `is larger than ${LIMITS.bytes / 1024 / 1024} MiB`, fix };
  try {
    if (file !== "-" && statSync(resolve(folder, file)).size > LIMITS.bytes) {
      problems.push(large);
      return undefined;
    }
    const bytes = readFileSync(file === "-" ? 0 : resolve(folder, file));
    if (bytes.length <= LIMITS.bytes) return decoded(bytes);
    problems.push(large);
  } catch (error) {
    problems.push({ path: file, message: fileReason(error) });
  }
  return undefined;
}

function collect(
  { documents, problems: unread, notes: noted }: Documents,
  origin: string,
  named: boolean,
  problems: Problem[],
  notes: string[],
): SourceObject[] {
  problems.push(...unread);
  notes.push(...noted);
  let others = 0;
  const objects = documents.flatMap(({ value, line, several }): SourceObject[] => {
    const place = several ? `${origin}:${line}` : origin;
    const classified = classify(value);
    if (classified === undefined) {
      others++;
      return [];
    }
    if ("object" in classified) return [{ object: classified.object, origin: place }];
    problems.push({ path: place, ...classified.problem });
    return [];
  });
  if (others > 0 && named && objects.length === 0 && unread.length === 0)
    problems.push({
      path: origin,
      message: "holds no Kubernetes object",
      fix: "give it apiVersion, kind and metadata",
    });
  else if (others > 0 && (named || objects.length > 0))
    notes.push(
      `${origin}: ${others} document${others === 1 ? " is" : "s are"} no Kubernetes object, and passed over`,
    );
  return objects;
}
