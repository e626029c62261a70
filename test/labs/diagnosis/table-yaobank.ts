import { all, edit, named, out0, plus, policy, rule0, set, without, type Row } from "./mistakes";

/** YAO Bank: tiers, ways out, and DNS. */
export const yaobankMistakes: readonly Row[] = [
  [
    "yaobank",
    1,
    "egress of the database forgotten to be narrow: a port too many",
    set("database-policy", {
      [`${rule0}/ports`]: [
        { protocol: "TCP", port: 2379 },
        { protocol: "TCP", port: 80 },
      ],
    }),
    named("database-policy"),
    /port 80/,
  ],
  [
    "yaobank",
    1,
    "customer may enter as well",
    set("database-policy", {
      [`${rule0}/from`]: [
        { podSelector: { matchLabels: { app: "summary" } } },
        { podSelector: { matchLabels: { app: "customer" } } },
      ],
    }),
    named("database-policy"),
    /customer/,
  ],
  [
    "yaobank",
    2,
    "summary may call everybody",
    set("summary-policy", { [out0]: {} }),
    named("summary-policy"),
    /egress|\bto\b/,
  ],
  [
    "yaobank",
    2,
    "Egress is not in policyTypes",
    set("summary-policy", { "spec/policyTypes": ["Ingress"] }),
    named("summary-policy"),
    /policyTypes lacks Egress/,
  ],
  [
    "yaobank",
    2,
    "customer's port",
    set("customer-policy", { [`${rule0}/ports/0/port`]: 8080 }),
    named("customer-policy"),
    /80/,
  ],
  [
    "yaobank",
    2,
    "customer only from pods",
    set("customer-policy", { [`${rule0}/from`]: [{ podSelector: {} }] }),
    named("customer-policy"),
    /from|internet/,
  ],
  [
    "yaobank",
    2,
    "summary's caller",
    set("summary-policy", { [`${rule0}/from/0/podSelector/matchLabels/app`]: "database" }),
    named("summary-policy"),
    /app=customer/,
  ],
  [
    "yaobank",
    2,
    "summary's egress to the wrong port",
    set("summary-policy", { [`${out0}/ports/0/port`]: 80 }),
    named("summary-policy"),
    /2379/,
  ],
  [
    "yaobank",
    2,
    "summary's egress forgotten, and its type is there",
    set("summary-policy", { "spec/egress": [] }),
    named("summary-policy"),
    /egress rule/,
  ],
  [
    "yaobank",
    3,
    "default deny of another namespace",
    set("default-app-policy", { "spec/namespaceSelector": 'kubernetes.io/metadata.name == "yoabank"' }),
    named("default-app-policy"),
    /namespaceSelector/,
  ],
  [
    "yaobank",
    3,
    "customer's egress was never written",
    set("customer-policy", { "spec/policyTypes": ["Ingress"], "spec/egress": undefined }),
    named("customer-policy"),
    /egress/,
  ],
  [
    "yaobank",
    3,
    "only Ingress",
    set("default-app-policy", { "spec/types": ["Ingress"] }),
    named("default-app-policy"),
    /types lacks Egress/,
  ],
  ["yaobank", 3, "not written", without("default-app-policy"), /GlobalNetworkPolicy/, /missing/],
  [
    "yaobank",
    4,
    "DNS forgotten",
    set("default-app-policy", { "spec/egress": undefined }),
    named("default-app-policy"),
    /DNS|egress/,
  ],
  [
    "yaobank",
    4,
    "DNS by TCP only",
    set("default-app-policy", { [out0]: undefined }),
    named("default-app-policy"),
    /UDP/,
  ],
  [
    "yaobank",
    4,
    "ports in source",
    edit("default-app-policy", (o) => {
      for (const r of o.spec.egress) {
        r.source = { ports: r.destination!.ports };
        delete r.destination!.ports;
      }
      return o;
    }),
    named("default-app-policy"),
    /source/,
  ],
  [
    "yaobank",
    4,
    "another label of CoreDNS",
    set("default-app-policy", {
      [`${out0}/destination/selector`]: 'k8s-app == "coredns"',
      "spec/egress/1/destination/selector": 'k8s-app == "coredns"',
    }),
    named("default-app-policy"),
    /k8s-app|selector/,
  ],
  [
    "yaobank",
    4,
    "Deny first",
    edit("default-app-policy", (o) => {
      o.spec.egress.unshift({ action: "Deny" });
      return o;
    }),
    named("default-app-policy"),
    /Deny/,
  ],
  [
    "yaobank",
    4,
    "every port of the system's pods",
    edit("default-app-policy", (o) => {
      for (const r of o.spec.egress) delete r.destination!.ports;
      return o;
    }),
    named("default-app-policy"),
    /port/,
  ],
  [
    "yaobank",
    4,
    "DNS without namespaceSelector",
    all(
      set("default-app-policy", { "spec/egress": undefined }),
      plus(
        policy(
          "yaobank",
          "dns",
          "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ podSelector: { matchLabels: { k8s-app: kube-dns } } }], ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }] }] }",
        ),
      ),
    ),
    /yaobank\/dns/,
    /namespace yaobank only.*kube-system.*namespaceSelector/,
  ],
  [
    "yaobank",
    4,
    "DNS as two items",
    all(
      set("default-app-policy", { "spec/egress": undefined }),
      plus(
        policy(
          "yaobank",
          "dns",
          "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } } }] }, { ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }] }] }",
        ),
      ),
    ),
    /yaobank\/dns/,
    /two list items/,
  ],
  [
    "yaobank",
    4,
    "DNS by a port that is none of DNS",
    all(
      set("default-app-policy", { "spec/egress": undefined }),
      plus(
        policy(
          "yaobank",
          "dns",
          "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { k8s-app: kube-dns } } }], ports: [{ protocol: UDP, port: 53 }] }] }",
        ),
      ),
    ),
    /yaobank\/dns/,
    /TCP/,
  ],
  [
    "yaobank",
    3,
    "the whole cluster is closed",
    set("default-app-policy", { "spec/namespaceSelector": undefined }),
    named("default-app-policy"),
    /namespaceSelector/,
  ],
];
