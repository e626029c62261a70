import { z } from "zod";
import { nearest } from "./nearest";
import type { Problem } from "./problems";

/** What a schema refuses, as problems with path, value and fix. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, input: unknown): Problem[] {
  return error.issues.flatMap((issue) => toProblems(issue, schema, input));
}

function toProblems(issue: z.core.$ZodIssue, schema: z.ZodType, input: unknown): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => ({
      path: [...path, key].join("."),
      value: at(input, [...issue.path, key]),
      message: "unknown key",
      fix: suggestion(key, known),
    }));
  }
  const value = at(input, issue.path);
  const problem: Problem = { path: path.join(".") || "(config)", value, message: lower(issue.message) };
  const fix = fixFor(issue, value);
  return [fix === undefined ? problem : { ...problem, fix }];
}

/** Types in YAML's words. */
const WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a mapping",
  record: "a mapping",
  string: "text, in quotes where YAML would read something else",
};

const UNITS: Readonly<Record<string, string>> = { string: " characters", array: " items" };

function fixFor(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const near = typeof value === "string" ? nearest(value, values) : undefined;
    const hint = near === undefined ? "" : `did you mean ${near}? `;
    return `${hint}use one of: ${values.join(", ")}`;
  }
  if (issue.code === "invalid_type" && value === undefined) {
    return `set it: pulumi config set --path '${issue.path.map(String).join(".")}' <value>`;
  }
  if (issue.code === "invalid_type") return `use ${WORDS[issue.expected] ?? issue.expected}`;
  if (issue.code === "too_small") return `use ${issue.minimum} or more${UNITS[issue.origin] ?? ""}`;
  if (issue.code === "too_big") return `use ${issue.maximum} or less${UNITS[issue.origin] ?? ""}`;
  return undefined;
}

/** The nearest known key, else all of them. */
export function suggestion(key: string, known: readonly string[]): string {
  if (known.length === 0) return "remove it";
  const near = nearest(key, known);
  return near === undefined ? `known keys: ${known.join(", ")}` : `did you mean ${near}?`;
}

/** Keys that a schema knows at a path; empty where it takes any. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema | undefined;
  for (const step of path) {
    const objects: (JsonSchema | undefined)[] = [node, ...(node?.anyOf ?? [])];
    const holder = objects.find(
      (o) =>
        o?.properties !== undefined || o?.items !== undefined || typeof o?.additionalProperties === "object",
    );
    node =
      holder?.properties?.[String(step)] ??
      (typeof step === "number" ? holder?.items : undefined) ??
      (typeof holder?.additionalProperties === "object" ? holder.additionalProperties : undefined);
  }
  const holder = [node, ...(node?.anyOf ?? [])].find((o) => o?.properties !== undefined);
  return Object.keys(holder?.properties ?? {});
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
