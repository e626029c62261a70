/** How long an environment may live: durations as people write them, and the moment a lease ends. */

const MINUTE = 60_000;
const UNITS = { m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE, w: 7 * 24 * 60 * MINUTE } as const;

/** Shortest lease: anything less would be reaped while it is built. */
export const MIN_TTL = 5 * MINUTE;
/** No class can allow an environment to live longer than this after it was first brought up. */
export const MAX_HARD_LIMIT = 30 * UNITS.d;
/** @default 8h: a day of teaching. */
export const DEFAULT_TTL = 8 * UNITS.h;
/** @default 3d */
export const DEFAULT_HARD_LIMIT = 3 * UNITS.d;

/** A duration in milliseconds, or why the text is none. */
export type ParsedDuration = { ms: number } | { problem: string };

/** Reads `90m`, `8h`, `2d`, `1w`, `1d12h`; each unit at most once. Nothing is guessed: a bare number has no unit. */
export function parseDuration(text: string): ParsedDuration {
  const t = text.trim();
  if (/^-/.test(t)) return { problem: "is negative" };
  if (/^[0-9.]+$/.test(t)) {
    return Number(t) === 0 ? { problem: "is zero" } : { problem: "has no unit: m, h, d or w" };
  }
  if (!/^([0-9]{1,9}[mhdw])+$/.test(t)) return { problem: "is not a duration such as 90m, 8h, 2d or 1d12h" };
  const seen = new Set<string>();
  let ms = 0;
  for (const [, n, unit] of t.matchAll(/([0-9]+)([mhdw])/g)) {
    const u = unit as keyof typeof UNITS;
    if (seen.has(u)) return { problem: `names the unit ${u} twice` };
    seen.add(u);
    ms += Number(n) * UNITS[u];
  }
  return ms === 0 ? { problem: "is zero" } : { ms };
}

/** A lease's length within its bounds, or why it is not. `limit` is the class's hard limit. */
export function parseTtl(text: string, limit: number = MAX_HARD_LIMIT): ParsedDuration {
  const d = parseDuration(text);
  if ("problem" in d) return d;
  if (d.ms < MIN_TTL) return { problem: `is shorter than ${formatDuration(MIN_TTL)}` };
  if (d.ms > limit) return { problem: `is longer than the hard limit of ${formatDuration(limit)}` };
  return d;
}

/** `1d12h`, `8h`, `5m`; below a minute `0m`. The way back from parseDuration. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms / MINUTE) * MINUTE;
  let out = "";
  for (const unit of ["d", "h", "m"] as const) {
    const n = Math.floor(rest / UNITS[unit]);
    rest -= n * UNITS[unit];
    if (n > 0) out += `${n}${unit}`;
  }
  return out === "" ? "0m" : out;
}

/** The lease of one environment: moments in milliseconds since 1970. */
export interface Lease {
  /** First `up`: the hard limit counts from here. */
  created: number;
  /** When `reap` may destroy it. */
  expires: number;
  /** Longest life, in milliseconds after `created`. */
  hardLimit: number;
}

/** A lease that begins now. */
export function newLease(now: number, ttl: number, hardLimit: number): Lease {
  return { created: now, expires: now + Math.min(ttl, hardLimit), hardLimit };
}

/**
 * The lease after an `up` or `extend` at `now`: it counts from now and never passes the hard limit.
 * `capped` when the hard limit gave less than was asked for. With `keep` it is never made shorter (`extend`). One that
 * begins in the future was made by a clock that went wrong: it begins now.
 */
export function renewLease(
  lease: Lease,
  now: number,
  ttl: number,
  keep = false,
): { lease: Lease; capped: boolean } {
  const future = beginsInFuture(lease, now);
  const created = future ? now : lease.created;
  const last = created + lease.hardLimit;
  const wanted = Math.max(now + ttl, keep && !future ? lease.expires : 0);
  return { lease: { ...lease, created, expires: Math.min(wanted, last) }, capped: wanted > last };
}

/** A lease that no right clock has made; `reap` would wait for it too long. */
export const beginsInFuture = ({ created }: Pick<Lease, "created">, now: number): boolean =>
  created > now + MIN_TTL;

/** Whether `reap` may take it. */
export function hasExpired(lease: Pick<Lease, "expires">, now: number): boolean {
  return lease.expires <= now;
}
