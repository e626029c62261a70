import { FAILSAFE_SCHEMA, Type, type Schema } from "js-yaml";

/**
 * Scalars as kubectl reads them: sigs.k8s.io/yaml is built on go-yaml v2, which follows YAML 1.1. `yes` and `on` are
 * booleans, `0100` is 64, `1_000` is 1000; dates stay text; tags that nobody knows are passed over (resolve.go).
 */
export const KUBECTL_SCHEMA: Schema = FAILSAFE_SCHEMA.extend({
  implicit: [nullType(), booleanType(), integerType(), floatType(), mergeType()],
  explicit: unknownTags(),
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

/** The letters y and n stay text: kubectl would refuse a name or label of a boolean, and nobody means one. */
function booleanType(): Type {
  const yes = new Set(["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
  const no = new Set(["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
  return new Type("tag:yaml.org,2002:bool", {
    kind: "scalar",
    resolve: (text: unknown) => typeof text === "string" && (yes.has(text) || no.has(text)),
    construct: (text: string) => yes.has(text),
  });
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
  const special: Readonly<Record<string, number>> = {
    ".nan": NaN,
    ".inf": Infinity,
    "+.inf": Infinity,
    "-.inf": -Infinity,
  };
  return new Type("tag:yaml.org,2002:float", {
    kind: "scalar",
    resolve: (text: unknown) =>
      typeof text === "string" && (pattern.test(text.replaceAll("_", "")) || text.toLowerCase() in special),
    construct: (text: string) => special[text.toLowerCase()] ?? Number(text.replaceAll("_", "")),
  });
}

function unknownTags(): Type[] {
  return ["!", "tag:"].flatMap((prefix) =>
    (["scalar", "sequence", "mapping"] as const).map(
      (kind) => new Type(prefix, { kind, multi: true, construct: (value: unknown) => value }),
    ),
  );
}
