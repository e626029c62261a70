/** Random clusters for property tests: small worlds, so that selectors, networks and ports hit each other often. */
import fc from "fast-check";
import type { KubeObject } from "../../../kube/objects";

const NAMESPACES = ["x", "y"];
const value = fc.constantFrom("a", "b");
const label = fc.constantFrom("app", "role");
const labels = fc.dictionary(label, value, { maxKeys: 2 });
const cidr = fc.constantFrom("10.0.0.0/8", "10.1.0.0/16", "10.1.0.1/32", "10.1.0.0/30", "203.0.113.0/24");
const port = fc.constantFrom(80, 81, 443, 8080);

const meta = <T>(rest: T): T => rest;

function named(
  kind: string,
  apiVersion: string,
  name: string,
  namespace: string | undefined,
  rest: object,
): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: meta({ name, ...(namespace === undefined ? {} : { namespace }) }),
    ...rest,
  };
}

const containerPort = fc.record(
  {
    name: fc.constantFrom("web", "api"),
    containerPort: port,
    protocol: fc.constantFrom("TCP", "UDP"),
  },
  { requiredKeys: ["containerPort", "protocol"] },
);

const pods = fc
  .array(
    fc.record({
      namespace: fc.constantFrom(...NAMESPACES),
      labels,
      account: fc.constantFrom("default", "robot"),
      ports: fc.uniqueArray(containerPort, { selector: (p) => p.name, maxLength: 2 }),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map((list) =>
    list.map((p, i): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `p${i}`, namespace: p.namespace, labels: p.labels },
      spec: { serviceAccountName: p.account, containers: [{ name: "c", ports: p.ports }] },
      status: { podIP: `10.${1 + (i % 2)}.0.${1 + i}` },
    })),
  );

const matchExpression = fc.oneof(
  fc.record({
    key: label,
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.uniqueArray(value, { minLength: 1 }),
  }),
  fc.record({ key: label, operator: fc.constantFrom("Exists", "DoesNotExist") }),
);
const labelSelector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: labels }),
  fc.record({ matchExpressions: fc.array(matchExpression, { minLength: 1, maxLength: 2 }) }),
);
const namespaceSelector = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...NAMESPACES).map((n) => ({ matchLabels: { "kubernetes.io/metadata.name": n } })),
  fc.record({ matchLabels: fc.record({ team: value }) }),
);
const ipBlock = fc.oneof(
  cidr.map((c) => ({ cidr: c })),
  fc.constant({ cidr: "0.0.0.0/0", except: ["10.1.0.0/30"] }),
  fc.constant({ cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] }),
);
const peer = fc.oneof(
  labelSelector.map((podSelector) => ({ podSelector })),
  namespaceSelector.map((s) => ({ namespaceSelector: s })),
  fc.record({ podSelector: labelSelector, namespaceSelector }),
  ipBlock.map((block) => ({ ipBlock: block })),
);
const kubernetesPort = fc.oneof(
  fc.record({ port, protocol: fc.constantFrom("TCP", "UDP") }),
  fc.record({ port: fc.constantFrom("web", "api") }),
  fc.constantFrom({ protocol: "UDP" }, { port: 80, endPort: 443 }),
);

export const kubernetesRule = (key: "from" | "to"): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    { [key]: fc.array(peer, { maxLength: 2 }), ports: fc.array(kubernetesPort, { maxLength: 2 }) },
    { requiredKeys: [] },
  );

const kubernetesPolicy = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    spec: fc.record(
      {
        podSelector: labelSelector,
        policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
        ingress: fc.array(kubernetesRule("from"), { maxLength: 2 }),
        egress: fc.array(kubernetesRule("to"), { maxLength: 2 }),
      },
      { requiredKeys: ["podSelector"] },
    ),
  })
  .map(({ namespace, spec }) => ({ kind: "NetworkPolicy", api: "networking.k8s.io/v1", namespace, spec }));

const expression = fc.oneof(
  fc.tuple(label, value).map(([l, v]) => `${l} == '${v}'`),
  fc.tuple(label, value).map(([l, v]) => `${l} != '${v}'`),
  label.map((l) => `has(${l})`),
  label.map((l) => `!has(${l})`),
  fc.constantFrom("all()", "app in {'a', 'b'} && role not in {'b'}", "app == 'a' || role == 'a'"),
);
const namespaceExpression = fc.constantFrom(
  "all()",
  "team == 'a'",
  "kubernetes.io/metadata.name == 'x'",
  "projectcalico.org/name != 'y'",
  "global()",
);
const calicoPorts = fc.array(fc.oneof(port, fc.constantFrom<string | number>("80:443", "web", "api")), {
  minLength: 1,
  maxLength: 2,
});
const entity = (withPorts: boolean): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(
      {
        selector: expression,
        notSelector: expression,
        namespaceSelector: namespaceExpression,
        serviceAccounts: fc.record({ names: fc.constant(["robot"]) }),
        nets: fc.uniqueArray(cidr, { minLength: 1, maxLength: 2 }),
        notNets: fc.uniqueArray(cidr, { minLength: 1, maxLength: 2 }),
        ports: calicoPorts,
        notPorts: calicoPorts,
      },
      { requiredKeys: [] },
    )
    .map((full) => {
      // Few criteria at a time, or nothing ever matches.
      const entries = Object.entries(full).filter(([key]) => withPorts || !/ports/i.test(key));
      return Object.fromEntries(entries.filter((_, i) => i % 3 === 0));
    });

