import { answers } from "../../../packages/reach/src/connectivity";
import { connectivity, load } from "../../../packages/reach/src";
import { ask, calicoPolicy, globalPolicy, kubernetesPolicy, pod, tier, told, yaml } from "./support";

const web = pod("x/web", { app: "web" }, { serviceAccountName: "web", ip: "10.0.0.1" });
const db = pod("x/db", { app: "db" }, { ip: "10.0.0.2" });
const other = pod("y/other", { app: "other" }, { ip: "10.0.0.3" });
const pods = [web, db, other];
const allow = { action: "Allow" };
const deny = { action: "Deny" };

describe("tiers and order", () => {
  test("lower order decides; without order comes last; equal orders go by name", () => {
    const policies = [
      globalPolicy("z-last", { selector: "app == 'db'", ingress: [allow] }),
      globalPolicy("b", { order: 10, selector: "app == 'db'", ingress: [deny] }),
      globalPolicy("a", { order: 10, selector: "app == 'db'", ingress: [allow] }),
      globalPolicy("late", { order: 11, selector: "app == 'db'", ingress: [deny] }),
    ];
    expect(told(ask([...pods, ...policies], "x/web → x/db TCP 1").ingress)).toBe("allow default a#0");
    expect(told(ask([...pods, ...policies.slice(0, 2)], "x/web → x/db TCP 1").ingress)).toBe(
      "deny default b#0",
    );
  });

  test("tiers by order, then name; one without order comes after all others", () => {
    const at = (name: string, action: string): ReturnType<typeof globalPolicy> =>
      globalPolicy(`${name}.p`, { tier: name, selector: "app == 'db'", ingress: [{ action }] });
    const objects = [...pods, tier("none", undefined), tier("b", 5), tier("a", 5)];
    const policies = [at("none", "Deny"), at("b", "Deny"), at("a", "Allow")];
    expect(told(ask([...objects, ...policies], "x/web → x/db TCP 1").ingress)).toBe("allow a a.p#0");
    expect(told(ask([...objects, ...policies.slice(0, 2)], "x/web → x/db TCP 1").ingress)).toBe(
      "deny b b.p#0",
    );
    expect(
      told(
        ask(
          [...objects, at("none", "Deny"), globalPolicy("d", { selector: "app == 'db'", ingress: [allow] })],
          "x/web → x/db TCP 1",
        ).ingress,
      ),
    ).toBe("allow default d#0");
  });

  test("Pass goes to the next tier, and after the last to the profile, which allows", () => {
    const passing = globalPolicy("t.pass", {
      tier: "t",
      selector: "app == 'db'",
      ingress: [{ action: "Log" }, { action: "Pass" }],
    });
    const flow = ask([...pods, tier("t", 1), passing], "x/web → x/db TCP 1");
    expect(flow.ingress).toMatchObject({ verdict: "allow", tier: null, policy: null, rule: -1 });
    expect(flow.ingress.reason).toMatch(/every tier passes.*profile/);
    const then = globalPolicy("d", { selector: "app == 'db'", ingress: [deny] });
    expect(told(ask([...pods, tier("t", 1), passing, then], "x/web → x/db TCP 1").ingress)).toBe(
      "deny default d#0",
    );
  });

  test("end of tier: denies, or passes where the tier says so; only tiers with a policy that governs count", () => {
    const narrow = (t: string): ReturnType<typeof globalPolicy> =>
      globalPolicy(`${t}.p`, {
        tier: t,
        selector: "app == 'db'",
        ingress: [{ ...allow, protocol: "TCP", destination: { ports: [80] } }],
      });
    const denying = ask([...pods, tier("t", 1), narrow("t")], "x/web → x/db TCP 81");
    expect(denying.ingress).toMatchObject({ verdict: "deny", tier: "t", policy: "t.p", rule: -1 });
    expect(denying.ingress.reason).toMatch(/end of tier t.*default Deny/);
    expect(ask([...pods, tier("t", 1, "Pass"), narrow("t")], "x/web → x/db TCP 81").verdict).toBe("allow");
    expect(ask([...pods, tier("t", 1), narrow("t")], "x/db → x/web TCP 81").verdict).toBe("allow");
  });

  test("Kubernetes policies stand at order 1000 of the default tier", () => {
    const isolate = kubernetesPolicy("x/isolate", { podSelector: {} });
    const at = (order: number | undefined): ReturnType<typeof globalPolicy> =>
      globalPolicy("g", {
        ...(order === undefined ? {} : { order }),
        selector: "app == 'db'",
        ingress: [allow],
      });
    for (const order of [999, 1000, 1001, undefined])
      expect(told(ask([...pods, isolate, at(order)], "x/web → x/db TCP 1").ingress)).toBe(
        "allow default g#0",
      );
    const first = globalPolicy("g", { order: 999, selector: "app == 'db'", ingress: [deny] });
    const open = kubernetesPolicy("x/open", { podSelector: {}, ingress: [{}] });
    expect(told(ask([...pods, open, first], "x/web → x/db TCP 1").ingress)).toBe("deny default g#0");
    const later = globalPolicy("g", { order: 1001, selector: "app == 'db'", ingress: [deny] });
    expect(told(ask([...pods, open, later], "x/web → x/db TCP 1").ingress)).toBe("allow default x/open#0");
    // Equal order: by name, then namespace, then kind.
    const tie = globalPolicy("a", { order: 1000, selector: "app == 'db'", ingress: [deny] });
    expect(told(ask([...pods, open, tie], "x/web → x/db TCP 1").ingress)).toBe("deny default a#0");
  });

  test("staged policies are told of and not enforced", () => {
    const staged = {
      ...globalPolicy("s", { selector: "all()", ingress: [deny] }),
      kind: "StagedGlobalNetworkPolicy",
    };
    const state = load([...pods, staged]);
    expect(ask(state, "x/web → x/db TCP 1").verdict).toBe("allow");
    expect(state.staged).toEqual(["StagedGlobalNetworkPolicy s"]);
  });

  test("types: ingress by default, egress where there are egress rules only", () => {
    const empty = globalPolicy("p", { selector: "app == 'db'" });
    expect(ask([...pods, empty], "x/web → x/db TCP 1").verdict).toBe("deny");
    expect(ask([...pods, empty], "x/db → x/web TCP 1").verdict).toBe("allow");
    const egress = globalPolicy("p", { selector: "app == 'db'", egress: [allow] });
    expect(ask([...pods, egress], "x/web → x/db TCP 1").verdict).toBe("allow");
  });
});

