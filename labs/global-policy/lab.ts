import { BUSYBOX } from "../images";
import { closed, flow, lookups, open } from "../flow";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, NOBODY, serviceAccount } from "../workload";
import { bank, bankChain } from "../yaobank/reuse";
import {
  allowEverything,
  bankByAccount,
  blockVisitors,
  defaultDenyAll,
  denyThreats,
  partners,
  platformPolicy,
  platformTier,
  threatFeed,
  visitorsMayCall,
  visitorsToPartners,
} from "./policies";

const THREAT = "203.0.113.10";
const PARTNER = "198.51.100.10";

interface Places {
  bank: string;
  visitors: string;
  customer: string;
  summary: string;
  database: string;
  visitor: string;
}

function places(ctx: LabContext): Places {
  const bankNs = ctx.namespaces["bank"] ?? "yaobank";
  const visitors = ctx.namespaces["visitors"] ?? "visitors";
  return {
    bank: bankNs,
    visitors,
    customer: `${bankNs}/customer`,
    summary: `${bankNs}/summary`,
    database: `${bankNs}/database`,
    visitor: `${visitors}/visitor`,
  };
}

/** No step may touch the system's own traffic: without it nothing could be repaired. */
const system: Claim[] = [
  open("internet", "kube-system/coredns", 53, "kube-system is excluded: its pods serve everyone"),
  flow(
    "allow",
    "kube-system/coredns",
    "internet",
    53,
    "kube-system is excluded: CoreDNS asks servers outside",
    "UDP",
  ),
];

const chainOpen = (ctx: LabContext): Claim[] => bankChain(places(ctx).bank);

const dnsOpen = (ctx: LabContext): Claim[] => {
  const p = places(ctx);
  return [p.visitor, p.customer, p.summary].flatMap((from) =>
    lookups("allow", from, "default-app-policy lets every application ask DNS"),
  );
};

const guardedDatabase = (ctx: LabContext, policy = "database-policy"): Claim[] => {
  const p = places(ctx);
  return [
    closed(p.customer, p.database, 2379, `${policy} lets only summary in`),
    closed(p.visitor, p.database, 2379, `${policy} lets only summary in`),
  ];
};

const visitorsBlocked = (ctx: LabContext, policy: string): Claim[] => {
  const p = places(ctx);
  return [closed(p.visitor, p.customer, 80, `${policy} denies visitors before customer-policy is asked`)];
};

const threatsBlocked = (from: string, policy: string): Claim =>
  closed(from, THREAT, 443, `${policy} denies every address of threat-feed`);

