import { parse } from "yaml";
import { UNKNOWN } from "../../packages/reach/src";
import { KNOWN_LATER } from "../plan/known-later";
import { replacesAtAws } from "./aws-changes";

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
  /** The engine makes it anew. Known of commands and their triggers, and of AWS's resources by a table. */
  replaced: boolean;
  /** Properties that differ, at most a dozen. */
  properties: PropertyChange[];
}

export interface PropertyChange {
  path: string;
  /** `1 → 2`, where both are short; otherwise empty. */
  values: string;
}

export interface ResourceDiff {
  added: { type: string; name: string }[];
  changed: ResourceChange[];
  removed: { type: string; name: string }[];
}

const MOST_PATHS = 12;
const COMMAND = "command:local:Command";
const TRIGGER = /^triggers\b/;
/** How plans write a value that is known only after an up; those of older programs have Pulumi's own mark. */
const isUnknown = (value: unknown): boolean => value === KNOWN_LATER || value === UNKNOWN;

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
      const properties = old === undefined ? [] : changedProperties(old.inputs, now.inputs);
      if (properties.length === 0) return [];
      const replaced =
        (now.type === COMMAND && properties.some((p) => TRIGGER.test(p.path))) ||
        replacesAtAws(now.type, properties);
      // Which of the triggers, and what it was, tells a reader nothing.
      const rest = properties.filter((p) => !TRIGGER.test(p.path));
      return [{ ...label(now), replaced, properties: rest }];
    }),
  };
}

/** Components of other programs: their children are not registered here, so they stand for them. */
const REMOTE = /^(eks|kubernetes-cert-manager):index:/;

/** The name of the stack in a URN says nothing about the resource. */
function index(resources: readonly PlannedResource[]): Map<string, PlannedResource> {
  const counted = resources.filter((r) => r.custom || REMOTE.test(r.type));
  return new Map(counted.map((r) => [r.urn.replace(/^urn:pulumi:[^:]*::/, ""), r]));
}

/** Where two values differ; a list or map that is whole new or gone is one path, a text that is YAML is looked into. */
export function changedProperties(old: unknown, now: unknown): PropertyChange[] {
  const found: PropertyChange[] = [];
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (found.length >= MOST_PATHS || Object.is(a, b) || (isUnknown(a) && isUnknown(b))) return;
    if (isNested(a) && isNested(b) && Array.isArray(a) === Array.isArray(b)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      for (const key of keys) {
        const step = Array.isArray(a) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
        walk(own(a, key), own(b, key), step);
      }
      return;
    }
    const [x, y] = [document(a), document(b)];
    if (x !== undefined && y !== undefined) {
      const length = found.length;
      walk(x, y, path);
      if (found.length > length) return;
    }
    found.push({ path, values: isNested(a) || isNested(b) ? "" : `${short(a)} → ${short(b)}` });
  };
  walk(old, now, "");
  return found.map((p) => (/…/.test(p.values) ? { ...p, values: "" } : p));
}

/** Not what every object inherits: `valueOf` may be a key as well. */
const own = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The structure in a text of several lines, where it is YAML or JSON. */
function document(value: unknown): object | undefined {
  if (typeof value !== "string" || !value.includes("\n")) return undefined;
  try {
    const read: unknown = parse(value);
    return isNested(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function short(value: unknown): string {
  if (value === undefined) return "none";
  if (isUnknown(value)) return "known after up";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 || /[\n`]/.test(text) ? "…" : text;
}
