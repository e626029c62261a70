import { differences } from "../../../cli/verify/hint/differences";
import type { KubeObject } from "../../../kube/objects";

const kubernetes = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "p", namespace: "n" },
  spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec },
});
const calico = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: "projectcalico.org/v3",
  kind: "GlobalNetworkPolicy",
  metadata: { name: "p" },
  spec,
});

const web = { podSelector: { matchLabels: { app: "web" } } };
const prod = { namespaceSelector: { matchLabels: { env: "prod" } } };

test.each<[string, KubeObject, KubeObject]>([
  [
    "defaults of the API server",
    kubernetes({ ingress: [{ ports: [{ port: 80 }] }] }),
    kubernetes({ ingress: [{ ports: [{ protocol: "TCP", port: 80 }] }], policyTypes: undefined }),
  ],
  [
    "the order of peers, ports and rules",
    kubernetes({ ingress: [{ from: [web, prod] }, { ports: [{ port: 1 }, { port: 2 }] }] }),
    kubernetes({ ingress: [{ ports: [{ port: 2 }, { port: 1 }] }, { from: [prod, web] }] }),
  ],
  [
    "a list of one value",
    kubernetes({ podSelector: { matchLabels: { a: "b" } } }),
    kubernetes({ podSelector: { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] } }),
  ],
  [
    "empty lists and absent ones",
    kubernetes({ ingress: [{ from: [], ports: [] }] }),
    kubernetes({ ingress: [{}] }),
  ],
  [
    "Calico's defaults",
    calico({ order: 1, types: ["Egress"] }),
    calico({ order: 1, types: ["Egress"], tier: "default", selector: "all()" }),
  ],
  [
    "a port and its text",
    calico({ egress: [{ action: "Allow", destination: { ports: [53] } }] }),
    calico({ egress: [{ action: "Allow", destination: { ports: ["53"] } }] }),
  ],
])("%s make no difference", (_, step, live) => {
  expect(differences(step, live)).toEqual([]);
  expect(differences(live, step)).toEqual([]);
});

test.each<[string, KubeObject, KubeObject, string, RegExp]>([
  [
    "either instead of both",
    kubernetes({ ingress: [{ from: [{ ...web, ...prod }] }] }),
    kubernetes({ ingress: [{ from: [web, prod] }] }),
    "peers",
    /in one list entry must both hold, in two entries either does/,
  ],
  [
    "a namespace selector",
    kubernetes({ ingress: [{ from: [prod] }] }),
    kubernetes({ ingress: [{ from: [{ namespaceSelector: {} }] }] }),
    "namespace",
    /all pods in all namespaces; the step has all pods in namespaces env=prod/,
  ],
  [
    "a lost DNS rule",
    kubernetes({ egress: [{ ports: [{ protocol: "UDP", port: 53 }] }], policyTypes: ["Egress"] }),
    kubernetes({ egress: [], policyTypes: ["Egress"] }),
    "dns",
    /no egress rule for DNS/,
  ],
  [
    "all egress rules of a global policy, which were the ones for DNS",
    calico({
      types: ["Egress"],
      egress: [{ action: "Allow", protocol: "UDP", destination: { ports: [53] } }],
    }),
    calico({ types: ["Egress"] }),
    "dns",
    /no egress rule for DNS/,
  ],
  [
    "only half of DNS",
    kubernetes({ egress: [{ ports: [{ protocol: "UDP", port: 53 }] }] }),
    kubernetes({ egress: [{ ports: [{ protocol: "TCP", port: 53 }] }] }),
    "dns",
    /TCP 53; the step has UDP 53/,
  ],
  [
    "one type too many",
    kubernetes({}),
    kubernetes({ policyTypes: ["Ingress", "Egress"] }),
    "policy type",
    /has Egress too/,
  ],
  [
    "a rule too many",
    kubernetes({}),
    kubernetes({ ingress: [{}] }),
    "rule",
    /another ingress rule, for everyone, every port/,
  ],
  [
    "Calico's order",
    calico({ order: 600 }),
    calico({ order: 1600 }),
    "order",
    /^order: 1600; the step has 600$/,
  ],
  [
    "Calico's selector",
    calico({ selector: "app == 'x'" }),
    calico({ selector: "app == 'y'" }),
    "label",
    /"app == 'y'"; the step has "app == 'x'"/,
  ],
  [
    "Calico's port",
    calico({ ingress: [{ action: "Allow", destination: { ports: [80] } }] }),
    calico({ ingress: [{ action: "Allow", destination: { ports: [81] } }] }),
    "port",
    /^ingress\.0\.destination\.ports: \[81\]; the step has \[80\]$/,
  ],
  [
    "Calico's rules turned round",
    calico({ ingress: [{ action: "Deny" }, { action: "Allow" }] }),
    calico({ ingress: [{ action: "Allow" }, { action: "Deny" }] }),
    "order",
    /another order/,
  ],
])("%s", (_, step, live, cause, message) => {
  const [first, ...more] = differences(step, live);
  expect(more).toEqual([]);
  expect(first?.cause).toBe(cause);
  expect(first?.message).toMatch(message);
});
