import fc from "fast-check";
import { atLeast, atMost, fits, interval, trialsFor } from "../../../cli/verify/core/binomial";

/** R: pbinom(k, n, p), binom.test(k, n, conf.level = 1 - alpha)$conf.int. */
test.each([
  [0, 10, 0.5, 0.0009765625],
  [5, 10, 0.5, 0.623046875],
  [2, 20, 0.1, 0.6769268],
  [9, 300, 0.05, 0.0648],
])("P(X <= %i) of %i trials at %f", (k, n, p, expected) => {
  expect(atMost(k, n, p)).toBeCloseTo(expected, 3);
});

test.each([
  // Published table values for the exact 95 % interval.
  [0, 10, 0.05, 0, 0.3085],
  [5, 10, 0.05, 0.1871, 0.8129],
  [10, 10, 0.05, 0.6915, 1],
  [1, 20, 0.05, 0.0013, 0.2487],
])("the interval of %i in %i at alpha %f", (k, n, alpha, low, high) => {
  const found = interval(k, n, alpha);
  expect(found.low).toBeCloseTo(low, 3);
  expect(found.high).toBeCloseTo(high, 3);
});

test("both tails together are everything and the middle once more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (n, p) => {
        const k = Math.floor(n * p);
        expect(atMost(k, n, p) + atLeast(k + 1, n, p)).toBeCloseTo(1, 9);
      },
    ),
    { numRuns: 50 },
  );
});

test("a share fits exactly where it lies in the interval", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (n, p) => {
        const k = Math.round(n * Math.min(1, p * 1.3));
        const { low, high } = interval(k, n, 0.01);
        fc.pre(Math.abs(p - low) > 1e-6 && Math.abs(p - high) > 1e-6);
        expect(fits(k, n, p, 0.01)).toBe(low < p && p < high);
      },
    ),
    { numRuns: 50 },
  );
});

test("for none and all one stray is a contradiction", () => {
  expect([
    fits(0, 50, 0, 0.001),
    fits(1, 50, 0, 0.001),
    fits(50, 50, 1, 0.001),
    fits(49, 50, 1, 0.001),
  ]).toEqual([true, false, true, false]);
});

test("with so many trials a canary that is switched off is found out, with one less it is not", () => {
  const n = trialsFor(0.05, 0.001);
  expect(fits(0, n, 0.05, 0.001)).toBe(false);
  expect(fits(0, n - 1, 0.05, 0.001)).toBe(true);
});
