import { nearest } from "../../../../kube/nearest";
import { formatProblem, type Problem } from "../../../../kube/problems";
import { isUnknown } from "../selector";

/** What stands in a list of problems already, as text. */
const reported = new WeakMap<Problem[], Set<string>>();

/**
 * Reads the fields of an object of which some may not be known before deployment (see `UNKNOWN`). Every problem is
 * noted with its path, reading goes on, and unknown values read as absent: ask `unknown` where that matters.
 */
export class Fields {
  private readonly entries: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    /** Where the object stands, as messages name it. */
    readonly path: string,
    readonly problems: Problem[],
  ) {
    const usable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!usable && value !== undefined && value !== null && !isUnknown(value)) {
      this.report("", value, "must be an object");
    }
    this.entries = usable ? (value as Record<string, unknown>) : {};
  }

  has(key: string): boolean {
    return this.entries[key] !== undefined && this.entries[key] !== null;
  }

  raw(key: string): unknown {
    return this.entries[key] ?? undefined;
  }

  /** Whether the field, or with no key the object, holds a value that is not known before deployment. */
  unknown(key?: string): boolean {
    return holdsUnknown(key === undefined ? this.entries : this.entries[key]);
  }

  report(key: string, value: unknown, message: string, fix?: string): void {
    const path = key === "" ? this.path : this.at(key);
    const problem = { path, value, message, ...(fix === undefined ? {} : { fix }) };
    // Several readers may look at one field; it is still one problem.
    const text = formatProblem(problem);
    const seen = reported.get(this.problems) ?? new Set<string>();
    reported.set(this.problems, seen);
    if (seen.has(text)) return;
    seen.add(text);
    this.problems.push(problem);
  }

  /** Reports fields that are not among these: a misspelt field would silently mean nothing. */
  only(...keys: readonly string[]): void {
    for (const key of Object.keys(this.entries)) {
      if (keys.includes(key)) continue;
      const near = keys.find((k) => k.toLowerCase() === key.toLowerCase()) ?? nearest(key, keys);
      this.report(
        key,
        undefined,
        "is not a field here",
        near === undefined ? `fields are ${keys.join(", ")}` : `write ${near}`,
      );
    }
  }

  string(key: string): string | undefined {
    const value = this.known(key);
    if (value === undefined || typeof value === "string") return value;
    this.report(key, value, "must be text", typeof value === "number" ? `quote it: "${value}"` : undefined);
    return undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.known(key);
    if (value === undefined || typeof value === "boolean") return value;
    // Letters are text as long as nobody asks for more (files/yaml-schema.ts).
    if (typeof value === "string" && /^[yYnN]$/.test(value)) return /[yY]/.test(value);
    this.report(key, value, "must be true or false");
    return undefined;
  }

  number(key: string): number | undefined {
    const value = this.known(key);
    if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
    this.report(key, value, "must be a number");
    return undefined;
  }

  integer(key: string, min: number, max: number): number | undefined {
    const value = this.known(key);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    this.report(key, value, `must be a whole number from ${min} to ${max}`);
    return undefined;
  }

  choice<T extends string>(key: string, ...choices: readonly T[]): T | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const found = choices.find((c) => c === value);
    if (found !== undefined) return found;
    const near = choices.find((c) => c.toLowerCase() === value.toLowerCase());
    this.report(
      key,
      value,
      `must be ${choices.join(", ")}`,
      near === undefined ? undefined : `write ${near}`,
    );
    return undefined;
  }

  object(key: string): Fields {
    return new Fields(this.entries[key], this.at(key), this.problems);
  }

  /** Items of a list as objects. An absent list is empty. */
  objects(key: string): Fields[] {
    return this.items(key).map((item, i) => new Fields(item, `${this.at(key)}[${i}]`, this.problems));
  }

  /** Items of a list as they are; unknown ones are left out. */
  values(key: string): unknown[] {
    return this.items(key).filter((item) => !isUnknown(item));
  }

  strings(key: string): string[] {
    return this.values(key).flatMap((item, i) => {
      if (typeof item === "string") return [item];
      this.report(`${key}[${i}]`, item, "must be text");
      return [];
    });
  }

  /** A map of texts, such as labels. Unknown values are kept: selectors know how to read them. */
  map(key: string): Record<string, string> {
    const value = this.entries[key];
    if (value === undefined || value === null || isUnknown(value)) return {};
    if (typeof value !== "object" || Array.isArray(value)) {
      this.report(key, value, "must be a map of texts");
      return {};
    }
    const result: Record<string, string> = {};
    for (const [name, text] of Object.entries(value as Record<string, unknown>)) {
      if (typeof text === "string") result[name] = text;
      else this.report(`${key}.${name}`, text, "must be text", `quote it: "${String(text)}"`);
    }
    return result;
  }

  at(key: string): string {
    return this.path.endsWith(": ") ? `${this.path}${key}` : `${this.path}.${key}`;
  }

  private items(key: string): unknown[] {
    const value = this.entries[key];
    if (value === undefined || value === null || isUnknown(value)) return [];
    if (Array.isArray(value)) return value;
    this.report(key, value, "must be a list", "start each item with a dash");
    return [];
  }

  private known(key: string): string | number | boolean | object | undefined {
    const value = this.entries[key] ?? undefined;
    return isUnknown(value) ? undefined : value;
  }
}

function holdsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}
