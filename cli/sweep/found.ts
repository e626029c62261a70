/** Something that carries this project's tags, at AWS or on this machine. */
export interface Found {
  /** `VPC`, `load balancer`, `kind cluster`. */
  kind: string;
  id: string;
  /** The cluster that it was made for. */
  cluster: string;
  /** The stack that its tag names. */
  stack?: string;
  owner?: string;
  /** Until when it was to live, as its tag says. */
  expires?: string;
  /** ISO time. */
  made?: string;
  /** List price of an hour in USD; absent where it has none, or it is not known. */
  usd?: number;
  /** Why it is left alone although nothing owns it. */
  kept?: string;
}

/** What belongs together: one cluster's remains. */
export interface Remains {
  cluster: string;
  stack?: string;
  owner?: string;
  expires?: string;
  /** Of the oldest part whose age is known. */
  made?: string;
  /** Of the parts whose price is known. */
  usd: number;
  found: Found[];
}

/** Stacks of the backend that hold something, and the clusters that they know on this machine. */
export interface Owners {
  stacks: ReadonlySet<string>;
  clusters: ReadonlySet<string>;
}

/**
 * What belongs to no stack of this backend, by cluster. A part is a stack's when its tag names a stack that holds
 * something, or another part of the same cluster is such a stack's.
 */
export function remainsOf(found: readonly Found[], owners: Owners): Remains[] {
  const owned = new Set([
    ...owners.clusters,
    ...found.flatMap((f) => (f.stack !== undefined && owners.stacks.has(f.stack) ? [f.cluster] : [])),
  ]);
  const clusters = new Map<string, Found[]>();
  for (const f of found)
    if (!owned.has(f.cluster)) clusters.set(f.cluster, [...(clusters.get(f.cluster) ?? []), f]);
  return [...clusters].map(([cluster, parts]) => {
    const first = <K extends "stack" | "owner" | "expires">(key: K) => {
      const value = parts.find((p) => p[key] !== undefined)?.[key];
      return value === undefined ? {} : { [key]: value };
    };
    const made = parts.flatMap((p) => p.made ?? []).sort()[0];
    return {
      cluster,
      ...first("stack"),
      ...first("owner"),
      ...first("expires"),
      ...(made === undefined ? {} : { made }),
      usd: parts.reduce((sum, p) => sum + (p.usd ?? 0), 0),
      found: parts,
    };
  });
}

/** What was deleted, and what was not, with the reason. */
export interface SweepResult {
  deleted: Found[];
  left: { found: Found; why: string }[];
}
