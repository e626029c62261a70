import { nearest } from "../kube/nearest";
import type { Problem } from "../kube/problems";

/**
 * What fields an object has: `text`, `number`, one of some words, a list, or fields of its own. A key that ends with `!`
 * must be there.
 */
export type Shape =
  "text" | "number" | "flag" | "any" | { oneOf: readonly string[] } | { list: Shape } | { fields: Fields };
export type Fields = Readonly<Record<string, Shape>>;

/** Fields that the API server would refuse, or drop with a warning, with where they stand and the nearest right word. */
export function shapeProblems(value: unknown, shape: Shape, path: string): Problem[] {
  const wrong = (message: string, fix: string): Problem[] => [{ path, value, message, fix }];
  if (shape === "any") return [];
  if (shape === "text") return typeof value === "string" ? [] : wrong("must be a text", "put it in quotes");
  if (shape === "number")
    return Number.isInteger(value) ? [] : wrong("must be a whole number", "write it without quotes");
  if (shape === "flag")
    return typeof value === "boolean" ? [] : wrong("must be true or false", "write true or false");
  if ("oneOf" in shape) {
    if (typeof value === "string" && shape.oneOf.includes(value)) return [];
    const near = typeof value === "string" ? nearest(value, shape.oneOf) : undefined;
    return wrong(`is none of ${shape.oneOf.join(", ")}`, near ?? shape.oneOf[0] ?? "");
  }
  if ("list" in shape)
    return Array.isArray(value)
      ? value.flatMap((item, i) => shapeProblems(item, shape.list, `${path}[${i}]`))
      : wrong("must be a list", "begin each item with '- '");
  return fieldProblems(value, shape.fields, path, wrong);
}

function fieldProblems(
  value: unknown,
  fields: Fields,
  path: string,
  wrong: (message: string, fix: string) => Problem[],
): Problem[] {
  const names = Object.keys(fields).map((n) => n.replace(/!$/, ""));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrong("must have fields", `${names[0] ?? ""}: …`);
  const given = value as Record<string, unknown>;
  const missing = Object.keys(fields)
    .filter((n) => n.endsWith("!") && given[n.slice(0, -1)] === undefined)
    .map((n) => ({ path, message: `lacks ${n.slice(0, -1)}`, fix: example(n.slice(0, -1), fields[n]) }));
  const own = Object.entries(given).flatMap(([key, inner]) => {
    const shape = fields[key] ?? fields[`${key}!`];
    if (shape !== undefined) return inner === null ? [] : shapeProblems(inner, shape, `${path}.${key}`);
    const near = nearest(key, names);
    return [
      {
        path: `${path}.${key}`,
        message: "is no field here",
        fix: near === undefined ? `fields are ${names.join(", ")}` : near,
      },
    ];
  });
  return [...missing, ...own];
}

const example = (name: string, shape: Shape | undefined): string =>
  typeof shape === "object" && "oneOf" in shape ? `${name}: ${shape.oneOf[0] ?? ""}` : `add ${name}`;
