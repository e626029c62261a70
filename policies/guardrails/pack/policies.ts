import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { UNKNOWN } from "../../../packages/reach/src/selector";
import type { Finding, Graph, Rule, Subject } from "../rule";

/** Rules that look at the order of a whole stack: they run once, at its end. */
const NEEDS_GRAPH: readonly string[] = ["load-balancer-contract"];

/** The guardrails as policies of a pack. */
export function packPolicies(rules: readonly Rule[]): (ResourceValidationPolicy | StackValidationPolicy)[] {
  return rules.map((rule) => {
    const common = { name: rule.name, description: rule.description, enforcementLevel: "mandatory" } as const;
    const resource: ResourceValidationPolicy = {
      ...common,
      validateResource: (args, report) => {
        tell(rule, subjectOf(args), report);
      },
    };
    const stack: StackValidationPolicy = {
      ...common,
      validateStack: ({ resources }, report) => {
        const all = new Map(resources.map((r) => [r.urn, r]));
        for (const r of resources) {
          tell(rule, { ...subjectOf(r), graph: graphOf(r, all) }, report);
        }
      },
    };
    return NEEDS_GRAPH.includes(rule.name) ? stack : resource;
  });
}

/** A value that is not known in a preview is told, and stops nothing: the update looks at it again. */
function tell(rule: Rule, subject: Subject, report: (message: string, urn?: string) => void): void {
  for (const f of rule.check(subject)) {
    if (f.verdict === "violation") report(say(f), subject.urn);
    else console.error(`${rule.name}: ${subject.name}: ${say(f)}`);
  }
}

function say(f: Finding): string {
  return `${f.path}: ${f.message}\nfix: ${f.fix}`;
}

/** What the pack sees of a resource, as plain data. */
export function subjectOf(
  r: Pick<ResourceValidationArgs | PolicyResource, "type" | "name" | "urn" | "props"> & {
    provider?: { props: Record<string, unknown> } | undefined;
  },
): Subject {
  return {
    type: r.type,
    name: r.name,
    urn: r.urn,
    props: plain(r.props) as Record<string, unknown>,
    ...(r.provider === undefined ? {} : { provider: plain(r.provider.props) as Record<string, unknown> }),
  };
}

function graphOf(r: PolicyResource, all: ReadonlyMap<string, PolicyResource>): Graph {
  return {
    dependencies: r.dependencies.map((d) => d.urn),
    ...(r.parent === undefined ? {} : { parent: r.parent.urn }),
    find: (urn) => {
      const found = all.get(urn);
      if (found === undefined) return undefined;
      return { type: found.type, name: found.name, dependencies: found.dependencies.map((d) => d.urn) };
    },
    ofType: (type) => [...all.values()].filter((x) => x.type === type).map((x) => x.urn),
  };
}

/** Marks of values that are not known yet, one for each type (@pulumi/policy proxy.js; pulumi sdk rpc.ts). */
const MARKS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  UNKNOWN,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The framework's own way out of its proxies, which throw on any unknown value. */
const TARGET = "__getSpecialProxyTarget";

/** Plain data from what the framework hands over: unknown values become UNKNOWN, secrets their value. */
export function plain(value: unknown): unknown {
  if (MARKS.has(value)) return UNKNOWN;
  if (typeof value !== "object" || value === null) return value;
  const target = (value as Record<string, unknown>)[TARGET] ?? value;
  if (Array.isArray(target)) return target.map(plain);
  return Object.fromEntries(Object.entries(target).map(([k, v]) => [k, plain(v)]));
}
