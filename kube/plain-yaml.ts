import { parse } from "yaml";
import { reasonOf } from "./problems";

/** More than anybody writes; beyond it a file is a slip, or an attack. */
const LEVELS = 60;
const VALUES = 200_000;

/**
 * Reads YAML as Pulumi's engine does: with anchors, aliases and merge keys.
 * @throws Error, of one line, where the text is no YAML, an anchor holds itself, or there is too much of it
 */
export function plainYaml(text: string): unknown {
  let read: unknown;
  try {
    read = parse(text, { merge: true, logLevel: "error" });
  } catch (error) {
    // The parser shows the place below its first line, however long that is.
    throw new Error(reasonOf(error).split("\n")[0]?.slice(0, 200));
  }
  let left = VALUES;
  const measure = (value: unknown, above: ReadonlySet<unknown>): void => {
    if (typeof value !== "object" || value === null) return;
    if (above.has(value)) throw new Error("an anchor (&) holds an alias (*) of itself");
    if (above.size > LEVELS) throw new Error(`it is nested deeper than ${LEVELS} levels`);
    const within = new Set([...above, value]);
    for (const inner of Object.values(value)) {
      if (left-- < 0) throw new Error(`it holds more than ${VALUES.toLocaleString("en")} values`);
      measure(inner, within);
    }
  };
  measure(read, new Set());
  return read;
}
