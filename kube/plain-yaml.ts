import { parse } from "yaml";

/**
 * Reads YAML as Pulumi's engine does: with anchors, aliases and merge keys.
 * @throws Error where the text is no YAML, or an anchor holds itself: no config has that
 */
export function plainYaml(text: string): unknown {
  const read: unknown = parse(text, { merge: true });
  try {
    JSON.stringify(read);
  } catch {
    throw new Error("an anchor (&) holds an alias (*) of itself");
  }
  return read;
}
