/** Policies of policy.networking.k8s.io: the admin tier before NetworkPolicies, the baseline tier after them. */
import type { KubeObject } from "../../../kube/objects";
import { ProblemsError } from "../../../kube/problems";
import { ambientNode, load } from "../../../packages/reach/src";
import { ask, kubernetesPolicy, pod, told } from "./support";

type Spec = Record<string, unknown>;

function cluster(name: string, tier: "Admin" | "Baseline", priority: number, spec: Spec): KubeObject {
  return {
    apiVersion: "policy.networking.k8s.io/v1alpha2",
    kind: "ClusterNetworkPolicy",
    metadata: { name },
    spec: { tier, priority, ...spec },
  };
}
function admin(name: string, priority: number, spec: Spec): KubeObject {
  return {
    apiVersion: "policy.networking.k8s.io/v1alpha1",
    kind: "AdminNetworkPolicy",
    metadata: { name },
    spec: { priority, ...spec },
  };
}
function baseline(spec: Spec): KubeObject {
  return {
    apiVersion: "policy.networking.k8s.io/v1alpha1",
    kind: "BaselineAdminNetworkPolicy",
    metadata: { name: "default" },
    spec,
  };
}
function namespace(name: string, labels: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

const web = pod("shop/web", { app: "web" }, { ip: "10.0.0.1" });
const db = pod(
  "shop/db",
  { app: "db" },
  { ip: "10.0.0.2", containers: [{ ports: [{ name: "sql", containerPort: 5432 }] }] },
);
const probe = pod("ops/probe", { app: "probe" }, { ip: "10.0.1.1" });
const base = [web, db, probe, namespace("shop", { team: "a" }), namespace("ops", { team: "b" })];
const everybody = { namespaces: {} };
const shop = { namespaces: { matchLabels: { team: "a" } } };
const dbs = { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: "db" } } } };
const closed = kubernetesPolicy("shop/closed", { podSelector: {}, policyTypes: ["Ingress"] });
const ingress = (objects: KubeObject[], question: string): string =>
  told(ask([...base, ...objects], question).ingress);

describe.each([
  ["ClusterNetworkPolicy", "Accept", (p: number, spec: Spec) => cluster("first", "Admin", p, spec)],
  ["AdminNetworkPolicy", "Allow", (p: number, spec: Spec) => admin("first", p, spec)],
] as const)("the admin tier: %s", (_kind, accept, policy) => {
  const rule = (action: string, rest: Spec = {}): Spec => ({
    subject: dbs,
    ingress: [{ action, from: [everybody], ...rest }],
  });

  test("decides before NetworkPolicies, and Pass leaves it to them", () => {
    expect(ingress([policy(5, rule(accept)), closed], "ops/probe → shop/db TCP 80")).toBe(
      "allow kube-admin first#0",
    );
    expect(ingress([policy(5, rule("Deny"))], "ops/probe → shop/db TCP 80")).toBe("deny kube-admin first#0");
    expect(ingress([policy(5, rule("Pass")), closed], "ops/probe → shop/db TCP 80")).toMatch(
      /^deny: end of tier default/,
    );
    expect(ingress([policy(5, rule("Pass"))], "ops/probe → shop/db TCP 80")).toMatch(
      /^allow: every tier passes/,
    );
  });

  test("what no rule matches goes on, and a direction without rules is left alone", () => {
    const other = policy(5, { subject: dbs, ingress: [{ action: "Deny", from: [shop] }] });
    expect(ingress([other], "ops/probe → shop/db TCP 80")).toMatch(/^allow/);
    expect(ingress([other], "shop/web → shop/db TCP 80")).toBe("deny kube-admin first#0");
    expect(ask([...base, other], "shop/db → ops/probe TCP 80").verdict).toBe("allow");
  });

  test("lower priority goes first, and within a policy the first rule that matches", () => {
    const second = cluster("second", "Admin", 6, rule("Deny"));
    expect(ingress([policy(5, rule(accept)), second], "ops/probe → shop/db TCP 80")).toMatch(/^allow/);
    expect(ingress([policy(7, rule(accept)), second], "ops/probe → shop/db TCP 80")).toBe(
      "deny kube-admin second#0",
    );
    const both = policy(5, {
      subject: dbs,
      ingress: [
        { action: "Deny", from: [shop] },
        { action: accept, from: [everybody] },
      ],
    });
    expect(ingress([both, closed], "ops/probe → shop/db TCP 80")).toBe("allow kube-admin first#1");
    expect(ingress([both, closed], "shop/web → shop/db TCP 80")).toBe("deny kube-admin first#0");
  });
});

