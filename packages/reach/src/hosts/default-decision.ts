import type { Decision } from "../reach-model";

/** An answer that no policy gave. */
export function defaultDecision(verdict: Decision["verdict"], reason: string): Decision {
  const key = `${verdict} ${reason}`;
  let decision = defaults.get(key);
  if (decision === undefined) {
    decision = { verdict, tier: null, policy: null, rule: -1, reason };
    defaults.set(key, decision);
  }
  return decision;
}
// One object per default, so that equal answers are recognised as equal.
const defaults = new Map<string, Decision>();
