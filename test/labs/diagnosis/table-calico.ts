import { edit, named, set, type Row } from "./mistakes";

/** What only Calico can say: order, tiers, sets, accounts, nodes. */
export const calicoMistakes: readonly Row[] = [
  [
    "global-policy",
    1,
    "kube-system is not left out",
    set("default-app-policy", {
      "spec/namespaceSelector": 'kubernetes.io/metadata.name not in {"calico-system"}',
    }),
    named("default-app-policy"),
    /namespaceSelector/,
  ],
  [
    "global-policy",
    2,
    "DNS by UDP only",
    set("default-app-policy", { "spec/egress/1": undefined }),
    named("default-app-policy"),
    /TCP/,
  ],
  [
    "global-policy",
    4,
    "order after the developers'",
    set("block-visitors", { "spec/order": 2000 }),
    named("block-visitors"),
    /order/,
  ],
  [
    "global-policy",
    4,
    "no order",
    set("block-visitors", { "spec/order": undefined }),
    named("block-visitors"),
    /order/,
  ],
  [
    "global-policy",
    4,
    "Allow for Deny",
    set("block-visitors", { "spec/ingress/1/action": "Allow" }),
    named("block-visitors"),
    /action|Allow/,
  ],
  [
    "global-policy",
    4,
    "destination for source",
    edit("block-visitors", (o) => {
      for (const r of o.spec.ingress) {
        r.destination = r.source;
        delete r.source;
      }
      return o;
    }),
    named("block-visitors"),
    /source/,
  ],
  [
    "global-policy",
    5,
    "a label that no network set has",
    set("deny-threats", { "spec/egress/0/destination/selector": 'reputation == "evil"' }),
    named("deny-threats"),
    /reputation|selector/,
  ],
  [
    "global-policy",
    7,
    "Pass forgotten",
    set("platform.guard-bank", { "spec/ingress/2": undefined }),
    named("platform.guard-bank"),
    /Pass|ingress/,
  ],
  [
    "global-policy",
    8,
    "account of another",
    set("summary-by-account", { "spec/ingress/0/source/serviceAccounts/names": ["visitor"] }),
    named("summary-by-account"),
    /customer/,
  ],
  [
    "egress-lockdown",
    1,
    "order after the bank's own",
    set("egress-lockdown", { "spec/order": 1600 }),
    named("egress-lockdown"),
    /order/,
  ],
  [
    "egress-lockdown",
    1,
    "nets for notNets",
    edit("egress-lockdown", (o) => {
      const d = o.spec.egress[0]!.destination;
      o.spec.egress[0]!.destination = { nets: d!.notNets };
      return o;
    }),
    named("egress-lockdown"),
    /notNets/,
  ],
  [
    "egress-lockdown",
    1,
    "another namespace",
    set("egress-lockdown", { "spec/namespaceSelector": 'kubernetes.io/metadata.name in {"yaobank"}' }),
    named("egress-lockdown"),
    /namespaceSelector.*lockdown-bank/,
  ],
  [
    "egress-lockdown",
    1,
    "Ingress for Egress",
    set("egress-lockdown", { "spec/types": ["Ingress"] }),
    named("egress-lockdown"),
    /types lacks Egress/,
  ],
  [
    "host-endpoints",
    2,
    "kubelet's port forgotten",
    set("default-node-policy", { "spec/ingress/2": undefined }),
    named("default-node-policy"),
    /ingress|10250/,
  ],
  [
    "host-endpoints",
    2,
    "kubelet for everyone",
    set("default-node-policy", { "spec/ingress/2/source": undefined }),
    named("default-node-policy"),
    /source/,
  ],
  [
    "host-endpoints",
    3,
    "not before DNAT",
    set("nodeport-policy", { "spec/preDNAT": undefined }),
    named("nodeport-policy"),
    /preDNAT/,
  ],
  [
    "host-endpoints",
    3,
    "another node port",
    set("nodeport-policy", { "spec/ingress/0/destination/ports": [30181] }),
    named("nodeport-policy"),
    /30180/,
  ],
  [
    "host-endpoints",
    3,
    "Deny first",
    edit("nodeport-policy", (o) => {
      o.spec.ingress.push(o.spec.ingress.shift()!);
      return o;
    }),
    named("nodeport-policy"),
    /order counts|before|behind/,
  ],
  [
    "global-policy",
    5,
    "a set of one namespace",
    edit("threat-feed", (o) => ({
      ...o,
      kind: "NetworkSet",
      metadata: { ...o.metadata, namespace: "visitors" },
    })),
    /threat-feed:/,
    /GlobalNetworkSet/,
  ],
  [
    "global-policy",
    5,
    "the set's addresses",
    set("threat-feed", { "spec/nets": ["192.0.2.0/24"] }),
    /threat-feed:/,
    /nets/,
  ],
];
