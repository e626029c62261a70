import type { Clock } from "../../clock";

export interface SettleOptions {
  /** How long to wait for mismatches to go away. */
  limitMs: number;
  clock: Clock;
  signal?: AbortSignal;
  /** Told before a wait, when the number has changed: how many are wrong, and the seconds that are left. */
  waiting?: (wrong: number, seconds: number) => void;
}

/**
 * Policies take a moment to reach the nodes. What is wrong is tried again until it is right or the limit has passed;
 * when all of it came right, everything is tried once more: what was right at first may have changed meanwhile.
 */
export async function settle<C, R>(
  checks: readonly C[],
  attempt: (checks: readonly C[]) => Promise<Map<C, R>>,
  right: (check: C, result: R) => boolean,
  { limitMs, clock, signal, waiting }: SettleOptions,
): Promise<Map<C, R>> {
  const end = clock.now() + limitMs;
  const results = new Map<C, R>();
  let next = checks;
  let reported = 0;
  for (let wait = 500; ; wait = Math.min(5000, wait * 2)) {
    for (const [check, result] of await attempt(next)) results.set(check, result);
    const wrong = checks.filter((c) => {
      const result = results.get(c);
      return result === undefined || !right(c, result);
    });
    if (wrong.length === 0 && next.length === checks.length) return results;
    if (clock.now() >= end || signal?.aborted === true) return results;
    if (wrong.length === 0) {
      next = checks;
      continue;
    }
    if (wrong.length !== reported) waiting?.(wrong.length, Math.ceil((end - clock.now()) / 1000));
    reported = wrong.length;
    await clock.sleep(wait, signal);
    next = wrong;
  }
}
