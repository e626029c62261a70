/** A lab's steps as users name them: in config, in rosters, on the command line. */

/**
 * Number of a step given by its number or name; undefined where the lab has no such step. With `now`, the step at
 * which the lab stands, also `next` and `back`, which stay within the lab, and `reset`, the first step.
 */
export function stepNumber(
  step: number | string,
  names: readonly string[],
  now?: number,
): number | undefined {
  const last = names.length - 1;
  if (now !== undefined && step === "reset") return 0;
  if (now !== undefined && step === "next") return Math.min(last, now + 1);
  if (now !== undefined && step === "back") return Math.max(0, now - 1);
  const number = typeof step === "number" || /^\d{1,4}$/.test(step) ? Number(step) : names.indexOf(step);
  return Number.isInteger(number) && number >= 0 && number <= last ? number : undefined;
}

/** `0 (open), 1 (default-deny)`: the steps that there are, for messages. */
export const stepList = (names: readonly string[]): string =>
  names.map((name, i) => `${i} (${name})`).join(", ");
