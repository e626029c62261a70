import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Whether a folder is a Helm chart: its templates are only objects once Helm has rendered them. */
export function isChart(folder: string): boolean {
  return existsSync(join(folder, "Chart.yaml")) && existsSync(join(folder, "templates"));
}

/** The chart that a file is a template of; undefined where it is of none. */
export function chartAround(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (basename(folder) === "templates" && isChart(dirname(folder))) return dirname(folder);
    if (dirname(folder) === folder) return undefined;
  }
}

/** Whether text holds what Go's templates replace. */
export function hasTemplate(text: string): boolean {
  return text.includes("{{") && /\{\{-?\s*[.$("`\w]/.test(text);
}

/** A key of a value that only a template can be: YAML reads `{{ x }}` as a map in a map. */
export function holdsTemplateKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key === "[object Object]" || holdsTemplateKey(inner));
}

/** How to render what was found, as the fix of its problem. */
export function renderHint(chart: string | undefined): string {
  return chart === undefined
    ? "render its chart, and read the result: helm template <chart> > rendered.yaml"
    : `render it, and read the result: helm template ${chart} > rendered.yaml`;
}
