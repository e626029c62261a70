import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  type Dirent,
  type Stats,
} from "node:fs";
import { extname, join, relative } from "node:path";
import { stringify } from "yaml";
import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import { ProblemsError, reasonOf, UserError, type Problem } from "../../kube/problems";
import { readObjects, type SourceObject } from "../../packages/reach/src";

/** What the learner's folder holds. */
export interface Contents {
  objects: SourceObject[];
  /** Files with YAML or JSON, relative to the folder. */
  files: string[];
  problems: Problem[];
  /** What is odd, and still counts. */
  notes: string[];
}

const OBJECTS = new Set([".yaml", ".yml", ".json"]);

/** Reads a folder with all its subfolders, hidden ones left out; a mistake in one file does not hide the others. */
export function readFolder(folder: string): Contents {
  const problems: Problem[] = [];
  const files = list(folder, problems).map((f) => relative(folder, f));
  const objects = files.flatMap((name) => objectsOf(join(folder, name), name, problems));
  return { objects, files, problems, notes: twice(objects) };
}

/** Files with objects, relative to the folder. */
export const filesIn = (folder: string): string[] => list(folder).map((f) => relative(folder, f));

/** Follows no link to a folder: it may be the whole disk. */
function list(folder: string, problems: Problem[] = []): string[] {
  if (!existsSync(folder)) return [];
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    problems.push({ path: folder, message: `cannot be read: ${reasonOf(error)}` });
    return [];
  }
  return entries
    .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return list(path, problems);
      return OBJECTS.has(extname(entry.name)) ? [path] : [];
    });
}

function objectsOf(file: string, name: string, problems: Problem[]): SourceObject[] {
  const what = stat(file);
  if (what?.isDirectory() === true) {
    problems.push({ path: name, message: "is a link to a folder", fix: "put the files here" });
    return [];
  }
  // A file that was only just made, or in which all is commented out. What is none is never opened.
  if (what?.isFile() === true && what.size < 2 ** 20 && isEmpty(file)) return [];
  const found = read(file, name, problems);
  return found.flatMap(({ object }) => {
    const problem = malformed(object, name);
    if (problem === undefined) return [{ object, origin: name }];
    problems.push(problem);
    return [];
  });
}

/** undefined where the system does not say: reading tells why. */
function stat(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function isEmpty(file: string): boolean {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .every((line) => /^\s*(#.*|---\s*)?$/.test(line));
  } catch {
    return false;
  }
}

function read(file: string, name: string, problems: Problem[]): SourceObject[] {
  try {
    return readObjects([file]);
  } catch (error) {
    if (error instanceof ProblemsError)
      problems.push(
        ...error.problems.map((p) => ({
          ...p,
          path: p.path.replace(file, name),
          // The parser shows the line after its colon; the path says where that is.
          message: p.message.replace(/ at line \d+, column \d+:$/, ""),
        })),
      );
    else if (error instanceof UserError)
      problems.push({ path: name, message: error.message.replace(file, name) });
    else throw error;
    return [];
  }
}

/** What every object needs before anything can be said of it. */
function malformed(object: KubeObject, file: string): Problem | undefined {
  const metadata = object.metadata as unknown;
  const path = `${file}: ${object.kind}`;
  if (
    object.kind === "NetworkPolicy" &&
    !/^(networking\.k8s\.io|(crd\.)?projectcalico\.org)\//.test(object.apiVersion)
  )
    return {
      path,
      value: object.apiVersion,
      message: "has an apiVersion that knows no NetworkPolicy",
      fix: "write networking.k8s.io/v1 for a policy of Kubernetes, projectcalico.org/v3 for one of Calico",
    };
  if (typeof metadata !== "object" || metadata === null)
    return {
      path,
      message: "has no metadata",
      fix: "add metadata with a name and, for most kinds, a namespace",
    };
  const { name, namespace } = metadata as { name?: unknown; namespace?: unknown };
  if (typeof name !== "string" || name === "")
    return { path, message: "has no metadata.name", fix: "give it a name" };
  if (namespace !== undefined && namespace !== null && typeof namespace !== "string")
    return { path: `${path} ${name}`, value: namespace, message: "metadata.namespace must be a text" };
  return undefined;
}

function twice(objects: readonly SourceObject[]): string[] {
  const first = new Map<string, SourceObject>();
  return objects.flatMap((source) => {
    const key = objectKey(source.object);
    const other = first.get(key);
    first.set(key, source);
    if (other === undefined) return [];
    return [
      `${objectTitle(source.object)} stands in ${other.origin ?? ""} and in ${source.origin ?? ""}: the later one counts`,
    ];
  });
}

/** Makes the folder with a README and the objects that stand before the step; what is there already stays. */
export function seed(folder: string, readme: string, objects: readonly KubeObject[]): void {
  mkdirSync(folder, { recursive: true });
  const readmeFile = join(folder, "README.md");
  if (!existsSync(readmeFile)) writeFileSync(readmeFile, readme);
  if (list(folder).length > 0) return;
  for (const object of objects) {
    const { apiVersion, kind, metadata, ...rest } = object;
    const place = [
      ...(metadata.namespace === undefined ? [] : [metadata.namespace]),
      metadata.name,
      kind.toLowerCase(),
    ];
    const file = `${place.join("-").replace(/[^\w.-]+/g, "_")}.yaml`;
    writeFileSync(join(folder, file), stringify({ apiVersion, kind, metadata, ...rest }, { lineWidth: 0 }));
  }
}

/** Puts the learner's files away, into a hidden subfolder; nothing is lost. Gives back where, or nothing was there. */
export function putAway(folder: string, when: Date): string | undefined {
  const files = list(folder);
  if (files.length === 0) return undefined;
  const away = join(folder, `.before-${when.toISOString().replace(/[:.]/g, "-")}`);
  mkdirSync(away, { recursive: true });
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(".")) renameSync(join(folder, entry), join(away, entry));
  }
  return away;
}
