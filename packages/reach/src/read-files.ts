import { CORE_SCHEMA, loadAll } from "js-yaml";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../../kube/objects";
import { failOn, UserError, type Problem } from "../../../kube/problems";
import type { SourceObject } from "./input/source-object";

const EXTENSIONS = [".yaml", ".yml", ".json"];

/**
 * Reads Kubernetes objects from YAML and JSON files; folders with all their subfolders (hidden ones and node_modules
 * left out), `-` from standard input. In folders, documents that are no Kubernetes objects are passed over.
 * Paths start in `folder`, and messages name them as given.
 * @throws ProblemsError for every file that does not parse, UserError where a path does not exist or holds no object
 */
export function readObjects(paths: readonly string[], folder = process.cwd()): SourceObject[] {
  const problems: Problem[] = [];
  const objects = paths.flatMap((path) => {
    const found = filesOf(path, folder).flatMap((file) => readFile(file, folder, problems));
    if (found.length === 0 && problems.length === 0)
      throw new UserError(`${path} holds no Kubernetes object: name files or folders with YAML or JSON.`);
    return found;
  });
  failOn("Some files cannot be read:", problems);
  return objects;
}

interface Found {
  readonly file: string;
  /** Named by the user, so that it must hold objects. */
  readonly sure: boolean;
}

function filesOf(path: string, folder: string): Found[] {
  if (path === "-") return [{ file: path, sure: true }];
  const stat = statSync(resolve(folder, path), { throwIfNoEntry: false });
  if (stat === undefined) throw new UserError(`${path} does not exist.`);
  if (!stat.isDirectory()) return [{ file: path, sure: true }];
  return readdirSync(resolve(folder, path), { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      const isFolder =
        entry.isDirectory() || (entry.isSymbolicLink() && statSync(resolve(folder, inner)).isDirectory());
      if (isFolder) return filesOf(inner, folder);
      return EXTENSIONS.includes(extname(entry.name)) ? [{ file: inner, sure: false }] : [];
    });
}

function readFile({ file, sure }: Found, folder: string, problems: Problem[]): SourceObject[] {
  const text = readFileSync(file === "-" ? 0 : resolve(folder, file), "utf8");
  const origin = file === "-" ? "standard input" : file;
  return documents(text, origin, problems).flatMap((object): SourceObject[] => {
    if (object === null || object === undefined) return [];
    if (isObject(object)) return [{ object, origin }];
    if (sure)
      problems.push({
        path: origin,
        message: "holds a document that is no Kubernetes object",
        fix: "give it apiVersion, kind and metadata",
      });
    return [];
  });
}

/**
 * kubectl's parser is lenient with the indentation inside brackets and quotes, where the standard is not: what the strict
 * parser refuses, the lenient one may read. The strict one tells the errors, all of them and with their lines.
 */
function documents(text: string, origin: string, problems: Problem[]): unknown[] {
  const strict = [...parseAllDocuments(text, { merge: true })];
  const errors = strict.flatMap((document) => document.errors);
  if (errors.length === 0) return strict.map((document): unknown => document.toJS());
  try {
    return loadAll(text, undefined, { schema: CORE_SCHEMA });
  } catch {
    for (const error of errors) {
      const [first = error.message] = error.message.split("\n");
      const line = error.linePos?.[0].line;
      problems.push({
        path: line === undefined ? origin : `${origin}:${line}`,
        message: `is no YAML: ${first}`,
      });
    }
    return [];
  }
}

function isObject(value: unknown): value is KubeObject {
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return typeof apiVersion === "string" && typeof kind === "string";
}
