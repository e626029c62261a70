import {
  policyName,
  type Decision,
  type Direction,
  type Endpoint,
  type Hook,
  type Policy,
  type Profile,
  type Rule,
  type Tier,
  type Verdict,
} from "../reach-model";
import { MAYBE, TRUE, type Entities, type TruthCode } from "./entities";

/** One step of a list: a rule, the end of a tier, or the default after the last tier. */
export interface Entry {
  readonly action: "Allow" | "Deny" | "Pass";
  /** undefined matches every packet. */
  readonly rule: Rule | undefined;
  /** Indexes of `Entities`; -1 matches every address. */
  readonly source: number;
  readonly destination: number;
  /** TRUE, or MAYBE where it is unknown whether the entry is there at all. */
  readonly certain: TruthCode;
  /** Where a Pass goes on. */
  readonly next: number;
  readonly decision: Decision;
  /** The answer where it is unknown whether this entry decides. */
  readonly unsure: Decision;
}

/** An entry before its place in a list is known. */
export type Step = Omit<Entry, "next">;

/** A rule as a step. After the last tier there is no tier. */
export function ruleEntry(
  entities: Entities,
  rule: Rule,
  applies: TruthCode,
  tier: Tier | undefined,
  policy: Pick<Policy, "kind" | "name" | "namespace">,
  direction: Direction,
): Step {
  // After the last tier there is nothing to pass to: a profile that passes denies (app-policy/checker/check.go).
  const action =
    rule.action === "Allow" ? "Allow" : rule.action === "Pass" && tier !== undefined ? "Pass" : "Deny";
  const verdict: Verdict = action === "Allow" ? "allow" : "deny";
  const name = policyName(policy);
  const what = `${direction} rule ${rule.index} of ${kindTitle(policy.kind)} ${name}`;
  const at = { tier: tier?.name ?? null, policy: name, rule: rule.index };
  const why =
    applies === MAYBE
      ? "whether the policy applies is not known before deployment"
      : rule.http !== undefined && rule.unknown !== true
        ? "depends on the request (--method, --path), and on whether Dikastes stands before the pod"
        : "whether the rule matches is not known before deployment";
  return {
    action,
    rule,
    source: entities.index(rule.source),
    destination: entities.index(rule.destination),
    certain: applies === MAYBE || rule.unknown === true ? MAYBE : TRUE,
    decision: { verdict, ...at, reason: `${what}: ${action}` },
    unsure: { verdict: "unknown", ...at, reason: `${what}: ${why}` },
  };
}

/** What follows the last tier (endpointIptablesChain in felix/rules/endpoints.go). */
export function afterLastTier(
  entities: Entities,
  profiles: ReadonlyMap<string, Profile>,
  endpoint: Endpoint,
  direction: Direction,
  hook: Hook,
  noPolicy: boolean,
): Step[] {
  if (hook === "preDNAT" || hook === "untracked") {
    return [goOn(hook)];
  }
  if (hook === "forward") {
    const reason = noPolicy
      ? "no policy with applyOnForward applies to the host endpoint: forwarded traffic is allowed"
      : "no policy with applyOnForward denies: forwarded traffic goes on";
    return [byDefault("Allow", reason)];
  }
  const passed = noPolicy ? `no policy applies for ${direction}` : "every tier passes";
  if (endpoint.type === "outside")
    return [
      byDefault("Allow", `the ${direction === "egress" ? "sender" : "receiver"} is outside the cluster`),
    ];
  if (endpoint.type === "workload") return [byDefault("Allow", `${passed}: the namespace's profile allows`)];
  const names = endpoint.profiles ?? [];
  const entries = names.flatMap((name) => {
    if (name === "projectcalico-default-allow" || name.startsWith("kns."))
      return [byDefault("Allow", `${passed}: profile ${name} allows`)];
    const rules = profiles.get(name)?.[direction] ?? [];
    return rules
      .filter((rule) => rule.action !== "Log")
      .map((rule) => ruleEntry(entities, rule, TRUE, undefined, { kind: "Profile", name }, direction));
  });
  return [
    ...entries,
    byDefault("Deny", `${passed} and no profile allows: a host endpoint denies by default`),
  ];
}

function byDefault(action: Entry["action"], reason: string): Step {
  const verdict: Verdict = action === "Deny" ? "deny" : "allow";
  const decision: Decision = { verdict, tier: null, policy: null, rule: -1, reason };
  return { action, rule: undefined, source: -1, destination: -1, certain: TRUE, decision, unsure: decision };
}

function goOn(hook: "preDNAT" | "untracked"): Step {
  const entry = byDefault("Pass", `no ${hook === "preDNAT" ? "preDNAT" : "doNotTrack"} policy decides`);
  return { ...entry, decision: { ...entry.decision, goesOn: true } };
}

/**
 * At the end of a tier its default action applies to whatever one of its policies governs. Staged policies are none;
 * before DNAT and connection tracking nothing is denied by default (tierInfoToProtoTierInfo in felix/calc).
 */
export function endOfTier(
  tier: Tier,
  policies: readonly [Policy, TruthCode][],
  direction: Direction,
  hook: Hook,
): Step | undefined {
  if (hook === "preDNAT" || hook === "untracked") return undefined;
  const sure = policies.find(([, applies]) => applies === TRUE) ?? policies[0];
  if (sure === undefined) return undefined;
  const [policy, applies] = sure;
  const count = policies.length;
  const who =
    count === 1 ? `${kindTitle(policy.kind)} ${policyName(policy)}` : `the ${count} policies that apply`;
  // Like Calico's flow logs: the default of a tier is reported with the first policy that brought it about.
  const at = { tier: tier.name, policy: policyName(policy), rule: -1 };
  const action = tier.defaultAction;
  const what = `end of tier ${tier.name}: no ${direction} rule of ${who} matches`;
  return {
    action,
    rule: undefined,
    source: -1,
    destination: -1,
    certain: applies,
    decision: {
      verdict: action === "Deny" ? "deny" : "allow",
      ...at,
      reason: `${what}: default ${action}`,
    },
    unsure: {
      verdict: "unknown",
      ...at,
      reason: `${what}; whether the policy applies is not known before deployment`,
    },
  };
}

export function kindTitle(kind: string): string {
  if (kind === "KubernetesClusterNetworkPolicy") return "ClusterNetworkPolicy";
  return kind === "KubernetesNetworkPolicy" ? "Kubernetes NetworkPolicy" : kind;
}
