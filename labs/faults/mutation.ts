import type { KubeObject } from "../../kube/objects";
import { withAt, type Path } from "../../packages/reach/src";

/** One thing done wrong to an object. */
export interface Mutation {
  /** As `label`, `port`, `namespace`: the kind of mistake, as public bug reports have them. */
  kind: string;
  /** What was done, for when it has been found. */
  what: string;
  /** Absent where the object is gone. */
  after?: KubeObject;
}

export type Made = Generator<Mutation>;
export const put = (o: KubeObject, kind: string, what: string, path: Path, value: unknown): Mutation => ({
  kind,
  what,
  after: withAt(o, path, value),
});

/** A word with its last two letters changed over, or doubled where they are alike. */
export function misspelt(word: string): string {
  const [a = "", b = ""] = [word.at(-2), word.at(-1)];
  return a === b || word.length < 3 ? `${word}${b}` : `${word.slice(0, -2)}${b}${a}`;
}