const calicoRule = fc
  .record(
    {
      action: fc.constantFrom("Allow", "Deny", "Pass", "Log"),
      protocol: fc.constantFrom("TCP", "UDP"),
      notProtocol: fc.constantFrom("TCP", "UDP"),
      source: entity(false),
      destination: entity(true),
    },
    { requiredKeys: ["action"] },
  )
  .map((rule) => {
    const destination: Record<string, unknown> = rule.destination ?? {};
    const needs = "ports" in destination || "notPorts" in destination;
    return needs ? { ...rule, protocol: rule.protocol ?? "TCP" } : rule;
  });

const calicoSpec = fc.record(
  {
    tier: fc.constantFrom("first", "second", "default"),
    order: fc.constantFrom(1, 1000, 2000),
    selector: expression,
    types: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
    ingress: fc.array(calicoRule, { maxLength: 3 }),
    egress: fc.array(calicoRule, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const calicoPolicy = fc.oneof(
  fc
    .record({ namespace: fc.constantFrom(...NAMESPACES), spec: calicoSpec })
    .map((p) => ({ ...p, kind: "NetworkPolicy", api: "projectcalico.org/v3" })),
  fc
    .record({
      spec: calicoSpec,
      namespaceSelector: fc.option(fc.constantFrom("all()", "team == 'a'"), { nil: undefined }),
    })
    .map(({ spec, namespaceSelector: s }) => ({
      namespace: undefined,
      spec: s === undefined ? spec : { ...spec, namespaceSelector: s },
      kind: "GlobalNetworkPolicy",
      api: "projectcalico.org/v3",
    })),
);

const tiers = fc
  .tuple(fc.constantFrom("Deny", "Pass"), fc.constantFrom(1, 5), fc.constantFrom("Deny", "Pass"))
  .map(([a, order, b]): KubeObject[] => [
    named("Tier", "projectcalico.org/v3", "first", undefined, { spec: { order, defaultAction: a } }),
    named("Tier", "projectcalico.org/v3", "second", undefined, { spec: { order: 5, defaultAction: b } }),
  ]);

const sets = fc.tuple(labels, cidr, labels, cidr).map(([l1, c1, l2, c2]): KubeObject[] => [
  {
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkSet",
    metadata: { name: "s", namespace: "x", labels: l1 },
    spec: { nets: [c1] },
  },
  {
    apiVersion: "projectcalico.org/v3",
    kind: "GlobalNetworkSet",
    metadata: { name: "g", labels: l2 },
    spec: { nets: [c2] },
  },
]);

const namespaces = fc.tuple(value, value).map(([a, b]): KubeObject[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "x", labels: { team: a } } },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "y", labels: { team: b } } },
]);

export interface Cluster {
  readonly pods: KubeObject[];
  readonly others: KubeObject[];
  readonly policies: KubeObject[];
}

export function clusters(kinds: "kubernetes" | "both"): fc.Arbitrary<Cluster> {
  const policy =
    kinds === "kubernetes" ? kubernetesPolicy : fc.oneof(kubernetesPolicy, calicoPolicy, calicoPolicy);
  return fc
    .record({
      pods,
      namespaces,
      tiers: kinds === "kubernetes" ? fc.constant([]) : tiers,
      sets: kinds === "kubernetes" ? fc.constant([]) : sets,
      policies: fc.array(policy, { maxLength: 5 }),
    })
    .map((c) => ({
      pods: c.pods,
      others: [...c.namespaces, ...c.tiers, ...c.sets],
      // Names collide across kinds and namespaces, so that ties are broken as upstream breaks them.
      policies: c.policies.map((p, i) =>
        named(p.kind, p.api, `n${i % 3}${p.kind === "NetworkPolicy" ? i : ""}`, p.namespace, {
          spec: p.spec,
        }),
      ),
    }))
    .map((c) => ({
      ...c,
      policies: [
        ...new Map(
          c.policies.map((p) => [
            `${p.apiVersion}${p.kind}${p.metadata.namespace ?? ""}${p.metadata.name}`,
            p,
          ]),
        ).values(),
      ],
    }));
}
