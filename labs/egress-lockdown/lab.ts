import { covers } from "../../kube/ip";
import type { ClusterFacts } from "../../kube/cluster-facts";
import { defaultAppPolicy, inNamespaces } from "../../policies/baselines";
import { globalPolicy } from "../../policies/calico/policy";
import type { Rule } from "../../policies/calico/policy-types";
import type { KubeObject } from "../../kube/objects";
import { closed, lookups, open } from "../flow";
import type { Claim, Lab, LabContext } from "../model";
import { clusterName, serviceAccount } from "../workload";
import { bank, bankChain } from "../yaobank/reuse";

/** Private and benchmark ranges (RFC 1918, RFC 2544). */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"];
/** The same of IPv6 (RFC 4193). */
const UNIQUE_LOCAL = "fc00::/7";
const LABEL = "internet-egress";

const nsOf = (ctx: LabContext): string => ctx.namespaces["bank"] ?? "lockdown-bank";
const nameOf = (ctx: LabContext, name: string): string => clusterName(ctx.instance, "egress-lockdown", name);

/** What counts as inside: those ranges, and this cluster's own where they lie elsewhere (100.64.0.0/10 on AWS). */
export function insideRanges(
  facts: Pick<ClusterFacts, "podCidrs" | "serviceCidr" | "serviceCidr6">,
): string[] {
  const own = [...facts.podCidrs, facts.serviceCidr, facts.serviceCidr6].filter((c) => c !== undefined);
  const inside = own.some((c) => c.includes(":")) ? [...PRIVATE, UNIQUE_LOCAL] : PRIVATE;
  return [...inside, ...own.filter((c) => !inside.some((r) => covers(r, c)))];
}

/** A rule of its own for each family that the cluster has: what is not in a range of IPv4 may be any IPv6 address. */
function outsideRules(ranges: readonly string[]): Rule[] {
  const six = ranges.filter((r) => r.includes(":"));
  const four = ranges.filter((r) => !six.includes(r));
  if (six.length === 0) return [{ action: "Deny", destination: { notNets: four } }];
  return [
    { action: "Deny", ipVersion: 4, destination: { notNets: four } },
    { action: "Deny", ipVersion: 6, destination: { notNets: six } },
  ];
}

/**
 * It only denies, so it comes first (order 600, before Kubernetes policies at 1000) and leaves the rest to them. It
 * selects the lab's namespace alone: other labs go on.
 */
const lockdown = (ctx: LabContext): KubeObject =>
  globalPolicy({
    name: nameOf(ctx, "egress-lockdown"),
    order: 600,
    namespaceSelector: inNamespaces([nsOf(ctx)]),
    serviceAccountSelector: `${LABEL} not in {"allowed"}`,
    types: ["Egress"],
    egress: outsideRules(insideRanges(ctx.facts)),
  });

const chain = (ctx: LabContext): Claim[] => [
  ...bankChain(nsOf(ctx)),
  ...lookups("allow", `${nsOf(ctx)}/customer`, "DNS lies inside the private ranges"),
  ...lookups("allow", `${nsOf(ctx)}/summary`, "lockdown-bank-default lets every pod of the bank ask DNS"),
];

const toInternet = (ctx: LabContext, verdict: "allow" | "deny", app: string, reason: string): Claim =>
  (verdict === "allow" ? open : closed)(`${nsOf(ctx)}/${app}`, "internet", 443, reason);

const summaryClosed = (ctx: LabContext): Claim =>
  toInternet(ctx, "deny", "summary", "summary-policy lets summary call the database only");

export const egressLockdown: Lab = {
  id: "egress-lockdown",
  title: "Egress lockdown: no way out, but for those who need one",
  summary:
    "Every workload of the bank loses the internet, whatever its own policies say; a label on one ServiceAccount gives it back.",
  namespaces: { bank: "lockdown-bank" },
  clusterWide: false,
  needs: { calicoPolicy: true, internet: true },
  workloads: (ctx) => bank(ctx, nsOf(ctx)).workloads,
  steps: [
    {
      id: "open-egress",
      title: "The bank with its own policies",
      aim: "See that least privilege between the tiers leaves a way out: customer and database may call the internet.",
      add: (ctx) => [
        ...bank(ctx, nsOf(ctx)).policies,
        defaultAppPolicy({
          name: nameOf(ctx, "lockdown-bank-default"),
          namespaceSelector: inNamespaces([nsOf(ctx)]),
          dns: true,
        }),
      ],
      expect: (ctx) => [
        ...chain(ctx),
        toInternet(ctx, "allow", "customer", "customer-policy lets customer open any connection"),
        toInternet(ctx, "allow", "database", "database-policy lets the database open any connection"),
        summaryClosed(ctx),
      ],
    },
    {
      id: "lockdown",
      title: "Deny everything outside the private ranges",
      aim: "One policy of order 600 takes the internet away from every ServiceAccount without the label.",
      add: (ctx) => [lockdown(ctx)],
      expect: (ctx) => [
        ...chain(ctx),
        ...["customer", "database"].map((app) =>
          toInternet(
            ctx,
            "deny",
            app,
            "egress-lockdown (order 600) denies before the app's own policy allows",
          ),
        ),
        summaryClosed(ctx),
      ],
    },
    {
      id: "exception",
      title: "An exception by label",
      aim: "Label the ServiceAccount of customer: it may call out again, at once and without a restart; the others may not.",
      add: (ctx) => [
        serviceAccount("customer", nsOf(ctx), {
          app: "yaobank",
          summary: "reader",
          [LABEL]: "allowed",
        }),
      ],
      expect: (ctx) => [
        ...chain(ctx),
        toInternet(ctx, "allow", "customer", "customer's account carries internet-egress=allowed"),
        toInternet(ctx, "deny", "database", "egress-lockdown denies accounts without the label"),
        summaryClosed(ctx),
      ],
    },
  ],
};