export const globalPolicy: Lab = {
  id: "global-policy",
  title: "Global policy: one default for the whole cluster, and who may overrule it",
  summary:
    "Deny by default everywhere but where the cluster lives; then order, Log, network sets, tiers with Pass, and service accounts, beside the Kubernetes policies that developers write.",
  namespaces: { bank: "yaobank", visitors: "visitors" },
  clusterWide: true,
  // A default deny over all namespaces would close the other labs too.
  needs: { calicoPolicy: true, internet: true, ownCluster: true, hostPorts: [30180] },
  workloads: (ctx) => {
    const p = places(ctx);
    return [
      ...bank(ctx, p.bank, true).workloads,
      namespace(p.visitors, "restricted"),
      serviceAccount("visitor", p.visitors),
      deployment({
        name: "visitor",
        namespace: p.visitors,
        image: BUSYBOX,
        user: NOBODY,
        labels: { app: "visitor" },
        serviceAccount: "visitor",
        command: ["sleep", "infinity"],
      }),
    ];
  },
  links: (ctx) => {
    const port = ctx.facts.hostPorts.find((h) => h.nodePort === 30180);
    return port === undefined ? [] : [{ title: "the bank", url: `http://localhost:${port.hostPort}` }];
  },
  steps: [
    {
      id: "open",
      title: "Everything is open",
      aim: "See that a visitor from another namespace reads the bank's database.",
      expect: (ctx) => [
        ...chainOpen(ctx),
        ...system,
        open(places(ctx).visitor, places(ctx).database, 2379, "nothing isolates the database"),
      ],
    },
    {
      id: "default-deny",
      title: "Deny by default, in every namespace of applications",
      aim: "One object isolates every pod of the cluster but the system's; see what stops, and what must not.",
      add: () => [defaultDenyAll(false)],
      expect: (ctx) => {
        const p = places(ctx);
        const why = "default-app-policy isolates every application and allows nothing";
        return [
          ...system,
          closed("internet", p.customer, 80, why),
          closed(p.customer, p.summary, 80, why),
          closed(p.summary, p.database, 2379, why),
          closed(p.visitor, p.database, 2379, why),
        ];
      },
    },
    {
      id: "allow-dns",
      title: "Allow DNS for everyone",
      aim: "Names resolve again, by UDP and TCP; connections still do not open.",
      add: () => [defaultDenyAll(true)],
      expect: (ctx) => {
        const p = places(ctx);
        const why = "default-app-policy allows DNS and nothing else";
        return [
          ...system,
          ...dnsOpen(ctx),
          closed("internet", p.customer, 80, why),
          closed(p.customer, p.summary, 80, why),
          closed(p.visitor, p.database, 2379, why),
        ];
      },
    },
    {
      id: "developers",
      title: "Developers open what their applications need",
      aim: "Kubernetes policies add to the default: the bank works, and visitors may call whom they like.",
      add: (ctx) => [...bank(ctx, places(ctx).bank).policies, visitorsMayCall(places(ctx).visitors)],
      expect: (ctx) => {
        const p = places(ctx);
        return [
          ...system,
          ...chainOpen(ctx),
          ...dnsOpen(ctx),
          ...guardedDatabase(ctx),
          open(p.visitor, p.customer, 80, "visitors may call, and customer accepts port 80 from everyone"),
          open(p.visitor, "internet", 443, "visitors may call anyone"),
        ];
      },
    },
    {
      id: "order",
      title: "Order, Deny and Log",
      aim: "Close one caller out although a developer's policy lets everyone in, and leave a trace in the kernel's log.",
      add: (ctx) => [blockVisitors(places(ctx).bank, places(ctx).visitors)],
      expect: (ctx) => {
        const p = places(ctx);
        return [
          ...system,
          ...chainOpen(ctx),
          ...dnsOpen(ctx),
          ...guardedDatabase(ctx),
          ...visitorsBlocked(ctx, "block-visitors (order 10)"),
          open(p.visitor, "internet", 443, "block-visitors guards the bank and nothing else"),
        ];
      },
    },
    {
      id: "network-sets",
      title: "Network sets: addresses with a name",
      aim: "Deny a list of bad addresses to everyone, and let visitors reach a list of partners only.",
      add: (ctx) => [
        threatFeed,
        denyThreats,
        partners(places(ctx).visitors),
        visitorsToPartners(places(ctx).bank, places(ctx).visitors),
      ],
      remove: (ctx) => [
        { kind: "NetworkPolicy", namespace: places(ctx).visitors, name: "visitors-may-call" },
      ],
      expect: (ctx) => {
        const p = places(ctx);
        return [
          ...system,
          ...chainOpen(ctx),
          ...dnsOpen(ctx),
          ...guardedDatabase(ctx),
          ...visitorsBlocked(ctx, "block-visitors (order 10)"),
          threatsBlocked(p.customer, "deny-threats (order 20)"),
          threatsBlocked(p.visitor, "deny-threats (order 20)"),
          open(p.customer, "internet", 443, "customer-policy lets customer open any other connection"),
          open(p.visitor, PARTNER, 443, "visitors-to-partners names the network set partners"),
          closed(p.visitor, "internet", 443, "visitors-to-partners allows partners and the bank only"),
        ];
      },
    },
    {
      id: "make-it-work",
      title: "A careless policy",
      aim: "A developer puts a policy of order 1 before everyone's: the list of bad addresses no longer holds for visitors.",
      add: (ctx) => [allowEverything(places(ctx).visitors)],
      expect: (ctx) => {
        const p = places(ctx);
        return [
          ...system,
          ...chainOpen(ctx),
          ...visitorsBlocked(ctx, "block-visitors (order 10)"),
          threatsBlocked(p.customer, "deny-threats (order 20)"),
          open(p.visitor, THREAT, 443, "make-it-work (order 1) is asked before deny-threats (order 20)"),
        ];
      },
    },
    {
      id: "tiers",
      title: "A tier for the platform team",
      aim: "Move the platform's rules into a tier that comes first; Pass hands everything else on. No developer can overrule it.",
      add: (ctx) => [platformTier, ...platformPolicy(places(ctx).bank, places(ctx).visitors)],
      remove: () => [
        { kind: "GlobalNetworkPolicy", name: "block-visitors" },
        { kind: "GlobalNetworkPolicy", name: "deny-threats" },
      ],
      expect: (ctx) => {
        const p = places(ctx);
        return [
          ...system,
          ...chainOpen(ctx),
          ...dnsOpen(ctx),
          ...guardedDatabase(ctx),
          ...visitorsBlocked(ctx, "platform.guard-bank"),
          threatsBlocked(p.customer, "platform.deny-threats"),
          threatsBlocked(p.visitor, "platform.deny-threats, in a tier before make-it-work's,"),
          open(p.visitor, "internet", 443, "tier platform passes it on, and make-it-work allows everything"),
        ];
      },
    },
    {
      id: "service-accounts",
      title: "The same intent as Calico policy, by service account",
      aim: "Replace the bank's Kubernetes policies by Calico ones that know callers by their account, which no label can fake.",
      add: (ctx) => bankByAccount(places(ctx).bank),
      remove: (ctx) =>
        ["database-policy", "summary-policy", "customer-policy"].map((name) => ({
          kind: "NetworkPolicy",
          namespace: places(ctx).bank,
          name,
        })),
      expect: (ctx) => {
        const p = places(ctx);
        return [
          ...system,
          ...chainOpen(ctx),
          ...dnsOpen(ctx),
          ...guardedDatabase(ctx, "database-by-account"),
          ...visitorsBlocked(ctx, "platform.guard-bank"),
          threatsBlocked(p.customer, "platform.deny-threats"),
          closed(p.database, p.summary, 80, "summary-by-account lets only customer's account in"),
          closed(p.summary, p.customer, 80, "summary-by-account lets summary call the database only"),
        ];
      },
    },
  ],
};
