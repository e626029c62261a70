import type { Tier } from "../reach-model";
import type { Fields } from "./object-fields";

/** Tiers that Calico itself makes (libcalico-go/lib/clientv3/client.go, EnsureInitialized). */
export const BUILT_IN_TIERS: readonly Tier[] = [
  { name: "kube-admin", order: 1_000, defaultAction: "Pass" },
  { name: "default", order: 1_000_000, defaultAction: "Deny" },
  { name: "kube-baseline", order: 10_000_000, defaultAction: "Pass" },
];

/** A Tier; order and default action of the built-in ones are fixed (CEL rules of the CRD), and may be left out here. */
export function readTier(name: string, spec: Fields): Tier {
  spec.only("order", "defaultAction");
  const order = spec.number("order");
  const defaultAction = spec.choice("defaultAction", "Deny", "Pass");
  const builtIn = BUILT_IN_TIERS.find((tier) => tier.name === name);
  if (builtIn === undefined)
    return { name, order: order ?? Infinity, defaultAction: defaultAction ?? "Deny" };
  if (order !== undefined && order !== builtIn.order)
    spec.report("order", order, `of tier ${name} is fixed`, `write order: ${builtIn.order}`);
  if (defaultAction !== undefined && defaultAction !== builtIn.defaultAction)
    spec.report("defaultAction", defaultAction, `of tier ${name} is fixed`, `write ${builtIn.defaultAction}`);
  return builtIn;
}
