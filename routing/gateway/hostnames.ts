/** Whether a hostname (`a.org`, `*.a.org`, undefined for every host) takes a host. A wildcard takes any depth. */
export function takes(hostname: string | undefined, host: string): boolean {
  if (hostname === undefined) return true;
  if (!hostname.startsWith("*.")) return hostname === host;
  return host.endsWith(hostname.slice(1)) && host.length > hostname.length - 1;
}

/** What two hostnames have in common; undefined where nothing, `null` for every host. */
export function intersection(one: string | undefined, other: string | undefined): string | null | undefined {
  if (one === undefined) return other ?? null;
  if (other === undefined) return one;
  if (one === other) return one;
  const within = (narrow: string, wide: string) =>
    wide.startsWith("*.") &&
    narrow.replace(/^\*/, "x").endsWith(wide.slice(1)) &&
    narrow.length >= wide.length;
  if (within(one, other)) return one;
  return within(other, one) ? other : undefined;
}

/** The most specific first: exact names, then the longest wildcard, then every host. */
export function bySpecificity(a: string | null, b: string | null): number {
  const rank = (h: string | null): number => (h === null ? 0 : h.startsWith("*.") ? h.length : 100_000);
  return rank(b) - rank(a);
}
