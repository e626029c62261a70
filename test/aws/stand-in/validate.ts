import type { ServiceModel, Shape } from "./models";

/**
 * Holds a value against a shape of a service model: type, required and unknown members, lengths, ranges, patterns,
 * enums. Gives what is wrong, each with its path; none where AWS would take it.
 */
export function shapeProblems(model: ServiceModel, shape: string, value: unknown, path = ""): string[] {
  const found = model.shapes[shape];
  if (found === undefined) return [`${path}: the model has no shape ${shape}`];
  const at = path === "" ? shape : path;
  switch (found.type) {
    case "structure":
      return structure(model, found, value, path, at);
    case "list":
      if (!Array.isArray(value)) return [`${at}: must be a list`];
      return [
        ...range(found, value.length, at, "entries"),
        ...value.flatMap((v, i) => shapeProblems(model, found.member?.shape ?? "", v, `${path}[${i}]`)),
      ];
    case "map":
      return map(model, found, value, path, at);
    case "string":
      return typeof value === "string" ? text(found, value, at) : [`${at}: must be text, not ${kind(value)}`];
    case "integer":
    case "long":
      return Number.isInteger(value)
        ? range(found, value as number, at)
        : [`${at}: must be a whole number, not ${kind(value)}`];
    case "float":
    case "double":
      return typeof value === "number"
        ? range(found, value, at)
        : [`${at}: must be a number, not ${kind(value)}`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${at}: must be true or false, not ${kind(value)}`];
    case "timestamp":
    case "blob":
      return typeof value === "string" ? [] : [`${at}: must be text, not ${kind(value)}`];
  }
}

function structure(model: ServiceModel, shape: Shape, value: unknown, path: string, at: string): string[] {
  if (!isRecord(value)) return [`${at}: must be a structure, not ${kind(value)}`];
  const members = shape.members ?? {};
  const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const missing = (shape.required ?? []).filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${below(name)}: is required`),
    ...Object.entries(value).flatMap(([name, v]) => {
      const member = members[name];
      if (member === undefined) return [`${below(name)}: AWS knows no such member`];
      return v === undefined ? [] : shapeProblems(model, member.shape, v, below(name));
    }),
  ];
}

function map(model: ServiceModel, shape: Shape, value: unknown, path: string, at: string): string[] {
  if (!isRecord(value)) return [`${at}: must be a map, not ${kind(value)}`];
  return [
    ...range(shape, Object.keys(value).length, at, "entries"),
    ...Object.entries(value).flatMap(([key, v]) => [
      ...shapeProblems(model, shape.key?.shape ?? "", key, `${path} key ${JSON.stringify(key)}`),
      ...shapeProblems(model, shape.value?.shape ?? "", v, `${path}[${JSON.stringify(key)}]`),
    ]),
  ];
}

function text(shape: Shape, value: string, at: string): string[] {
  const said = JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  return [
    ...range(shape, Array.from(value).length, `${at} ${said}`, "characters"),
    ...(shape.enum === undefined || shape.enum.includes(value)
      ? []
      : [`${at} ${said}: must be one of ${shape.enum.join(", ")}`]),
    ...(shape.pattern === undefined || whole(shape.pattern).test(value)
      ? []
      : [`${at} ${said}: must match ${shape.pattern}`]),
  ];
}

function range({ min, max }: Shape, n: number, at: string, unit = ""): string[] {
  const of = unit === "" ? String(n) : `${n} ${unit}`;
  if (min !== undefined && n < min) return [`${at}: ${of}, at least ${min}`];
  if (max !== undefined && n > max) return [`${at}: ${of}, at most ${max}`];
  return [];
}

const patterns = new Map<string, RegExp>();

/** A pattern means the whole text, with or without anchors: IAM writes none, EKS only the first. */
function whole(pattern: string): RegExp {
  let made = patterns.get(pattern);
  if (made === undefined) {
    made = new RegExp(`^(?:${portable(pattern)})$`, "u");
    patterns.set(pattern, made);
  }
  return made;
}

/**
 * Java's pattern as JavaScript's: a range of surrogate pairs as one of code points, and no escape or bare hyphen that
 * the Unicode flag refuses.
 */
function portable(pattern: string): string {
  let inClass = false;
  return pattern
    .replace("\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\u{10000}-\\u{10FFFF}")
    .replace(/(\\[wds])-(?=[^\]])/g, "$1\\-")
    .replace(/\\(.)|[[\]]/gs, (part, escaped: string | undefined) => {
      if (part === "[") inClass = true;
      if (part === "]") inClass = false;
      if (escaped === undefined || /[\dA-Za-z^$\\.*+?()[\]{}|/]/.test(escaped)) return part;
      return escaped === "-" && inClass ? part : escaped;
    });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function kind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a structure" : `${typeof value} ${JSON.stringify(value)}`;
}
