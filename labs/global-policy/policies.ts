import { defaultAppPolicy, notInNamespaces, systemNamespaces } from "../../policies/baselines";
import { calicoPolicy, globalPolicy } from "../../policies/calico/policy";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import type { GlobalNetworkSet, Rule, Tier } from "../../policies/calico/policy-types";
import { networkPolicy } from "../../policies/kubernetes/policy";
import type { KubeObject } from "../../kube/objects";

/** Addresses that stand for a known bad place and for a partner: RFC 5737 keeps both free for documentation. */
export const THREATS = "203.0.113.0/24";
export const PARTNERS = "198.51.100.0/24";

/**
 * What a cluster-wide default deny must leave alone: the system's own namespaces, and the ones that this project's
 * ingress, certificates and kind's storage live in. They hold what a repair would need.
 */
export const excluded = [
  ...systemNamespaces,
  "kube-node-lease",
  "ingress-nginx",
  "cert-manager",
  "local-path-storage",
] as const;

const applications = notInNamespaces(excluded);

export const defaultDenyAll = (dns: boolean): KubeObject =>
  defaultAppPolicy({ namespaceSelector: applications, dns });

/** Kubernetes policy of the visitors' own team: they may call whom they like. */
export const visitorsMayCall = (visitors: string): KubeObject =>
  networkPolicy({ name: "visitors-may-call", namespace: visitors, egress: [{}] });

const fromVisitors = (visitors: string): NonNullable<Rule["source"]> => ({
  namespaceSelector: `kubernetes.io/metadata.name == "${visitors}"`,
});

/** Log, then Deny: what no Kubernetes policy can say. Other traffic goes on to the next policy. */
const visitorRules = (visitors: string): Rule[] => [
  { action: "Log", source: fromVisitors(visitors) },
  { action: "Deny", source: fromVisitors(visitors) },
];

const bankSelector = (bank: string): string => `kubernetes.io/metadata.name == "${bank}"`;

/** Order 10 comes before every Kubernetes policy, which all stand at 1000. */
export const blockVisitors = (bank: string, visitors: string): KubeObject =>
  globalPolicy({
    name: "block-visitors",
    order: 10,
    namespaceSelector: bankSelector(bank),
    ingress: visitorRules(visitors),
  });

export const threatFeed: GlobalNetworkSet = {
  apiVersion: CALICO_API_VERSION,
  kind: "GlobalNetworkSet",
  metadata: { name: "threat-feed", labels: { reputation: "bad" } },
  spec: { nets: [THREATS] },
};

export const partners = (visitors: string): KubeObject => ({
  apiVersion: CALICO_API_VERSION,
  kind: "NetworkSet",
  metadata: { name: "partners", namespace: visitors, labels: { reputation: "partner" } },
  spec: { nets: [PARTNERS] },
});

const threatRule: Rule = {
  action: "Deny",
  destination: { selector: 'reputation == "bad"', namespaceSelector: "global()" },
};

export const denyThreats = globalPolicy({
  name: "deny-threats",
  order: 20,
  namespaceSelector: applications,
  egress: [threatRule],
});

/** The visitors' team narrows its own rule: partners by name instead of everyone. */
export const visitorsToPartners = (bank: string, visitors: string): KubeObject =>
  calicoPolicy({
    name: "visitors-to-partners",
    namespace: visitors,
    order: 900,
    egress: [
      { action: "Allow", destination: { selector: 'reputation == "partner"' } },
      { action: "Allow", destination: { namespaceSelector: bankSelector(bank) } },
    ],
  });

/** Comes before tier `default` (1,000,000), in which developers write. */
export const platformTier: Tier = {
  apiVersion: CALICO_API_VERSION,
  kind: "Tier",
  metadata: { name: "platform" },
  spec: { order: 500_000 },
};

/** The platform team's rules in one policy of a tier of its own; what they do not settle, Pass hands on. */
export const platformPolicy = (bank: string, visitors: string): KubeObject[] => [
  globalPolicy({
    name: "platform.guard-bank",
    tier: "platform",
    order: 10,
    namespaceSelector: bankSelector(bank),
    ingress: [...visitorRules(visitors), { action: "Pass" }],
  }),
  globalPolicy({
    name: "platform.deny-threats",
    tier: "platform",
    order: 20,
    namespaceSelector: applications,
    egress: [threatRule, { action: "Pass" }],
  }),
];

/** What a careless developer writes to make it work: first in line, and everything allowed. */
export const allowEverything = (namespace: string): KubeObject =>
  calicoPolicy({
    name: "make-it-work",
    namespace,
    order: 1,
    ingress: [{ action: "Allow" }],
    egress: [{ action: "Allow" }],
  });

/** The bank's three Kubernetes policies once more, as Calico policies: the caller is known by its account, not by its label. */
export const bankByAccount = (bank: string): KubeObject[] => [
  calicoPolicy({
    name: "database-by-account",
    namespace: bank,
    order: 1000,
    selector: 'app == "database"',
    ingress: [
      {
        action: "Allow",
        protocol: "TCP",
        source: { serviceAccounts: { selector: 'database == "reader"' } },
        destination: { ports: [2379] },
      },
    ],
    egress: [{ action: "Allow" }],
  }),
  calicoPolicy({
    name: "summary-by-account",
    namespace: bank,
    order: 1000,
    selector: 'app == "summary"',
    ingress: [
      {
        action: "Allow",
        protocol: "TCP",
        source: { serviceAccounts: { names: ["customer"] } },
        destination: { ports: [80] },
      },
    ],
    egress: [
      {
        action: "Allow",
        protocol: "TCP",
        destination: { serviceAccounts: { names: ["database"] }, ports: [2379] },
      },
    ],
  }),
  calicoPolicy({
    name: "customer-by-account",
    namespace: bank,
    order: 1000,
    serviceAccountSelector: 'summary == "reader"',
    ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [80] } }],
    egress: [{ action: "Allow" }],
  }),
];
