/** A resource in `labs plan --json`, as far as a comparison needs it. */
export interface PlannedResource {
  urn: string;
  type: string;
  name: string;
  custom: boolean;
  inputs: Readonly<Record<string, unknown>>;
}

export interface ResourceChange {
  type: string;
  name: string;
  /** Property paths that differ, at most a dozen. */
  paths: string[];
}

export interface ResourceDiff {
  added: { type: string; name: string }[];
  changed: ResourceChange[];
  removed: { type: string; name: string }[];
}

const MOST_PATHS = 12;

/** Compares the resources of two plans by what they are called; components are bookkeeping and left out. */
export function diffResources(
  base: readonly PlannedResource[],
  head: readonly PlannedResource[],
): ResourceDiff {
  const before = index(base);
  const after = index(head);
  const label = ({ type, name }: PlannedResource): { type: string; name: string } => ({ type, name });
  return {
    added: [...after].filter(([key]) => !before.has(key)).map(([, r]) => label(r)),
    removed: [...before].filter(([key]) => !after.has(key)).map(([, r]) => label(r)),
    changed: [...after].flatMap(([key, now]) => {
      const old = before.get(key);
      const paths = old === undefined ? [] : changedPaths(old.inputs, now.inputs);
      return paths.length === 0 ? [] : [{ ...label(now), paths }];
    }),
  };
}

/** The name of the stack in a URN says nothing about the resource. */
function index(resources: readonly PlannedResource[]): Map<string, PlannedResource> {
  return new Map(resources.filter((r) => r.custom).map((r) => [r.urn.replace(/^urn:pulumi:[^:]*::/, ""), r]));
}

/** Paths at which two values differ; a list or map that is whole new or gone is one path. */
export function changedPaths(old: unknown, now: unknown): string[] {
  const paths: string[] = [];
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (paths.length >= MOST_PATHS || Object.is(a, b)) return;
    if (isNested(a) && isNested(b) && Array.isArray(a) === Array.isArray(b)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      for (const key of keys) {
        const step = Array.isArray(a) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
        walk((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], step);
      }
    } else paths.push(path);
  };
  walk(old, now, "");
  return paths;
}

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;
