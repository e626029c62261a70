/** Weave Net's policy controller: what it does otherwise than Calico. */
import { load } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { ask, globalPolicy, kubernetesPolicy } from "./support";
import { base } from "./two-nodes";

const weave = (container = "weave-npc", namespace = "kube-system"): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "weave-net", namespace },
  spec: {
    selector: { matchLabels: { name: "weave-net" } },
    template: {
      metadata: { labels: { name: "weave-net" } },
      spec: { hostNetwork: true, containers: [{ name: "weave" }, { name: container }] },
    },
  },
});
const web = { matchLabels: { app: "web" } };
const verdict = (objects: KubeObject[], question: string): string => ask(objects, question).verdict;
const notes = (objects: KubeObject[]): readonly string[] => load(objects.map((object) => ({ object }))).notes;

const range = kubernetesPolicy("x/web", {
  podSelector: web,
  ingress: [{ ports: [{ port: 8080, endPort: 8090 }] }],
});
const named = kubernetesPolicy("x/web", { podSelector: web, ingress: [{ ports: [{ port: "other" }] }] });

test("of a range of ports it takes the first one alone, and says so", () => {
  expect(verdict([...base, range], "x/cli → x/web TCP 8085")).toBe("allow");
  expect(verdict([...base, range, weave()], "x/cli → x/web TCP 8085")).toBe("deny");
  expect(verdict([...base, range, weave()], "x/cli → x/web TCP 8080")).toBe("allow");
  expect(notes([...base, range, weave()]).join()).toMatch(/endPort.* x\/web/);
  expect(notes([...base, range]).join()).not.toMatch(/endPort/);
});

test("a policy that names a port isolates nothing", () => {
  expect(verdict([...base, named], "x/cli → x/web TCP 8080")).toBe("deny");
  expect(verdict([...base, named, weave()], "x/cli → x/web TCP 8080")).toBe("allow");
  expect(notes([...base, named, weave()]).join()).toMatch(/rejects NetworkPolicy x\/web as a whole/);
});

test("so does one that is added to a state which was read before", () => {
  const state = load([...base, weave()].map((object) => ({ object })));
  expect(state.edited([], [{ object: named }]).policies).toEqual([]);
  expect(state.edited([], [{ object: range }]).policies[0]?.ingress[0]?.destination.ports?.numbers).toEqual([
    [8080, 8080],
  ]);
});

test("Calico's policies decide nothing", () => {
  const deny = globalPolicy("deny", { types: ["Ingress"] });
  expect(verdict([...base, deny], "x/cli → x/web TCP 8080")).toBe("deny");
  expect(verdict([...base, deny, weave()], "x/cli → x/web TCP 8080")).toBe("allow");
  expect(notes([...base, deny, weave()]).join()).toMatch(/1 other policy decides nothing/);
});

test.each([
  ["Weave Net without its policy controller", weave("other")],
  ["a DaemonSet of that name elsewhere", weave("weave-npc", "x")],
])("%s enforces nothing in its way", (_, object) => {
  expect(verdict([...base, named, object], "x/cli → x/web TCP 8080")).toBe("deny");
});

test("what a pod sends to its own node is not checked; to another node it is", () => {
  const shut = kubernetesPolicy("x/cli", {
    podSelector: { matchLabels: { app: "cli" } },
    policyTypes: ["Egress"],
  });
  const objects = [...base, shut];
  expect(verdict(objects, "x/cli → n2 TCP 22")).toBe("deny");
  expect(verdict([...objects, weave()], "x/cli → n2 TCP 22")).toBe("allow");
  expect(verdict([...objects, weave()], "x/cli → n1 TCP 22")).toBe("deny");
  expect(verdict([...objects, weave()], "x/cli → x/web TCP 8080")).toBe("deny");
});

test("a node shows pods of other nodes an address that its objects do not tell", () => {
  const nodes = kubernetesPolicy("x/web", {
    podSelector: web,
    ingress: [{ from: [{ ipBlock: { cidr: "172.18.0.0/16" } }] }],
  });
  expect(verdict([...base, nodes], "n2 → x/web TCP 8080")).toBe("allow");
  expect(verdict([...base, nodes, weave()], "n2 → x/web TCP 8080")).toBe("unknown");
});

test("all pods of the same namespaces by two ways of writing: what comes into force is not known", () => {
  const x = { matchLabels: { "kubernetes.io/metadata.name": "x" } };
  const short = kubernetesPolicy("x/web", {
    podSelector: web,
    ingress: [{ from: [{ namespaceSelector: x }] }],
  });
  const long = (podSelector: object) =>
    kubernetesPolicy("x/other", {
      podSelector: { matchLabels: { app: "other" } },
      ingress: [{ from: [{ namespaceSelector: x, podSelector }] }],
    });
  const named = { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } };
  const asked = (...objects: KubeObject[]) =>
    verdict([...base, named, weave(), ...objects], "x/cli → x/web TCP 8080");
  expect(asked(short)).toBe("allow");
  expect(asked(short, long({ matchLabels: { app: "cli" } }))).toBe("allow");
  expect(asked(short, long({}))).toBe("unknown");
  expect(notes([...base, weave(), short, long({})]).join()).toMatch(
    /makes one set .* of NetworkPolicy x\/web and NetworkPolicy x\/other is not known/,
  );
});
