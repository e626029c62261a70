/** One line of what a stack costs. */
export interface CostPart {
  what: string;
  count: number;
  /** The most that it may grow to, where autoscaling can move it. */
  most?: number;
  /** USD an hour for one; absent where no price is known, and then `why` says why. */
  each?: number;
  why?: string;
}

const NO_PRICE = "the table has no price of it in this region";

/** A line with the price of one, or with the reason why there is none. */
export const priced = (what: string, count: number, each: number | undefined): CostPart =>
  each === undefined ? { what, count, why: NO_PRICE } : { what, count, each };

/** The sum of parts with a price, and the names of those without. */
export interface CostSum {
  /** USD an hour, as the groups start. */
  hour: number;
  /** USD an hour with every group at its most nodes. */
  most: number;
  /** Parts that have no price here: the sums are without them. */
  unknown: string[];
}

export function sumOf(parts: readonly CostPart[]): CostSum {
  const add = (n: (p: CostPart) => number): number => parts.reduce((sum, p) => sum + n(p) * (p.each ?? 0), 0);
  return {
    hour: add((p) => p.count),
    most: add((p) => p.most ?? p.count),
    unknown: parts.filter((p) => p.each === undefined).map((p) => p.what),
  };
}
