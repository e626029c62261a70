import { all, edit, plus, policy, rule0, set, without, type Mistake } from "./mistakes";

/** Answers that are right, most of them other than the solution. */
export const rightAnswers: readonly (readonly [lab: string, step: number, title: string, answer: Mistake])[] =
  [
    ["stars", 1, "the solution under names of one's own", (o) => o],
    [
      "stars",
      4,
      "tighter than the solution",
      set("frontend-policy", { [`${rule0}/from/0/podSelector`]: { matchLabels: { role: "client" } } }),
    ],
    [
      "stars",
      3,
      "a namespace by its name",
      set("stars/allow-ui", {
        [`${rule0}/from/0/namespaceSelector/matchLabels`]: { "kubernetes.io/metadata.name": "management-ui" },
      }),
    ],
    [
      "stars",
      3,
      "an expression for a label",
      set("backend-policy", {
        "spec/podSelector": { matchExpressions: [{ key: "role", operator: "In", values: ["backend"] }] },
      }),
    ],
    [
      "stars",
      2,
      "harmless further objects",
      plus(policy("stars", "nobody", "{ podSelector: { matchLabels: { role: ghost } }, ingress: [{}] }")),
    ],
    [
      "yaobank",
      2,
      "two policies for one",
      edit("summary-policy", (o) => [
        { ...o, spec: { ...o.spec, policyTypes: ["Ingress"], egress: undefined } },
        {
          ...o,
          metadata: { ...o.metadata, name: "summary-out" },
          spec: { podSelector: o.spec.podSelector, policyTypes: ["Egress"], egress: o.spec.egress },
        },
      ]),
    ],
    [
      "yaobank",
      3,
      "DNS one step early",
      edit("default-app-policy", (o) => {
        o.spec.egress = ["UDP", "TCP"].map((protocol) => ({
          action: "Allow",
          protocol,
          destination: {
            namespaceSelector: 'kubernetes.io/metadata.name == "kube-system"',
            selector: 'k8s-app == "kube-dns"',
            ports: [53],
          },
        }));
        return o;
      }),
    ],
    ["yaobank", 1, "the database calls nobody", set("database-policy", { "spec/egress": [] })],
    [
      "yaobank",
      4,
      "DNS as a policy of Kubernetes",
      all(
        set("default-app-policy", { "spec/egress": undefined }),
        plus(
          policy(
            "yaobank",
            "dns",
            "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { k8s-app: kube-dns } } }], ports: [{ protocol: UDP, port: 53 }, { port: 53 }] }] }",
          ),
        ),
      ),
    ],
    [
      "yaobank",
      4,
      "DNS by the namespace alone",
      edit("default-app-policy", (o) => {
        for (const r of o.spec.egress) delete r.destination!.selector;
        return o;
      }),
    ],
    [
      "yaobank",
      3,
      "deny by default as a policy of Kubernetes",
      all(
        without("default-app-policy"),
        plus(policy("yaobank", "nothing", "{ podSelector: {}, policyTypes: [Ingress, Egress] }")),
      ),
    ],
    ["global-policy", 4, "another order that is early enough", set("block-visitors", { "spec/order": 999 })],
    [
      "global-policy",
      4,
      "no Log",
      edit("block-visitors", (o) => {
        o.spec.ingress.shift();
        return o;
      }),
    ],
    [
      "egress-lockdown",
      1,
      "the exception by has()",
      set("egress-lockdown", { "spec/serviceAccountSelector": "!has(internet-egress)" }),
    ],
    [
      "boutique",
      10,
      "what a service calls, one rule a callee and a range of one",
      edit("redis-cart", (o) => {
        o.spec.ingress[0]!.ports = [{ protocol: "TCP", port: 6379, endPort: 6379 }];
        return o;
      }),
    ],
    [
      "ingress-routing",
      3,
      "a route of another name",
      edit("online-store", (o) => ({ ...o, metadata: { ...o.metadata, name: "shop-routes" } })),
    ],
    ["host-endpoints", 3, "an order of one's own", set("nodeport-policy", { "spec/order": 7 })],
  ];
