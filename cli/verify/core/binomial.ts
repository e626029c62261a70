/**
 * Whether a count of hits goes with a claimed probability. Exact, no normal approximation: a canary of 1 % gives a
 * handful of hits, where approximations are far off.
 */

/** P(X ≤ k) for X binomial with n trials of probability p. */
export function atMost(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  // Each term from the one before, as logarithms: of some thousands of trials the first is below any double.
  const odds = Math.log(p) - Math.log1p(-p);
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let i = 0; i < k; i++) {
    term += Math.log((n - i) / (i + 1)) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/** P(X ≥ k). */
export const atLeast = (k: number, n: number, p: number): number => atMost(n - k, n, 1 - p);

export interface Interval {
  low: number;
  high: number;
}

/**
 * The probabilities that k hits in n trials go with: Clopper and Pearson's interval (Biometrika 26, 1934). It holds the
 * true one in at least 1 - alpha of all runs.
 */
export function interval(k: number, n: number, alpha: number): Interval {
  // Each tail rises or falls with p, so bisection finds where it crosses alpha / 2.
  return {
    low: k === 0 ? 0 : cross((p) => atLeast(k, n, p) > alpha / 2),
    high: k === n ? 1 : cross((p) => atMost(k, n, p) <= alpha / 2),
  };
}

/** Smallest p where the test holds; it fails below and holds above. */
function cross(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Whether k of n goes with p at level alpha. For 0 and 1 one stray answer is a contradiction. */
export function fits(k: number, n: number, p: number, alpha: number): boolean {
  if (p <= 0) return k === 0;
  if (p >= 1) return k === n;
  return atMost(k, n, p) > alpha / 2 && atLeast(k, n, p) > alpha / 2;
}

/** Trials needed so that a share of p is not taken for 0 or 1 at level alpha. */
export function trialsFor(p: number, alpha: number): number {
  const rare = Math.min(p, 1 - p);
  return rare <= 0 ? 1 : Math.ceil(Math.log(alpha / 2) / Math.log1p(-rare));
}
