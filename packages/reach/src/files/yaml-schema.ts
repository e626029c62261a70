import { FAILSAFE_SCHEMA, Type, type Schema } from "js-yaml";

/**
 * Scalars as kubectl reads them: sigs.k8s.io/yaml is built on go-yaml v2, which follows YAML 1.1. `yes` and `on` are
 * booleans, `0100` is 64, `1_000` is 1000; dates stay text; tags that nobody knows are passed over (resolve.go).
 */
export const KUBECTL_SCHEMA: Schema = FAILSAFE_SCHEMA.extend({
  implicit: [nullType(), booleanType(), integerType(), floatType(), mergeType()],
  explicit: [binaryType(), ...unknownTags()],
});

function nullType(): Type {
  const texts = ["~", "null", "Null", "NULL", ""];
  return new Type("tag:yaml.org,2002:null", {
    kind: "scalar",
    resolve: (text: unknown) => text === null || (typeof text === "string" && texts.includes(text)),
    construct: () => null,
  });
}

function mergeType(): Type {
  return new Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text: unknown) => text === "<<" });
}

function booleanType(): Type {
  const yes = new Set(["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
  const no = new Set(["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
  return new Type("tag:yaml.org,2002:bool", {
    kind: "scalar",
    resolve: (text: unknown) =>
      typeof text === "string" && (yes.has(text) || no.has(text) || /^[yYnN]$/.test(text)),
    construct: (text: string) => (/^[yYnN]$/.test(text) ? new Letter(text) : yes.has(text)),
  });
}

/**
 * The letters y and n. kubectl reads booleans, as keys too, and then refuses a name or label of a boolean; nobody means
 * one there. So they are text as values, and what kubectl makes of them as keys.
 */
class Letter extends String {
  /** How many have become keys. */
  static keys = 0;

  override toString(): string {
    Letter.keys++;
    return /[yY]/.test(this.valueOf()) ? "true" : "false";
  }
}

/** How many letters have become keys so far: what has one more after a document was read has one in it. */
export const letterKeys = (): number => Letter.keys;

/** The value with its letters as text, and whether it had any. */
export function lettersAsText(value: unknown): { value: unknown; found: boolean } {
  if (value instanceof Letter) return { value: value.valueOf(), found: true };
  if (typeof value !== "object" || value === null) return { value, found: false };
  let found = false;
  const entries = value as Record<string, unknown>;
  for (const [key, inner] of Object.entries(entries)) {
    const text = lettersAsText(inner);
    if (!text.found) continue;
    found = true;
    entries[key] = text.value;
  }
  return { value, found };
}

/** strconv.ParseInt with base 0: prefixes 0x, 0o, 0b, and a leading 0 for octal. */
function integer(text: string): number | undefined {
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/.exec(text.replaceAll("_", "")) ?? [];
  const bases: [RegExp, number, number][] = [
    [/^0[xX][\da-fA-F]+$/, 16, 2],
    [/^0[oO][0-7]+$/, 8, 2],
    [/^0[bB][01]+$/, 2, 2],
    [/^0[0-7]+$/, 8, 1],
    [/^(0|[1-9]\d*)$/, 10, 0],
  ];
  const base = bases.find(([pattern]) => pattern.test(digits));
  if (base === undefined) return undefined;
  const value = parseInt(digits.slice(base[2]), base[1]);
  // More than 64 bits are read as a float, whose digits are decimal.
  if (value >= 2 ** 64) return undefined;
  return sign === "-" ? -value : value;
}

function integerType(): Type {
  return new Type("tag:yaml.org,2002:int", {
    kind: "scalar",
    resolve: (text: unknown) =>
      typeof text === "string" && /^[-+\d]/.test(text) && integer(text) !== undefined,
    construct: (text: string) => integer(text),
  });
}

function floatType(): Type {
  const pattern = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
  // Text where it is larger than any float, and where it is no number that JSON has: kubectl refuses that one.
  return new Type("tag:yaml.org,2002:float", {
    kind: "scalar",
    resolve: (text: unknown) =>
      typeof text === "string" &&
      /^[-+.\d]/.test(text) &&
      pattern.test(text.replaceAll("_", "")) &&
      Number.isFinite(Number(text.replaceAll("_", ""))),
    construct: (text: string) => Number(text.replaceAll("_", "")),
  });
}

function binaryType(): Type {
  return new Type("tag:yaml.org,2002:binary", {
    kind: "scalar",
    construct: (text: string) => Buffer.from(text, "base64").toString(),
  });
}

function unknownTags(): Type[] {
  return ["!", "tag:"].flatMap((prefix) =>
    (["scalar", "sequence", "mapping"] as const).map(
      (kind) => new Type(prefix, { kind, multi: true, construct: (value: unknown) => value }),
    ),
  );
}
