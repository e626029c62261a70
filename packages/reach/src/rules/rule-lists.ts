import { Selector } from "../selector";
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
import { byPolicyOrder, byTierOrder } from "./policy-order";
import { code, FALSE, MAYBE, TRUE, type Entities, type TruthCode } from "./entities";

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
  /** What is told where it is unknown whether this entry decides. */
  readonly unsure: Decision;
}

/** What a packet meets at one endpoint, in one direction and at one hook: first match wins. */
export interface RuleList {
  readonly id: number;
  readonly direction: Direction;
  readonly entries: readonly Entry[];
  /** Whether answers depend on the address family, on ports of the destination, or neither. */
  readonly byFamily: boolean;
  readonly byPorts: boolean;
  /** Whether a rule matches on the client's port. */
  readonly bySourcePort: boolean;
}

/** Builds each distinct list once. Policies of equal order stand in order of `name/namespace/kind`. */
export class RuleLists {
  private readonly byKey = new Map<string, RuleList>();
  private readonly tiers: readonly { tier: Tier; policies: readonly Policy[] }[];
  private readonly subjects: ReadonlyMap<Policy, Selector>;
  readonly all: RuleList[] = [];

  constructor(
    tiers: readonly Tier[],
    policies: readonly Policy[],
    private readonly profiles: ReadonlyMap<string, Profile>,
    private readonly entities: Entities,
  ) {
    this.tiers = [...tiers].sort(byTierOrder).map((tier) => ({
      tier,
      policies: policies.filter((p) => p.tier === tier.name).sort(byPolicyOrder),
    }));
    this.subjects = new Map(
      policies.flatMap((p) => (p.subject === undefined ? [] : [[p, Selector.of(p.subject)]])),
    );
    // Entities are numbered before any endpoint is looked at.
    for (const { ingress, egress } of [...policies, ...profiles.values()]) {
      for (const rule of [...ingress, ...egress]) {
        entities.index(rule.source);
        entities.index(rule.destination);
      }
    }
  }

  /** The policies that apply to an endpoint, each with how surely. */
  select(endpoint: Endpoint): Map<Policy, TruthCode> {
    const result = new Map<Policy, TruthCode>();
    const labels = endpoint.selectable;
    if (labels === undefined) return result;
    const known = new Map<string, TruthCode>();
    for (const { policies } of this.tiers) {
      for (const policy of policies) {
        const subject = this.subjects.get(policy);
        let applies: TruthCode | undefined = subject === undefined ? MAYBE : known.get(subject.canonical);
        if (applies === undefined && subject !== undefined) {
          applies = code(subject.evaluate((label) => labels.get(label)));
          known.set(subject.canonical, applies);
        }
        if (applies !== undefined && applies !== FALSE) result.set(policy, applies);
      }
    }
    return result;
  }

  list(
    endpoint: Endpoint,
    selected: ReadonlyMap<Policy, TruthCode>,
    direction: Direction,
    hook: Hook,
  ): RuleList {
    const parts: { tier: Tier; policies: [Policy, TruthCode][] }[] = [];
    for (const { tier, policies } of this.tiers) {
      const here: [Policy, TruthCode][] = [];
      for (const policy of policies) {
        const applies = selected.get(policy);
        if (applies === undefined || !atHook(policy, hook, endpoint.type)) continue;
        const governs = code(policy.governs[direction]);
        if (governs !== FALSE) here.push([policy, governs === MAYBE ? MAYBE : applies]);
      }
      if (here.length > 0) parts.push({ tier, policies: here });
    }
    const profiles = endpoint.type === "host" ? (endpoint.profiles ?? []).join(",") : endpoint.type;
    const key = [
      direction,
      hook,
      hook === "normal" ? profiles : "",
      ...parts.flatMap(({ policies }) => policies.map(([p, sure]) => `${p.kind} ${policyName(p)} ${sure}`)),
    ].join(";");
    let list = this.byKey.get(key);
    if (list === undefined) {
      list = this.build(endpoint, parts, direction, hook);
      this.byKey.set(key, list);
      this.all.push(list);
    }
    return list;
  }

  private build(
    endpoint: Endpoint,
    parts: readonly { tier: Tier; policies: readonly [Policy, TruthCode][] }[],
    direction: Direction,
    hook: Hook,
  ): RuleList {
    const entries: Omit<Entry, "next">[] = [];
    const ends: number[] = [];
    const starts: number[] = [];
    for (const { tier, policies } of parts) {
      starts.push(entries.length);
      for (const [policy, applies] of policies) {
        for (const rule of policy[direction]) {
          if (rule.action !== "Log") entries.push(this.ruleEntry(rule, applies, tier, policy, direction));
        }
      }
      const end = endOfTier(tier, policies, direction, hook);
      if (end !== undefined) entries.push(end);
      ends.push(entries.length);
    }
    const tail = this.tail(endpoint, direction, hook, parts.length === 0);
    entries.push(...tail);
    const total = entries.length;
    const next = (index: number): number => ends.find((end) => end > index) ?? total;
    const rules = entries.map((e) => e.rule);
    return {
      id: this.all.length,
      direction,
      entries: entries.map((entry, i) => ({ ...entry, next: next(i) })),
      byFamily: rules.some((rule) => rule?.family !== undefined),
      byPorts: rules.some((rule) => [rule?.destination.ports, rule?.destination.notPorts].some(usesEndpoint)),
      bySourcePort: rules.some((rule) => (rule?.source.ports ?? rule?.source.notPorts) !== undefined),
    };
  }

