/**
 * What a value that is not known before deployment looks like. It is the mark that the Pulumi engine itself sends for
 * an unknown property (`unknownValue` in pulumi/pulumi sdk/nodejs/runtime/rpc.ts), so that registered inputs can be
 * read as they are; a string, so that it survives YAML and JSON. It may stand for a scalar or for a whole field.
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Three-valued: what depends on an unknown value is neither true nor false. */
export type Truth = boolean | "unknown";

export function isUnknown(value: unknown): boolean {
  // A template literal may carry the mark inside a longer text.
  return typeof value === "string" && value.includes(UNKNOWN);
}

export function not(a: Truth): Truth {
  return a === "unknown" ? a : !a;
}

/** Kleene's and: false wins over unknown. */
export function all(values: Iterable<Truth>): Truth {
  let result: Truth = true;
  for (const value of values) {
    if (value === false) return false;
    if (value === "unknown") result = "unknown";
  }
  return result;
}

/** Kleene's or: true wins over unknown. */
export function any(values: Iterable<Truth>): Truth {
  let result: Truth = false;
  for (const value of values) {
    if (value === true) return true;
    if (value === "unknown") result = "unknown";
  }
  return result;
}
