import { dnsRules } from "../../policies/baselines";
import { calicoPolicy } from "../../policies/calico/policy";
import type { NetworkPolicy, Rule, StagedNetworkPolicy } from "../../policies/calico/policy-types";
import { closed, lookups, open } from "../flow";
import { refTo, type FlowClaim, type Lab, type LabContext } from "../model";
import { bank, bankChain } from "../yaobank/reuse";

const nsOf = (ctx: LabContext): string => ctx.namespaces["bank"] ?? "staged-bank";
const at = (ctx: LabContext, app: string): string => `${nsOf(ctx)}/${app}`;

/** Who may call whom in the bank: one policy for each tier, with what it accepts and what it calls. */
function tiers(ctx: LabContext): NetworkPolicy[] {
  const namespace = nsOf(ctx);
  const accept = (port: number, selector?: string): Rule[] => [
    {
      action: "Allow",
      protocol: "TCP",
      ...(selector === undefined ? {} : { source: { selector } }),
      destination: { ports: [port] },
    },
  ];
  const call = (port: number, selector: string): Rule[] => [
    { action: "Allow", protocol: "TCP", destination: { selector, ports: [port] } },
  ];
  return [
    calicoPolicy({
      name: "customer",
      namespace,
      selector: 'app == "customer"',
      ingress: accept(80),
      egress: call(80, 'app == "summary"'),
    }),
    calicoPolicy({
      name: "summary",
      namespace,
      selector: 'app == "summary"',
      ingress: accept(80, 'app == "customer"'),
      egress: call(2379, 'app == "database"'),
    }),
    calicoPolicy({
      name: "database",
      namespace,
      selector: 'app == "database"',
      ingress: accept(2379, 'app == "summary"'),
      types: ["Ingress", "Egress"],
    }),
  ];
}

/** Isolates every pod of the bank; asked last, as it has no order. */
const defaultDeny = (ctx: LabContext): NetworkPolicy =>
  calicoPolicy({ name: "default-deny", namespace: nsOf(ctx), types: ["Ingress", "Egress"] });

const allowDns = (ctx: LabContext): NetworkPolicy =>
  calicoPolicy({ name: "allow-dns", namespace: nsOf(ctx), order: 100, egress: dnsRules() });

/** The same policy, looked at and not enforced. */
const staged = (
  { apiVersion, metadata, spec }: NetworkPolicy,
  stagedAction: "Set" | "Delete" = "Set",
): StagedNetworkPolicy => ({
  apiVersion,
  kind: "StagedNetworkPolicy",
  metadata,
  spec: stagedAction === "Set" ? { stagedAction, ...spec } : { stagedAction },
});

const all = (ctx: LabContext): NetworkPolicy[] => [defaultDeny(ctx), ...tiers(ctx), allowDns(ctx)];

/** As it would be: what Whisker shows as the pending verdict. */
const pending = (claim: FlowClaim): FlowClaim => ({ ...claim, staged: true });

const chain = (ctx: LabContext, reason: string): FlowClaim[] =>
  bankChain(nsOf(ctx)).map((c) => ({ ...c, reason }));

const nowOpen = (ctx: LabContext): FlowClaim[] => [
  ...chain(ctx, "a staged policy stops nothing"),
  open(at(ctx, "customer"), at(ctx, "database"), 2379, "a staged policy stops nothing"),
  ...lookups("allow", at(ctx, "customer"), "a staged policy stops nothing"),
];

const guarded = (ctx: LabContext): FlowClaim =>
  closed(at(ctx, "customer"), at(ctx, "database"), 2379, "policy database lets only summary in");

export const stagedPolicies: Lab = {
  id: "staged",
  title: "Staged policies: see what would be dropped before anything is",
  summary:
    "A bank without policies gets a default deny without an outage: stage it, read in the flow logs what it would drop, add what is missing, and only then enforce it.",
  namespaces: { bank: "staged-bank" },
  clusterWide: false,
  needs: { calicoPolicy: true, observability: true },
  workloads: (ctx) => bank(ctx, nsOf(ctx)).workloads,
  steps: [
    {
      id: "open",
      title: "A bank without policies",
      aim: "See who talks to whom in the flow logs, while everything is allowed.",
      expect: (ctx) => [
        ...chain(ctx, "nothing isolates the bank"),
        open(at(ctx, "customer"), at(ctx, "database"), 2379, "nothing isolates the database"),
      ],
    },
    {
      id: "stage-deny",
      title: "Stage a default deny",
      aim: "A StagedNetworkPolicy over the whole namespace: nothing changes, and the logs say what would.",
      add: (ctx) => [staged(defaultDeny(ctx))],
      expect: (ctx) => [
        ...nowOpen(ctx),
        ...bankChain(nsOf(ctx)).map((c) =>
          pending({ ...c, verdict: "deny", reason: "default-deny would allow nothing" }),
        ),
      ],
    },
    {
      id: "stage-tiers",
      title: "Stage what the bank needs",
      aim: "A staged policy for each tier: the chain would go on, the database would be guarded. What is still missing?",
      add: (ctx) => tiers(ctx).map((p) => staged(p)),
      expect: (ctx) => [
        ...nowOpen(ctx),
        ...chain(ctx, "the staged policies would let the chain through").map(pending),
        pending(guarded(ctx)),
        ...lookups("deny", at(ctx, "customer"), "customer would be isolated, and no policy names DNS").map(
          pending,
        ),
      ],
    },
    {
      id: "stage-dns",
      title: "Add what the logs show",
      aim: "The pending verdict of lookups is Deny: stage a policy that lets every pod of the bank ask DNS.",
      add: (ctx) => [staged(allowDns(ctx))],
      expect: (ctx) => [
        ...nowOpen(ctx),
        ...chain(ctx, "the staged policies would let the chain through").map(pending),
        pending(guarded(ctx)),
        ...["customer", "summary"].flatMap((app) =>
          lookups("allow", at(ctx, app), "allow-dns would let every pod of the bank ask").map(pending),
        ),
      ],
    },
    {
      id: "enforce",
      title: "Enforce",
      aim: "Replace each staged policy by the policy itself, under the same name. What was pending is now so.",
      remove: (ctx) => all(ctx).map((p) => refTo(staged(p))),
      add: all,
      expect: (ctx) => [
        ...chain(ctx, "the policies of the tiers let the chain through"),
        guarded(ctx),
        ...["customer", "summary"].flatMap((app) =>
          lookups("allow", at(ctx, app), "allow-dns lets every pod of the bank ask"),
        ),
        closed(at(ctx, "database"), "internet", 443, "policy database opens no way out"),
      ],
    },
    {
      id: "stage-removal",
      title: "Stage a removal",
      aim: "Is the policy of summary still needed? Stage its removal with stagedAction Delete, and read what would break.",
      add: (ctx) => tiers(ctx).flatMap((p) => (p.metadata.name === "summary" ? [staged(p, "Delete")] : [])),
      expect: (ctx) => [
        ...chain(ctx, "the policy still stands"),
        ...bankChain(nsOf(ctx))
          .filter((c) => c.from === at(ctx, "summary") || c.to === at(ctx, "summary"))
          .map((c) =>
            pending({ ...c, verdict: "deny", reason: "without it default-deny would decide about summary" }),
          ),
      ],
    },
  ],
};
