import {
  allowDns,
  defaultAppPolicy,
  defaultDeny,
  inNamespaces,
  notInNamespaces,
  systemNamespaces,
} from "../../policies/baselines";
import { calicoPolicy, globalPolicy } from "../../policies/calico/policy";
import { networkPolicy } from "../../policies/kubernetes/policy";
import { ProblemsError } from "../../kube/problems";
import { parseSelector } from "../../packages/reach/src/selector";

const told = (make: () => unknown): string[] => {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => p.path);
  }
};

test("a direction that is given is isolated, also with an empty list; one left out is not", () => {
  expect(networkPolicy({ name: "p", namespace: "n", ingress: [] }).spec).toEqual({
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [],
  });
  expect(defaultDeny("n", ["Ingress", "Egress"]).spec.policyTypes).toEqual(["Ingress", "Egress"]);
});

test("DNS is allowed by UDP and TCP", () => {
  expect(allowDns("n").spec.egress?.[0]?.ports).toEqual([
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ]);
  expect(
    defaultAppPolicy({ namespaceSelector: "all()", dns: true }).spec.egress?.map((r) => r.protocol),
  ).toEqual(["UDP", "TCP"]);
});

test("a selector that does not parse is found here: the API server would take it", () => {
  const rule = {
    action: "Allow" as const,
    source: { selector: "a ==" },
    destination: { namespaceSelector: "has(", serviceAccounts: { selector: ")" } },
  };
  expect(
    told(() => calicoPolicy({ name: "p", namespace: "n", selector: "bad ==", ingress: [rule] })),
  ).toEqual([
    "spec.selector",
    "spec.ingress[0].source.selector",
    "spec.ingress[0].destination.namespaceSelector",
    "spec.ingress[0].destination.serviceAccounts.selector",
  ]);
});

test.each([
  ["preDNAT without applyOnForward", { preDNAT: true }, "spec.preDNAT"],
  ["doNotTrack without applyOnForward", { doNotTrack: true }, "spec.doNotTrack"],
  ["preDNAT with egress rules", { preDNAT: true, applyOnForward: true, egress: [] }, "spec.egress"],
])("refused: %s", (_what, spec, path) => {
  expect(told(() => globalPolicy({ name: "p", ...spec }))).toContain(path);
});

test("ports need a protocol that has them", () => {
  const ingress = [{ action: "Allow" as const, destination: { ports: [80] } }];
  expect(told(() => globalPolicy({ name: "p", ingress }))).toEqual(["spec.ingress[0].protocol"]);
});

test("types are written out as Calico would fill them in", () => {
  expect(globalPolicy({ name: "p" }).spec.types).toEqual(["Ingress"]);
  expect(globalPolicy({ name: "p", egress: [] }).spec.types).toEqual(["Egress"]);
  expect(globalPolicy({ name: "p", ingress: [], egress: [] }).spec.types).toEqual(["Ingress", "Egress"]);
});

test("a policy outside the default tier is named after its tier", () => {
  expect(told(() => globalPolicy({ name: "p", tier: "platform" }))).toEqual(["metadata.name"]);
  expect(told(() => globalPolicy({ name: "platform.p", tier: "platform" }))).toEqual([]);
});

test("namespace selectors select what they say", () => {
  const named = (name: string): Record<string, string> => ({ "kubernetes.io/metadata.name": name });
  expect(parseSelector(inNamespaces(["a", "b"])).matches(named("a"))).toBe(true);
  expect(parseSelector(inNamespaces(["a", "b"])).matches(named("c"))).toBe(false);
  expect(parseSelector(notInNamespaces(systemNamespaces)).matches(named("kube-system"))).toBe(false);
  expect(parseSelector(notInNamespaces(systemNamespaces)).matches(named("shop"))).toBe(true);
  expect(parseSelector(notInNamespaces(systemNamespaces)).matches({})).toBe(false);
});
