/** Go's ParseBool; undefined for what is no bool, so that the default counts. */
export function bool(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (["1", "t", "T", "TRUE", "true", "True"].includes(value)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(value) ? false : undefined;
}

export function text(value: string | undefined): string | undefined {
  const trimmed = value
    ?.split("\n")
    .map((line) => line.trim())
    .join("\n");
  return trimmed === "" ? undefined : trimmed;
}

export const list = (value: string | undefined): string[] =>
  (value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
