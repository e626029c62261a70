import fc from "fast-check";
import {
  beginsInFuture,
  formatDuration,
  hasExpired,
  MAX_HARD_LIMIT,
  newLease,
  parseDuration,
  parseTtl,
  renewLease,
} from "../../classroom/lease";

const HOUR = 3_600_000;

test.each([
  ["8h", 8 * HOUR],
  ["90m", 1.5 * HOUR],
  ["2d", 48 * HOUR],
  ["1d12h", 36 * HOUR],
  [" 1w ", 168 * HOUR],
])("%s", (text, ms) => {
  expect(parseDuration(text)).toEqual({ ms });
});

test.each([
  ["0", "is zero"],
  ["0h", "is zero"],
  ["-8h", "is negative"],
  ["8", "has no unit: m, h, d or w"],
  ["8x", "is not a duration such as 90m, 8h, 2d or 1d12h"],
  ["", "is not a duration such as 90m, 8h, 2d or 1d12h"],
  ["1h1h", "names the unit h twice"],
  ["1m", "is shorter than 5m"],
  ["365d", "is longer than the hard limit of 30d"],
  ["52w", "is longer than the hard limit of 30d"],
  ["999999999w", "is longer than the hard limit of 30d"],
  ["Infinity", "is not a duration such as 90m, 8h, 2d or 1d12h"],
])("%j is refused: %s", (text, problem) => {
  expect(parseTtl(text)).toEqual({ problem });
});

test("a class's own hard limit holds", () => {
  expect(parseTtl("25h", 24 * HOUR)).toEqual({ problem: "is longer than the hard limit of 1d" });
  expect(parseTtl("24h", 24 * HOUR)).toEqual({ ms: 24 * HOUR });
});

test("what is printed reads back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_HARD_LIMIT / 60_000 }), (minutes) => {
      expect(parseDuration(formatDuration(minutes * 60_000))).toEqual({ ms: minutes * 60_000 });
    }),
  );
});

test("the lease counts from the last up or extend, never past the hard limit", () => {
  const lease = newLease(0, 8 * HOUR, 24 * HOUR);
  expect(lease.expires).toBe(8 * HOUR);
  expect(hasExpired(lease, 8 * HOUR)).toBe(true);
  expect(hasExpired(lease, 8 * HOUR - 1)).toBe(false);
  const up = renewLease(lease, 4 * HOUR, 8 * HOUR);
  expect(up).toEqual({ lease: { ...lease, expires: 12 * HOUR }, capped: false });
  expect(renewLease(lease, 1 * HOUR, 2 * HOUR).lease.expires).toBe(3 * HOUR);
  expect(renewLease(lease, 1 * HOUR, 2 * HOUR, true).lease.expires).toBe(8 * HOUR);
  expect(renewLease(lease, 20 * HOUR, 8 * HOUR)).toEqual({
    lease: { ...lease, expires: 24 * HOUR },
    capped: true,
  });
});

test("a lease that begins in the future is known, and begins anew with the next renewal", () => {
  const ahead = newLease(40 * 24 * HOUR, 8 * HOUR, 72 * HOUR);
  expect([
    beginsInFuture(ahead, 0),
    beginsInFuture(ahead, ahead.created),
    beginsInFuture(newLease(60_000, HOUR, HOUR), 0),
  ]).toEqual([true, false, false]);
  for (const keep of [false, true])
    expect(renewLease(ahead, 0, 8 * HOUR, keep)).toEqual({
      lease: newLease(0, 8 * HOUR, 72 * HOUR),
      capped: false,
    });
});
