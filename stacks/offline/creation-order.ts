import type { Registered } from "./registration";

/** Namespaces and what others refer to first; within that, by component and name. */
const rank = ["Namespace", "Tier", "IPPool", "ServiceAccount", "ConfigMap", "Secret", "Service"];

const rankOf = (r: Registered): number => {
  const i = rank.indexOf(r.type.split(":").at(-1) ?? "");
  return i === -1 ? rank.length : i;
};

/**
 * Resources in an order in which they can be made, the same each time: the engine works in parallel, so the order
 * of its requests is chance. Everything that a resource waits for comes before it.
 */
export function creationOrder(resources: readonly Registered[]): Registered[] {
  const byUrn = new Map(resources.map((r) => [r.urn, r]));
  const component = (r: Registered): number => byUrn.get(r.parent ?? "")?.index ?? -1;
  const compare = (a: Registered, b: Registered): number =>
    component(a) - component(b) || rankOf(a) - rankOf(b) || a.name.localeCompare(b.name);
  const wanted = [...resources].sort(compare);
  const place = new Map(wanted.map((r, i) => [r.urn, i]));
  const placesBefore = (r: Registered): Set<number> =>
    new Set(
      [...r.dependencies, r.provider, r.parent ?? ""].flatMap((urn) =>
        urn === r.urn ? [] : (place.get(urn) ?? []),
      ),
    );
  /** How many each still waits for, and who waits for it. */
  const left = wanted.map(() => 0);
  const waiters = wanted.map((): number[] => []);
  wanted.forEach((r, i) => {
    const awaited = placesBefore(r);
    left[i] = awaited.size;
    for (const other of awaited) waiters[other]?.push(i);
  });
  /** What waits for nothing, the next one last. */
  const free = left.flatMap((count, i) => (count === 0 ? [i] : [])).reverse();
  const order = new Set<Registered>();
  for (let next = free.pop(); next !== undefined; next = free.pop()) {
    const resource = wanted[next];
    if (resource !== undefined) order.add(resource);
    for (const waiter of waiters[next] ?? []) {
      left[waiter] = (left[waiter] ?? 0) - 1;
      if (left[waiter] === 0) insertDescending(free, waiter);
    }
  }
  // A cycle cannot be registered; if the data has one all the same, take the rest as it stands.
  return [...new Set([...order, ...resources])];
}

function insertDescending(sorted: number[], value: number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}
