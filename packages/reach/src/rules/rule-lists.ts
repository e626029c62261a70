import { Selector } from "../selector";
import {
  policyName,
  type Direction,
  type Endpoint,
  type Hook,
  type Policy,
  type Profile,
  type Tier,
} from "../reach-model";
import { byPolicyOrder, byTierOrder } from "./policy-order";
import { code, FALSE, MAYBE, type Entities, type TruthCode } from "./entities";
import { afterLastTier, endOfTier, ruleEntry, type Entry, type Step } from "./rule-entries";

/** What a packet meets at one endpoint, in one direction and at one hook: first match wins. */
export interface RuleList {
  readonly id: number;
  readonly direction: Direction;
  readonly entries: readonly Entry[];
  /** Whether answers depend on the address family, on ports of the destination, or neither. */
  readonly byFamily: boolean;
  readonly byPorts: boolean;
  /** Whether a rule matches on HTTP requests. */
  readonly byRequest: boolean;
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
    const entries: Step[] = [];
    const ends: number[] = [];
    for (const { tier, policies } of parts) {
      for (const [policy, applies] of policies) {
        for (const rule of policy[direction]) {
          if (rule.action !== "Log")
            entries.push(ruleEntry(this.entities, rule, applies, tier, policy, direction));
        }
      }
      const end = endOfTier(tier, policies, direction, hook);
      if (end !== undefined) entries.push(end);
      ends.push(entries.length);
    }
    entries.push(
      ...afterLastTier(this.entities, this.profiles, endpoint, direction, hook, parts.length === 0),
    );
    const total = entries.length;
    const next = (index: number): number => ends.find((end) => end > index) ?? total;
    const rules = entries.map((e) => e.rule);
    return {
      id: this.all.length,
      direction,
      entries: entries.map((entry, i) => ({ ...entry, next: next(i) })),
      byFamily: rules.some((rule) => rule?.family !== undefined),
      byPorts: rules.some((rule) => [rule?.destination.ports, rule?.destination.notPorts].some(usesEndpoint)),
      byRequest: rules.some((rule) => rule?.http !== undefined),
      bySourcePort: rules.some((rule) => (rule?.source.ports ?? rule?.source.notPorts) !== undefined),
    };
  }
}

function atHook(policy: Policy, hook: Hook, type: Endpoint["type"]): boolean {
  if (hook === "forward") return policy.stage === "normal" && policy.applyOnForward;
  // Workloads only have the normal hook, and only normal policies are at it.
  return policy.stage === hook && (type === "host" || hook === "normal");
}

function usesEndpoint(ports: { names: readonly string[]; service?: string } | undefined): boolean {
  return ports !== undefined && (ports.names.length > 0 || ports.service !== undefined);
}
