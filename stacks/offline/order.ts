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
  const before = (r: Registered): string[] =>
    [...r.dependencies, r.provider, r.parent ?? ""].filter((u) => byUrn.has(u) && u !== r.urn);
  const compare = (a: Registered, b: Registered): number =>
    component(a) - component(b) || rankOf(a) - rankOf(b) || a.name.localeCompare(b.name);
  const waiting = new Map(resources.map((r) => [r.urn, new Set(before(r))]));
  const order: Registered[] = [];
  const open = new Set(resources);
  while (open.size > 0) {
    const free = [...open].filter((r) => waiting.get(r.urn)?.size === 0).sort(compare);
    // A cycle cannot be registered; if the data has one all the same, take the rest as it stands.
    const next = free[0] ?? [...open][0];
    if (next === undefined) break;
    order.push(next);
    open.delete(next);
    for (const set of waiting.values()) set.delete(next.urn);
  }
  return order;
}
