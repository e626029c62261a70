import { answers, insiders } from "./connectivity";
import { policyName, type Direction, type Endpoint, type Policy } from "./reach-model";
import type { State } from "./reach-state";
import { FALSE } from "./rules/entities";
import { kindTitle } from "./rules/rule-entries";
import { truthAt } from "./rules/evaluate-rules";

/** A policy or a rule that changes nothing in this state. */
export interface Unused {
  readonly kind: string;
  readonly policy: string;
  /** undefined where the whole policy is meant. */
  readonly rule?: { readonly direction: Direction; readonly index: number };
  readonly reason: string;
}

/**
 * Policies that select nothing, and rules that never decide: no peer of theirs is there, or rules before them decide
 * about all that they match. Judged on the workloads and addresses of the input; only where neither hosts nor both
 * address families are in the way. Not listed is what may decide.
 */
export function unused(state: State): Unused[] {
  const decided = decisions(state);
  return state.policies.flatMap((policy) => unusedIn(state, policy, decided));
}

const keyOf = (policy: string, tier: string | null, direction: Direction, rule: number): string =>
  JSON.stringify([policy, tier, direction, rule]);

/** Every rule that decides about some port of some pair. */
function decisions(state: State): Set<string> {
  const found = new Set<string>();
  const seen = new Set<unknown>();
  const answer = answers(state);
  const ends = [...insiders(state), ...state.outside];
  for (const from of ends) {
    for (const to of ends) {
      if ((from === to && from.several !== true) || (from.type === "outside" && to.type === "outside"))
        continue;
      const parts = answer(from, to);
      if (seen.has(parts)) continue;
      seen.add(parts);
      for (const { part } of parts) {
        for (const direction of ["egress", "ingress"] as const) {
          const { policy, tier, rule } = part[direction];
          if (policy !== null) found.add(keyOf(policy, tier, direction, rule));
        }
      }
    }
  }
  return found;
}

function unusedIn(state: State, policy: Policy, decided: ReadonlySet<string>): Unused[] {
  const name = policyName(policy);
  const kind = kindTitle(policy.kind);
  const subjects = subjectsOf(state, policy);
  if (subjects.length === 0) return [{ kind, policy: name, reason: "it selects nothing that is here" }];
  // Policies of hosts are judged hook by hook: what they do is not all in a list of pairs.
  if (policy.stage !== "normal" || subjects.some(({ type }) => type === "host")) return [];
  return (["ingress", "egress"] as const).flatMap((direction) =>
    [...new Set(policy[direction].map(({ index }) => index))].flatMap((index): Unused[] => {
      const rules = policy[direction].filter((rule) => rule.index === index && rule.action !== "Log");
      // A Pass is not named by what it leads to.
      if (rules.length === 0 || rules.some(({ action }) => action === "Pass")) return [];
      if (decided.has(keyOf(name, policy.tier, direction, index))) return [];
      const side = direction === "egress" ? "destination" : "source";
      const peers = [...state.workloads, ...state.hosts.map(({ node }) => node), ...state.outside];
      const reached = rules.some((rule) => {
        const entity = state.entities.index(rule[side]);
        return entity === -1 || peers.some((peer) => truthAt(state.view(peer).truths, entity) !== FALSE);
      });
      const reason = reached
        ? "rules before it decide about everything that it matches"
        : "none of its peers is here";
      return [{ kind, policy: name, rule: { direction, index }, reason }];
    }),
  );
}

function subjectsOf(state: State, policy: Policy): Endpoint[] {
  const ends = [...state.workloads, ...state.hosts.flatMap((host) => host.interfaces.map((i) => i.endpoint))];
  return ends.filter((end) =>
    (["ingress", "egress"] as const).some((direction) =>
      (["normal", "forward", "preDNAT", "untracked"] as const).some((hook) =>
        state
          .view(end)
          .list(direction, hook)
          .entries.some(
            ({ decision }) => decision.policy === policyName(policy) && decision.tier === policy.tier,
          ),
      ),
    ),
  );
}
