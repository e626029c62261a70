import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { load } from "js-yaml";
import { KUBECTL_SCHEMA } from "./yaml-schema";

const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/** Fields that leave who reaches whom as it is, beside `resources` that are files. */
const HARMLESS = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "images",
  "replicas",
  "configMapGenerator",
  "secretGenerator",
  "generatorOptions",
  "commonAnnotations",
  "buildMetadata",
  "sortOptions",
]);

export interface Kustomization {
  /** The file that says it. */
  readonly file: string;
  /** Files and folders that it takes, below its own folder or beside it. */
  readonly takes: readonly string[];
  /** Files that are parts of objects, not objects. */
  readonly parts: ReadonlySet<string>;
  /** What it does to its files that may change who reaches whom. */
  readonly changes: readonly string[];
}

/** What a folder's kustomization says; undefined where it has none. */
export function kustomizationIn(folder: string): Kustomization | undefined {
  const name = NAMES.find((n) => existsSync(join(folder, n)));
  if (name === undefined) return undefined;
  const file = join(folder, name);
  const value = parsed(file);
  const list = (key: string): unknown[] => (Array.isArray(value[key]) ? (value[key] as unknown[]) : []);
  const texts = (key: string): string[] =>
    list(key).filter((item): item is string => typeof item === "string");
  const takes = ["resources", "bases", "components"].flatMap(texts);
  const paths = list("patches").flatMap((p) =>
    isMap(p) && typeof p["path"] === "string" ? [p["path"]] : [],
  );
  const json = list("patchesJson6902").flatMap((p) =>
    isMap(p) && typeof p["path"] === "string" ? [p["path"]] : [],
  );
  const parts = [
    ...paths,
    ...json,
    ...texts("patchesStrategicMerge"),
    ...texts("transformers"),
    ...texts("generators"),
    ...texts("configurations"),
  ];
  const changes = Object.keys(value).filter((key) => !HARMLESS.has(key) && key !== "resources");
  const folders = takes.filter((path) => !/\.(ya?ml|json)$/.test(path));
  return {
    file,
    takes: takes.map((path) => normalize(join(folder, path))),
    parts: new Set(parts.filter((p) => !p.includes("\n")).map((path) => normalize(join(folder, path)))),
    changes: [
      ...changes,
      ...(folders.length > 0 ? ["resources that are folders or links"] : []),
      ...(takes.some((path) => path.startsWith("..")) ? ["resources beside the folder"] : []),
    ],
  };
}

function parsed(file: string): Record<string, unknown> {
  try {
    const value = load(readFileSync(file, "utf8"), { schema: KUBECTL_SCHEMA, json: true });
    return isMap(value) ? value : {};
  } catch {
    return {};
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What `kubectl kustomize` prints of a folder; undefined where no such program is there, or it fails. */
export function rendered(folder: string): { text: string } | { failed: string } | undefined {
  for (const [program, args] of [
    ["kubectl", ["kustomize", folder]],
    ["kustomize", ["build", folder]],
  ] as const) {
    const { error, status, stdout, stderr } = spawnSync(program, args, {
      encoding: "utf8",
      env: process.env,
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") continue;
    if (status === 0) return { text: stdout };
    const said = stderr.trim().split("\n").at(-1) ?? "";
    // kubectl writes its errors as log lines.
    const [, quoted = said] = /err=("(?:[^"\\]|\\.)*")$/.exec(said) ?? [];
    return { failed: quoted === "" ? (error?.message ?? "it failed") : quoted };
  }
  return undefined;
}

/** Of several kustomizations those that no other takes: bases are read by their overlays. */
export function roots(all: ReadonlyMap<string, Kustomization>): string[] {
  const taken = new Set(
    [...all.values()].flatMap(({ takes }) => takes.map((path) => path.replace(/\/$/, ""))),
  );
  return [...all.keys()].filter(
    (folder) => !taken.has(normalize(folder)) && !taken.has(dirname(join(folder, "x"))),
  );
}
