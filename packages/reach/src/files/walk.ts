import { readdirSync, realpathSync, statSync, type Stats } from "node:fs";
import { extname, join, resolve } from "node:path";
import type { Problem } from "../../../../kube/problems";
import { LIMITS } from "./limits";
import { chartAround, isChart } from "./templates";
import { kustomizationIn, type Kustomization } from "./kustomize";

const EXTENSIONS = [".yaml", ".yml", ".json"];
/** Files of a chart, and of kustomize, that are not objects. */
const OTHERS = ["Chart.yaml", "Chart.lock", "kustomization.yaml", "kustomization.yml", "Kustomization"];

export interface Found {
  /** As the user's path leads to it. */
  readonly file: string;
  /** Named by the user, so that it must hold objects. */
  readonly named: boolean;
}

/** What a path leads to. */
export interface Walk {
  readonly files: Found[];
  /** Folders with Helm charts, as the user's path leads to them. */
  readonly charts: Set<string>;
  readonly kustomizations: Map<string, Kustomization>;
  readonly problems: Problem[];
}

/** Finds the files below a path; hidden ones and node_modules are left out. Nothing here ever waits or goes in circles. */
export function walk(path: string, folder: string): Walk {
  const found: Walk = { files: [], charts: new Set(), kustomizations: new Map(), problems: [] };
  const start = statOf(path, folder);
  if (typeof start === "string") found.problems.push({ path, message: start });
  else if (start.isDirectory()) enter(path, folder, found, new Set(), 0);
  else if (start.isFile() || path === "-") named(path, folder, found);
  else
    found.problems.push({ path, message: `is ${whatIs(start)}, not a file`, fix: "name files or folders" });
  return found;
}

function named(path: string, folder: string, found: Walk): void {
  const chart = chartAround(resolve(folder, path));
  if (chart === undefined) found.files.push({ file: path, named: true });
  else found.charts.add(chart);
}

function enter(path: string, folder: string, found: Walk, above: ReadonlySet<string>, depth: number): void {
  const here = resolve(folder, path);
  const real = realpathSync(here);
  if (above.has(real) || depth > LIMITS.folders) {
    found.problems.push({ path, message: "is a link to a folder around it", fix: "leave the link out" });
    return;
  }
  if (isChart(here)) {
    found.charts.add(path);
    return;
  }
  const kustomization = kustomizationIn(here);
  if (kustomization !== undefined) found.kustomizations.set(path, kustomization);
  const names = entriesOf(here);
  if (typeof names === "string") {
    found.problems.push({ path, message: names });
    return;
  }
  const inside = new Set([...above, real]);
  for (const name of names) {
    if (name.startsWith(".") || name === "node_modules") continue;
    const inner = join(path, name);
    const stat = statOf(inner, folder);
    const wanted = EXTENSIONS.includes(extname(name));
    if (typeof stat === "string") {
      // A broken link among manifests may stand for one.
      if (wanted)
        found.problems.push({
          path: inner,
          message: `is a link: its target ${stat}`,
          fix: "fix the link, or remove it",
        });
    } else if (stat.isDirectory()) enter(inner, folder, found, inside, depth + 1);
    else if (!wanted || OTHERS.includes(name)) continue;
    else if (stat.isFile()) found.files.push({ file: inner, named: false });
    else found.problems.push({ path: inner, message: `is ${whatIs(stat)}, not a file`, fix: "remove it" });
  }
}

function entriesOf(folder: string): string[] | string {
  try {
    return readdirSync(folder).sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    return fileReason(error);
  }
}

function statOf(path: string, folder: string): Stats | string {
  try {
    return statSync(path === "-" ? "/dev/null" : resolve(folder, path));
  } catch (error) {
    return fileReason(error);
  }
}

/** Why the system does not give a file, in words. */
export function fileReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "does not exist";
    case "ELOOP":
      return "leads in a circle";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    default:
      return message;
  }
}

function whatIs(stat: Stats): string {
  if (stat.isFIFO()) return "a FIFO";
  if (stat.isSocket()) return "a socket";
  return stat.isCharacterDevice() || stat.isBlockDevice() ? "a device" : "something else";
}
