import type { Policy, Tier } from "../reach-model";

/** TierLess in felix/calc/policy_sorter.go. */
export function byTierOrder(a: Tier, b: Tier): number {
  return a.order === b.order ? compareText(a.name, b.name) : a.order - b.order;
}

/** PolKVLess in felix/calc/policy_sorter.go: order, then `name/namespace/kind`. */
export function byPolicyOrder(a: Policy, b: Policy): number {
  if (a.order !== b.order) return a.order - b.order;
  const key = (p: Policy): string => `${p.name}/${p.namespace ?? ""}/${p.kind}`;
  return compareText(key(a), key(b));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