  private ruleEntry(
    rule: Rule,
    applies: TruthCode,
    tier: Tier | undefined,
    policy: Pick<Policy, "kind" | "name" | "namespace">,
    direction: Direction,
  ): Omit<Entry, "next"> {
    // After the last tier there is nothing to pass to: a profile that passes denies (app-policy/checker/check.go).
    const action =
      rule.action === "Allow" ? "Allow" : rule.action === "Pass" && tier !== undefined ? "Pass" : "Deny";
    const verdict: Verdict = action === "Allow" ? "allow" : "deny";
    const name = policyName(policy);
    const what = `${direction} rule ${rule.index} of ${kindTitle(policy.kind)} ${name}`;
    const at = { tier: tier?.name ?? null, policy: name, rule: rule.index };
    const why = applies === MAYBE ? "whether the policy applies is" : "whether the rule matches is";
    return {
      action,
      rule,
      source: this.entities.index(rule.source),
      destination: this.entities.index(rule.destination),
      certain: applies === MAYBE || rule.unknown === true ? MAYBE : TRUE,
      decision: { verdict, ...at, reason: `${what}: ${action}` },
      unsure: { verdict: "unknown", ...at, reason: `${what}: ${why} not known before deployment` },
    };
  }

  /** What follows the last tier (endpointIptablesChain in felix/rules/endpoints.go). */
  private tail(
    endpoint: Endpoint,
    direction: Direction,
    hook: Hook,
    noPolicy: boolean,
  ): Omit<Entry, "next">[] {
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
    if (endpoint.type === "workload")
      return [byDefault("Allow", `${passed}: the namespace's profile allows`)];
    const names = endpoint.profiles ?? [];
    const entries = names.flatMap((name) => {
      if (name === "projectcalico-default-allow" || name.startsWith("kns."))
        return [byDefault("Allow", `${passed}: profile ${name} allows`)];
      const rules = this.profiles.get(name)?.[direction] ?? [];
      return rules
        .filter((rule) => rule.action !== "Log")
        .map((rule) => this.ruleEntry(rule, TRUE, undefined, { kind: "Profile", name }, direction));
    });
    return [
      ...entries,
      byDefault("Deny", `${passed} and no profile allows: a host endpoint denies by default`),
    ];
  }
}

function byDefault(action: Entry["action"], reason: string): Omit<Entry, "next"> {
  const verdict: Verdict = action === "Deny" ? "deny" : "allow";
  const decision: Decision = { verdict, tier: null, policy: null, rule: -1, reason };
  return { action, rule: undefined, source: -1, destination: -1, certain: TRUE, decision, unsure: decision };
}

function goOn(hook: "preDNAT" | "untracked"): Omit<Entry, "next"> {
  const entry = byDefault("Pass", `no ${hook === "preDNAT" ? "preDNAT" : "doNotTrack"} policy decides`);
  return { ...entry, decision: { ...entry.decision, goesOn: true } };
}

/**
 * At the end of a tier its default action applies to whatever one of its policies governs. Staged policies are none;
 * before DNAT and connection tracking nothing is denied by default (tierInfoToProtoTierInfo in felix/calc).
 */
function endOfTier(
  tier: Tier,
  policies: readonly [Policy, TruthCode][],
  direction: Direction,
  hook: Hook,
): Omit<Entry, "next"> | undefined {
  if (hook === "preDNAT" || hook === "untracked") return undefined;
  const sure = policies.find(([, applies]) => applies === TRUE) ?? policies[0];
  if (sure === undefined) return undefined;
  const [policy, applies] = sure;
  const count = policies.length;
  const who =
    count === 1 ? `${kindTitle(policy.kind)} ${policyName(policy)}` : `the ${count} policies that apply`;
  // Like Calico's flow logs: the default of a tier is told with the first policy that brought it about.
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

function atHook(policy: Policy, hook: Hook, type: Endpoint["type"]): boolean {
  if (hook === "forward") return policy.stage === "normal" && policy.applyOnForward;
  // Workloads only have the normal hook, and only normal policies are at it.
  return policy.stage === hook && (type === "host" || hook === "normal");
}

function usesEndpoint(ports: { names: readonly string[]; service?: string } | undefined): boolean {
  return ports !== undefined && (ports.names.length > 0 || ports.service !== undefined);
}

function kindTitle(kind: string): string {
  if (kind === "KubernetesClusterNetworkPolicy") return "ClusterNetworkPolicy";
  return kind === "KubernetesNetworkPolicy" ? "Kubernetes NetworkPolicy" : kind;
}
