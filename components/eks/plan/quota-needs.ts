import type { EksPlan } from "./eks-plan";
import { natGateways } from "../../aws/plan/network-request";
import type { QuotaName, QuotaNeeds } from "./quotas";

const FAMILIES: readonly [types: RegExp, quota: QuotaName][] = [
  [/^([acdhimrtz]|im|is)\d/, "standard"],
  [/^(g|vt)\d/, "graphics"],
  [/^p\d/, "training"],
  [/^inf\d/, "inference"],
];

/** What a stack takes of each quota at its start. Spot has quotas of its own, and is not counted. */
export function quotaNeeds({ network, nodeGroups, capacities }: EksPlan): QuotaNeeds {
  const needs: QuotaNeeds = {
    vpcs: network.existing === undefined ? 1 : 0,
    addresses: natGateways(network),
    nodeGroups: nodeGroups.length,
  };
  for (const { group } of capacities) {
    const [facts] = group.types;
    const quota = FAMILIES.find(([types]) => types.test(facts?.instanceType ?? ""))?.[1];
    const made = nodeGroups.filter((g) => g.name === group.name || g.name.startsWith(`${group.name}-`));
    if (quota === undefined || facts?.vcpus === undefined) continue;
    const nodes = made.filter((g) => g.capacityType === "ON_DEMAND").reduce((n, g) => n + g.desired, 0);
    if (nodes > 0) needs[quota] = (needs[quota] ?? 0) + nodes * facts.vcpus;
  }
  return needs;
}
