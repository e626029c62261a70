import type { KubeObject } from "../../../../kube/objects";

export type Path = readonly (string | number)[];
type Holder = Record<string | number, unknown>;

export const isMap = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

/** What stands at a path; undefined where nothing does. */
export function at(object: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (x, key) => (typeof x === "object" && x !== null ? (x as Holder)[key] : undefined),
    object,
  );
}

/** The object with something else at a path; undefined takes a field or a list's item away. */
export function withAt(object: KubeObject, path: Path, value: unknown): KubeObject {
  return put(object, path, value) as KubeObject;
}

function put(x: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(x)) {
    const list = [...(x as unknown[])];
    const inner = put(list[key as number], rest, value);
    if (rest.length === 0 && value === undefined) list.splice(key as number, 1);
    else list[key as number] = inner;
    return list;
  }
  const map: Holder = { ...(x as Holder | undefined) };
  const inner = put(map[key], rest, value);
  if (inner === undefined) Reflect.deleteProperty(map, key);
  else map[key] = inner;
  return map;
}

/** A list at a path; empty where there is none. */
export function listAt(object: unknown, path: Path): readonly Record<string, unknown>[] {
  const found = at(object, path);
  return Array.isArray(found) ? found.filter(isMap) : [];
}

/** `spec.ingress[0].from[1]` without `spec`: as people speak of it. */
export function pathText(path: Path): string {
  return path
    .filter((key, i) => !(i === 0 && key === "spec"))
    .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${key}`))
    .join("");
}

/** A value in one line, as YAML's flow style reads. */
export function valueText(x: unknown): string {
  if (x === undefined) return "nothing";
  if (typeof x === "string") return /^[\w./-]+$/.test(x) ? x : JSON.stringify(x);
  if (Array.isArray(x)) return `[${x.map(valueText).join(", ")}]`;
  if (isMap(x)) {
    const inner = Object.entries(x).map(([k, v]) => `${k}: ${valueText(v)}`);
    return inner.length === 0 ? "{}" : `{${inner.join(", ")}}`;
  }
  return JSON.stringify(x);
}
