import type { KubeObject } from "../../../../kube/objects";
import type { Problem } from "../../../../kube/problems";
import { apiVersionOf } from "../input/api-versions";

/** What a document is: an object, a problem, or nothing of Kubernetes'. */
type Classified = { readonly object: KubeObject } | { readonly problem: Omit<Problem, "path"> } | undefined;

const KEYS = ["apiVersion", "kind", "metadata", "spec", "items"] as const;

/** Whatever has a `kind`, a `spec` or `items` and is not an object is a problem: it may have been meant to decide. */
export function classify(value: unknown): Classified {
  if (Array.isArray(value)) return classifyArray(value);
  if (typeof value === "string" && /\bkind"?\s*:/.test(value))
    return {
      problem: {
        message: "is text that looks like an object",
        fix: "take comments out of JSON, and check the indentation of YAML",
      },
    };
  if (typeof value !== "object" || value === null) return undefined;
  const entries = value as Record<string, unknown>;
  const { apiVersion, kind } = entries;
  if (typeof apiVersion === "string" && typeof kind === "string" && kind !== "")
    return { object: value as KubeObject };
  const meant = KEYS.filter((key) => key in entries || misspelt(entries, key) !== undefined);
  if (!meant.some((key) => key === "kind" || key === "spec" || key === "items")) return undefined;
  return { problem: broken(entries) };
}

function classifyArray(values: readonly unknown[]): Classified {
  const objects = values.some(
    (item) => typeof item === "object" && item !== null && classify(item) !== undefined,
  );
  if (!objects) return undefined;
  return {
    problem: {
      message: "is a list of objects without a kind, which kubectl does not read",
      fix: "write apiVersion: v1, kind: List, and the objects under items",
    },
  };
}

function broken(entries: Record<string, unknown>): Omit<Problem, "path"> {
  for (const key of ["apiVersion", "kind"] as const) {
    const other = misspelt(entries, key);
    if (!(key in entries) && other !== undefined)
      return { message: `has ${other} where ${key} is needed`, fix: `write ${key}` };
  }
  const { apiVersion, kind } = entries;
  const name = typeof kind === "string" && kind !== "" ? kind : undefined;
  if (name === undefined) {
    const fix = "items" in entries ? "write apiVersion: v1 and kind: List" : "give it apiVersion and kind";
    return { ...(kind === undefined ? {} : { value: kind }), message: "has no kind", fix };
  }
  if (apiVersion === undefined || apiVersion === null || apiVersion === "")
    return { message: `${name} has no apiVersion`, fix: `add apiVersion: ${apiVersionOf(name)}` };
  return {
    value: apiVersion,
    message: `${name}: apiVersion must be text`,
    fix: `write apiVersion: ${apiVersionOf(name)}`,
  };
}

/** A key that is this one but for its capitals. */
function misspelt(entries: Record<string, unknown>, key: string): string | undefined {
  return Object.keys(entries).find((other) => other !== key && other.toLowerCase() === key.toLowerCase());
}
