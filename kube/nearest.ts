import { closest, distance } from "fastest-levenshtein";

/** The known word that a mistyped or shortened one most likely means; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(word, [...known]);
  if (distance(word, near) <= Math.max(2, Math.floor(word.length / 3))) return near;
  const holding = known.filter((k) => k.toLowerCase().endsWith(word.toLowerCase()));
  return word.length > 2 && holding.length === 1 ? holding[0] : undefined;
}