describe("who a rule means", () => {
  const on = (rule: object, scope: "x" | "global" = "global"): ReturnType<typeof pod>[] => [
    ...pods,
    scope === "global"
      ? globalPolicy("p", { selector: "app == 'db'", ingress: [rule] })
      : calicoPolicy("x/p", { selector: "app == 'db'", ingress: [rule] }),
  ];
  const verdicts = (objects: ReturnType<typeof pod>[]): Record<string, string> =>
    Object.fromEntries(
      ["x/web", "y/other", "192.0.2.1"].map((from) => [from, ask(objects, `${from} → x/db TCP 80`).verdict]),
    );

  test.each([
    [
      "a selector: pods of every namespace, nobody outside",
      { selector: "all()" },
      "global",
      "allow allow deny",
    ],
    ["a selector in a namespaced policy: its namespace", { selector: "all()" }, "x", "allow deny deny"],
    ["no selector at all: everybody", {}, "x", "allow allow allow"],
    [
      "notSelector in a global policy: the others, outside too",
      { notSelector: "app == 'web'" },
      "global",
      "deny allow allow",
    ],
    [
      "notSelector in a namespaced policy: the others of its namespace",
      { notSelector: "app == 'db'" },
      "x",
      "allow deny deny",
    ],
    [
      "namespaceSelector",
      { namespaceSelector: "kubernetes.io/metadata.name == 'y'" },
      "x",
      "deny allow deny",
    ],
    [
      "namespaceSelector all(): whatever is in a namespace",
      { namespaceSelector: "all()" },
      "x",
      "allow allow deny",
    ],
    [
      "global(): nothing here is without a namespace",
      { namespaceSelector: "global()" },
      "x",
      "deny deny deny",
    ],
    ["service account by name", { serviceAccounts: { names: ["web"] } }, "global", "allow deny deny"],
    [
      "service account by label of its object",
      { serviceAccounts: { selector: "projectcalico.org/name == 'default'" } },
      "global",
      "deny allow deny",
    ],
    [
      "service account in a namespaced policy: its namespace",
      { serviceAccounts: { names: ["web", "default"] } },
      "x",
      "allow deny deny",
    ],
    ["nets", { nets: ["10.0.0.0/31", "192.0.2.0/24"] }, "global", "allow deny allow"],
    ["notNets", { notNets: ["10.0.0.0/31", "192.0.2.0/24"] }, "global", "deny allow deny"],
    ["nets and notNets", { nets: ["10.0.0.0/8"], notNets: ["10.0.0.3/32"] }, "global", "allow deny deny"],
  ] as const)("%s", (_title, source, scope, expected) => {
    const [a, b, c] = expected.split(" ");
    expect(verdicts(on({ ...allow, source }, scope))).toEqual({ "x/web": a, "y/other": b, "192.0.2.1": c });
  });

  test("network sets are found by their labels; a namespaced one by its namespace", () => {
    const set = {
      apiVersion: "projectcalico.org/v3",
      kind: "GlobalNetworkSet",
      metadata: { name: "partners", labels: { role: "partner" } },
      spec: { nets: ["192.0.2.0/24"] },
    };
    const own = { ...set, kind: "NetworkSet", metadata: { ...set.metadata, namespace: "y" } };
    const rule = { ...allow, source: { selector: "role == 'partner'" } };
    expect(verdicts([...on(rule), set])).toEqual({
      "x/web": "deny",
      "y/other": "deny",
      "192.0.2.1": "allow",
    });
    expect(verdicts([...on(rule, "x"), set])["192.0.2.1"]).toBe("deny");
    expect(
      verdicts([...on({ ...rule, source: { ...rule.source, namespaceSelector: "global()" } }, "x"), set])[
        "192.0.2.1"
      ],
    ).toBe("allow");
    const byNamespace = {
      ...allow,
      source: { selector: "role == 'partner'", namespaceSelector: "kubernetes.io/metadata.name == 'y'" },
    };
    expect(verdicts([...on(byNamespace, "x"), own])["192.0.2.1"]).toBe("allow");
    expect(verdicts([...on(byNamespace, "x"), set])["192.0.2.1"]).toBe("deny");
  });

  test("service account labels come from the ServiceAccount, namespace labels from the Namespace", () => {
    const more = yaml(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: x, labels: { trusted: "yes" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: y, labels: { stage: prod } }
`);
    const trusted = { ...allow, source: { serviceAccounts: { selector: "trusted == 'yes'" } } };
    expect(verdicts([...on(trusted), ...more])).toEqual({
      "x/web": "allow",
      "y/other": "deny",
      "192.0.2.1": "deny",
    });
    const prod = { ...allow, source: { namespaceSelector: "stage == 'prod'" } };
    expect(verdicts([...on(prod), ...more])).toEqual({
      "x/web": "deny",
      "y/other": "allow",
      "192.0.2.1": "deny",
    });
    const subject = globalPolicy("s", { serviceAccountSelector: "trusted == 'yes'", types: ["Egress"] });
    expect(ask([...pods, ...more, subject], "x/web → x/db TCP 1").verdict).toBe("deny");
    expect(ask([...pods, ...more, subject], "y/other → x/db TCP 1").verdict).toBe("allow");
  });
});

test("the order of input changes nothing, and every port stands there once", () => {
  const objects = [
    ...pods,
    tier("t", 1),
    globalPolicy("t.a", {
      tier: "t",
      selector: "all()",
      egress: [{ action: "Pass", destination: { nets: ["10.0.0.0/8"] } }],
    }),
    kubernetesPolicy("x/k", { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] }),
  ];
  const listing = (list: typeof objects): string[] =>
    [...connectivity(load(list), { all: true })].map((f) => JSON.stringify(f));
  expect(listing([...objects].reverse())).toEqual(listing(objects));
  const state = load(objects);
  const answer = answers(state);
  const [a, b] = state.workloads;
  const tcp = answer(a!, b!).filter((p) => p.part.protocol === "TCP");
  expect(tcp.flatMap((p) => [...p.ports]).reduce((n, [first, last]) => n + last - first + 1, 0)).toBe(65535);
});