describe("the baseline tier", () => {
  const deny = baseline({ subject: everybody, ingress: [{ action: "Deny", from: [everybody] }] });

  test("decides where no NetworkPolicy selects the pod", () => {
    expect(ingress([deny], "ops/probe → shop/db TCP 80")).toBe("deny kube-baseline default#0");
    const open = kubernetesPolicy("shop/open", { podSelector: {}, ingress: [{}] });
    expect(ingress([deny, open], "ops/probe → shop/db TCP 80")).toBe("allow default shop/open#0");
    expect(ingress([deny], "8.8.8.8 → shop/db TCP 80")).toMatch(/^allow/);
  });

  test("is where a ClusterNetworkPolicy of tier Baseline is", () => {
    const same = cluster("b", "Baseline", 0, { subject: dbs, ingress: [{ action: "Deny", from: [shop] }] });
    expect(ingress([same], "shop/web → shop/db TCP 80")).toBe("deny kube-baseline b#0");
    expect(ingress([same], "ops/probe → shop/db TCP 80")).toMatch(/^allow: every tier passes/);
  });
});

describe("ports and peers", () => {
  const verdict = (policy: KubeObject, question: string): string =>
    ask([...base, ambientNode("n1", "172.18.0.2"), policy], question).verdict;

  test("numbers, ranges and names; a protocol without a port is all of it", () => {
    const old = admin("p", 1, {
      subject: dbs,
      ingress: [
        {
          action: "Deny",
          from: [everybody],
          ports: [
            { portNumber: { protocol: "UDP", port: 53 } },
            { portRange: { protocol: "TCP", start: 80, end: 90 } },
            { namedPort: "sql" },
          ],
        },
      ],
    });
    const now = cluster("p", "Admin", 1, {
      subject: dbs,
      ingress: [
        {
          action: "Deny",
          from: [everybody],
          protocols: [
            { udp: { destinationPort: { number: 53 } } },
            { tcp: { destinationPort: { range: { start: 80, end: 90 } } } },
            { destinationNamedPort: "sql" },
          ],
        },
      ],
    });
    for (const policy of [old, now]) {
      const at = (port: string): string => verdict(policy, `shop/web → shop/db ${port}`);
      expect(["UDP 53", "TCP 80", "TCP 90", "TCP 5432"].map(at)).toEqual(["deny", "deny", "deny", "deny"]);
      expect(["TCP 53", "UDP 80", "TCP 91", "UDP 5432"].map(at)).toEqual([
        "allow",
        "allow",
        "allow",
        "allow",
      ]);
    }
    const all = cluster("p", "Admin", 1, {
      subject: dbs,
      ingress: [{ action: "Deny", from: [everybody], protocols: [{ tcp: {} }] }],
    });
    expect(verdict(all, "shop/web → shop/db TCP 7")).toBe("deny");
    expect(verdict(all, "shop/web → shop/db UDP 7")).toBe("allow");
  });

  test("networks hold pods too, and nodes stand for their addresses", () => {
    const egress = (to: object[]): KubeObject =>
      admin("p", 1, { subject: everybody, egress: [{ action: "Deny", to }] });
    const networks = egress([{ networks: ["10.0.1.0/24", "203.0.113.0/24", "2001:db8::/32"] }]);
    expect(verdict(networks, "shop/web → ops/probe TCP 80")).toBe("deny");
    expect(verdict(networks, "shop/web → 203.0.113.9 TCP 80")).toBe("deny");
    expect(verdict(networks, "shop/web → shop/db TCP 80")).toBe("allow");
    const nodes = egress([{ nodes: {} }]);
    expect(verdict(nodes, "shop/web → n1 TCP 80")).toBe("deny");
    expect(verdict(nodes, "shop/web → 172.18.0.3 TCP 80")).toBe("allow");
  });
});

