import { policyName, type Decision, type Direction, type Policy, type Rule } from "../reach-model";
import type { State } from "../reach-state";

/** The policy and the rules by which a decision was made; one written rule may be several. */
export function decidingRules(
  state: State,
  { policy: name, tier, rule }: Decision,
  direction: Direction,
): { policy: Policy; rules: readonly Rule[] } | undefined {
  if (name === null) return undefined;
  const policy = state.policies.find((p) => policyName(p) === name && p.tier === tier);
  if (policy === undefined) return undefined;
  return { policy, rules: policy[direction].filter(({ index }) => index === rule) };
}
