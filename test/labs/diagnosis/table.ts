import { all, edit, mine, plus, set, without, type Mistake } from "./mistakes";

type Row = readonly [
  lab: string,
  step: number,
  title: string,
  mistake: Mistake,
  object: RegExp,
  words: RegExp,
];

const policy = (ns: string, name: string, spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: ${ns} }\nspec: ${spec}\n`;
const named = (name: string): RegExp => new RegExp(`${mine(name)}:`);
const rule0 = "spec/ingress/0";
const out0 = "spec/egress/0";

export const mistakes: Row[] = [
  // stars: Kubernetes policies, ingress
  [
    "stars",
    1,
    "one namespace forgotten",
    without("client/default-deny"),
    /NetworkPolicy client\//,
    /missing|namespace client/,
  ],
  [
    "stars",
    1,
    "isolates one workload only",
    set("stars/default-deny", { "spec/podSelector": { matchLabels: { role: "backend" } } }),
    named("default-deny"),
    /podSelector/,
  ],
  [
    "stars",
    1,
    "Egress for Ingress",
    set("stars/default-deny", { "spec/policyTypes": ["Egress"] }),
    named("default-deny"),
    /policyTypes|Ingress/,
  ],
  [
    "stars",
    1,
    "an empty rule, which opens everything",
    set("stars/default-deny", { "spec/ingress": [{}] }),
    named("default-deny"),
    /ingress rule 0/,
  ],
  [
    "stars",
    2,
    "podSelector for namespaceSelector",
    set("stars/allow-ui", {
      [`${rule0}/from/0`]: { podSelector: { matchLabels: { role: "management-ui" } } },
    }),
    named("allow-ui"),
    /namespaceSelector|namespace management-ui/,
  ],
  [
    "stars",
    2,
    "a label of the namespace that is not there",
    set("stars/allow-ui", { [`${rule0}/from/0/namespaceSelector/matchLabels`]: { name: "management-ui" } }),
    named("allow-ui"),
    /namespaceSelector/,
  ],
  [
    "stars",
    2,
    "a letter too few",
    set("client/allow-ui", { [`${rule0}/from/0/namespaceSelector/matchLabels/role`]: "managment-ui" }),
    named("allow-ui"),
    /management-ui/,
  ],
  ["stars", 2, "one namespace forgotten", without("client/allow-ui"), /NetworkPolicy client\//, /missing/],
  [
    "stars",
    2,
    "everyone is let in",
    set("stars/allow-ui", { [`${rule0}/from`]: undefined }),
    named("allow-ui"),
    /from/,
  ],
  [
    "stars",
    3,
    "label of the subject",
    set("backend-policy", { "spec/podSelector/matchLabels/role": "back-end" }),
    named("backend-policy"),
    /role=back-end.*role=backend/,
  ],
  [
    "stars",
    3,
    "key of the subject",
    set("backend-policy", { "spec/podSelector/matchLabels": { app: "backend" } }),
    named("backend-policy"),
    /app=backend.*role=backend/,
  ],
  [
    "stars",
    3,
    "label of the peer",
    set("backend-policy", { [`${rule0}/from/0/podSelector/matchLabels/role`]: "fronted" }),
    named("backend-policy"),
    /role=fronted.*role=frontend/,
  ],
  [
    "stars",
    3,
    "subject and peer are changed over",
    set("backend-policy", {
      "spec/podSelector/matchLabels/role": "frontend",
      [`${rule0}/from/0/podSelector/matchLabels/role`]: "backend",
    }),
    named("backend-policy"),
    /role=backend/,
  ],
  [
    "stars",
    3,
    "the Service's other port",
    set("backend-policy", { [`${rule0}/ports/0/port`]: 80 }),
    named("backend-policy"),
    /port.*6379/,
  ],
  [
    "stars",
    3,
    "a named port that nobody has",
    set("backend-policy", { [`${rule0}/ports/0/port`]: "redis" }),
    named("backend-policy"),
    /redis.*6379/,
  ],
  [
    "stars",
    3,
    "UDP",
    set("backend-policy", { [`${rule0}/ports/0/protocol`]: "UDP" }),
    named("backend-policy"),
    /protocol: TCP|TCP 6379/,
  ],
  [
    "stars",
    3,
    "ports forgotten",
    set("backend-policy", { [`${rule0}/ports`]: undefined }),
    named("backend-policy"),
    /ports: TCP port 6379/,
  ],
  [
    "stars",
    3,
    "no namespace",
    set("backend-policy", { "metadata/namespace": undefined }),
    /backend-policy/,
    /metadata.namespace: stars/,
  ],
  [
    "stars",
    3,
    "another namespace",
    set("backend-policy", { "metadata/namespace": "client" }),
    named("backend-policy"),
    /namespace: stars/,
  ],
  [
    "stars",
    3,
    "policyTypes Egress alone",
    set("backend-policy", { "spec/policyTypes": ["Egress"] }),
    named("backend-policy"),
    /policyTypes lacks Ingress/,
  ],
  [
    "stars",
    3,
    "from and ports with a dash each",
    edit("backend-policy", (o) => {
      const [r] = o.spec.ingress;
      o.spec.ingress = [{ from: r.from }, { ports: r.ports }];
      return o;
    }),
    named("backend-policy"),
    /two list items/,
  ],
  [
    "stars",
    3,
    "a range of ports",
    set("backend-policy", { [`${rule0}/ports/0`]: { protocol: "TCP", port: 6000, endPort: 7000 } }),
    named("backend-policy"),
    /6379/,
  ],
  [
    "stars",
    3,
    "the rule stands under egress",
    edit("backend-policy", (o) => {
      o.spec = {
        podSelector: { matchLabels: { role: "frontend" } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: { matchLabels: { role: "backend" } } }], ports: [{ port: 6379 }] }],
      };
      return o;
    }),
    named("backend-policy"),
    /ingress/,
  ],
  [
    "stars",
    3,
    "not written yet",
    without("backend-policy"),
    /NetworkPolicy stars\//,
    /missing.*stars.frontend → stars.backend/,
  ],
  [
    "stars",
    4,
    "pods of its own namespace",
    set("frontend-policy", { [`${rule0}/from/0`]: { podSelector: { matchLabels: { role: "client" } } } }),
    named("frontend-policy"),
    /namespace/,
  ],
  [
    "stars",
    4,
    "two entries where both must hold",
    set("frontend-policy", {
      [`${rule0}/from`]: [{ namespaceSelector: { matchLabels: { role: "client" } } }, { podSelector: {} }],
    }),
    named("frontend-policy"),
    /two entries|entry out|either/,
  ],
  [
    "stars",
    4,
    "an ipBlock that no pod has",
    set("frontend-policy", { [`${rule0}/from`]: [{ ipBlock: { cidr: "192.0.2.0/24" } }] }),
    named("frontend-policy"),
    /ipBlock.*namespaceSelector/,
  ],
  [
    "stars",
    4,
    "a second policy opens the back end",
    plus(
      policy(
        "stars",
        "quick",
        "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { role: client } } }] }] }",
      ),
    ),
    /stars\/quick/,
    /away/,
  ],
  // yaobank: tiers of an application, egress, DNS
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
        r.source = { ports: r.destination.ports };
        delete r.destination.ports;
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
      for (const r of o.spec.egress) delete r.destination.ports;
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
  // global-policy: order, tiers, sets, accounts
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
  // egress-lockdown
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
      const d = o.spec.egress[0].destination;
      o.spec.egress[0].destination = { nets: d.notNets };
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
  // host-endpoints
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
      o.spec.ingress.push(o.spec.ingress.shift());
      return o;
    }),
    named("nodeport-policy"),
    /order counts|before|behind/,
  ],
  // boutique
  [
    "boutique",
    7,
    "names are closed too",
    without("allow-dns"),
    /allow-dns|default-deny/,
    /DNS|missing|UDP 53/,
  ],
  [
    "boutique",
    8,
    "frontend's egress lacks one service",
    edit("frontend", (o) => {
      o.spec.egress.splice(2, 1);
      return o;
    }),
    named("frontend"),
    /checkoutservice/,
  ],
  [
    "boutique",
    8,
    "one service does not accept",
    without("cartservice"),
    /NetworkPolicy boutique\//,
    /cartservice/,
  ],
  [
    "boutique",
    9,
    "egress forgotten",
    edit("checkoutservice", (o) => {
      delete o.spec.egress;
      o.spec.policyTypes = ["Ingress"];
      return o;
    }),
    named("checkoutservice"),
    /egress/,
  ],
  [
    "boutique",
    9,
    "a port of the Service",
    set("emailservice", { [`${rule0}/ports/0/port`]: 5000 }),
    named("emailservice"),
    /Service.*8080/,
  ],
  [
    "boutique",
    9,
    "the carts for everyone",
    set("redis-cart", { [`${rule0}/from`]: undefined }),
    named("redis-cart"),
    /from/,
  ],
  [
    "stars",
    3,
    "staged",
    set("backend-policy", { apiVersion: "projectcalico.org/v3", kind: "StagedKubernetesNetworkPolicy" }),
    named("backend-policy"),
    /staged policy is not enforced/,
  ],
  [
    "stars",
    3,
    "egress is closed as well",
    set("stars/default-deny", { "spec/policyTypes": ["Ingress", "Egress"] }),
    named("default-deny"),
    /policyTypes has Egress/,
  ],
  [
    "yaobank",
    3,
    "the whole cluster is closed",
    set("default-app-policy", { "spec/namespaceSelector": undefined }),
    named("default-app-policy"),
    /namespaceSelector/,
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
  [
    "stars",
    4,
    "a name of a namespace that is none",
    set("frontend-policy", {
      [`${rule0}/from/0/namespaceSelector/matchLabels`]: { "kubernetes.io/metadata.name": "clients" },
    }),
    named("frontend-policy"),
    /clients.*client/,
  ],
  // routes
  [
    "boutique",
    1,
    "half of everybody",
    edit("shop-canary", (o) => {
      o.metadata.annotations["nginx.ingress.kubernetes.io/canary-weight"] = "50";
      return o;
    }),
    /shop-canary:/,
    /canary-weight.*5/,
  ],
  [
    "boutique",
    1,
    "not marked as a canary",
    edit("shop-canary", (o) => {
      delete o.metadata.annotations["nginx.ingress.kubernetes.io/canary"];
      return o;
    }),
    /shop-canary:/,
    /canary/,
  ],
  [
    "ingress-routing",
    1,
    "another class",
    set("online-store", { "spec/ingressClassName": "nginx" }),
    /online-store:/,
    /ingressClassName.*labs/,
  ],
  [
    "ingress-routing",
    2,
    "the Service of another path",
    edit("online-store", (o) => {
      o.spec.rules[0].http.paths[1].backend.service.name = "wear-service";
      return o;
    }),
    /online-store:/,
    /watch-service/,
  ],
  [
    "ingress-routing",
    2,
    "a path that nobody asks for",
    edit("online-store", (o) => {
      o.spec.rules[0].http.paths[1].path = "/wach";
      return o;
    }),
    /online-store:/,
    /path/,
  ],
  [
    "ingress-routing",
    3,
    "no default backend",
    set("online-store", { "spec/defaultBackend": undefined }),
    /online-store:/,
    /defaultBackend/,
  ],
  [
    "ingress-routing",
    6,
    "a host forgotten",
    edit("online-store", (o) => {
      o.spec.rules.pop();
      return o;
    }),
    /online-store:/,
    /rules|host/,
  ],
];

export const rightAnswers: (readonly [lab: string, step: number, title: string, answer: Mistake])[] = [
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
      for (const r of o.spec.egress) delete r.destination.selector;
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
    9,
    "what a service calls, one rule a callee and a range of one",
    edit("redis-cart", (o) => {
      o.spec.ingress[0].ports = [{ protocol: "TCP", port: 6379, endPort: 6379 }];
      return o;
    }),
  ],
  [
    "ingress-routing",
    2,
    "a route of another name",
    edit("online-store", (o) => ({ ...o, metadata: { ...o.metadata, name: "shop-routes" } })),
  ],
  ["host-endpoints", 3, "an order of one's own", set("nodeport-policy", { "spec/order": 7 })],
];