test("what the API would refuse is told with its path", () => {
  const policies = [
    admin("p", 1001, { subject: {}, ingress: [{ action: "Accept", from: [] }] }),
    admin("q", 1, {
      subject: everybody,
      egress: [
        {
          action: "Deny",
          to: [
            { namespaces: {}, pods: { namespaceSelector: {}, podSelector: {} } },
            { networks: ["10.0.0.1"] },
          ],
          ports: [{ portRange: { start: 9, end: 8 } }, {}],
        },
      ],
    }),
    {
      ...baseline({ subject: everybody, ingress: [{ action: "Pass", from: [everybody] }] }),
      metadata: { name: "b" },
    },
    cluster("c", "Admin", 1, { subject: everybody, egress: [{ action: "Deny", to: [{ nodes: {} }] }] }),
  ];
  try {
    load(policies);
    throw new Error("nothing was refused");
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    expect(error.problems.map((p) => p.path.replace(/^\w+ (\w+): /, "$1 ")).sort()).toEqual([
      "b spec",
      "b spec.ingress[0].action",
      "c spec.egress[0].to[0].nodes",
      "p spec.ingress[0].action",
      "p spec.ingress[0].from",
      "p spec.priority",
      "p spec.subject",
      "q spec.egress[0].ports[0].portRange.end",
      "q spec.egress[0].ports[1]",
      "q spec.egress[0].to[0]",
      "q spec.egress[0].to[1].networks[0]",
    ]);
  }
});

test.each(["v1alpha2", "v1beta1"])("%s is read alike", (version) => {
  const shut = cluster("p", "Admin", 1, {
    subject: everybody,
    ingress: [{ action: "Deny", from: [everybody] }],
  });
  const policy = { ...shut, apiVersion: `policy.networking.k8s.io/${version}` };
  expect(ask([...base, policy], "shop/web → shop/db TCP 5432").verdict).toBe("deny");
});

test.each([
  ["policy.networking.k8s.io/v1", "ClusterNetworkPolicy"],
  ["policy.networking.k8s.io/v1beta1", "AdminNetworkPolicy"],
  ["policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicies"],
  ["policy/v1", "ClusterNetworkPolicy"],
])("%s %s is refused by name", (apiVersion, kind) => {
  const policy = { ...cluster("p", "Admin", 1, { subject: everybody }), apiVersion, kind };
  expect(() => load([policy])).toThrow(new RegExp(`${kind}.*(is not a kind of|decides about flows)`));
});

test("a port by name is one of the pods in those namespaces, not of whoever has an address in a network set there", () => {
  const set = {
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkSet",
    metadata: { name: "around", namespace: "ops" },
    spec: { nets: ["10.0.0.0/24"] },
  };
  const ops = { namespaces: { matchLabels: { team: "b" } } };
  const deny = (protocol: object): KubeObject =>
    cluster("p", "Admin", 1, {
      subject: everybody,
      egress: [{ action: "Deny", to: [ops], protocols: [protocol] }],
    });
  const at = (protocol: object): string =>
    ask([...base, set, deny(protocol)], "shop/web → shop/db TCP 5432").verdict;
  expect(at({ tcp: { destinationPort: { number: 5432 } } })).toBe("deny");
  expect(at({ destinationNamedPort: "sql" })).toBe("allow");
});
