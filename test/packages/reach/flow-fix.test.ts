import { objectKey, type KubeObject } from "../../../kube/objects";
import {
  connectivity,
  CORE_DNS,
  diff,
  explain,
  fixFlow,
  load,
  type FlowFix,
} from "../../../packages/reach/src";

const namespace = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { team: name } },
});
const pod = (ns: string, app: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: app, namespace: ns, labels: { app } },
  spec: { containers: [{ name: app, image: app }] },
});
const policy = (ns: string, name: string, spec: object): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: ns },
  spec,
});
const from = (app: string) => [{ podSelector: { matchLabels: { app } } }];
const cluster = (...more: KubeObject[]): KubeObject[] => [
  ...CORE_DNS,
  namespace("shop"),
  namespace("ops"),
  ...["web", "api", "db"].map((app) => pod("shop", app)),
  pod("ops", "agent"),
  ...more,
];

type Case = [title: string, objects: KubeObject[], from: string, to: string, port: number, words: RegExp];
const cases: Case[] = [
  [
    "a label in the policy that no pod has",
    cluster(
      policy("shop", "db", {
        podSelector: { matchLabels: { app: "db" } },
        ingress: [{ from: from("apii"), ports: [{ port: 5432 }] }],
      }),
    ),
    "shop/api",
    "shop/db",
    5432,
    /app=apii.*app=api/,
  ],
  [
    "another namespace",
    cluster(
      policy("shop", "db", {
        podSelector: { matchLabels: { app: "db" } },
        ingress: [{ from: from("agent"), ports: [{ port: 5432 }] }],
      }),
    ),
    "ops/agent",
    "shop/db",
    5432,
    /namespace shop only.*namespaceSelector/,
  ],
  [
    "no policy that lets it in",
    cluster(policy("shop", "deny", { podSelector: {} })),
    "shop/web",
    "shop/api",
    8080,
    /no ingress rule|no policy lets/,
  ],
  [
    "open by a rule for two",
    cluster(
      policy("shop", "db", {
        podSelector: { matchLabels: { app: "db" } },
        ingress: [{ from: [...from("api"), ...from("web")], ports: [{ port: 5432 }] }],
      }),
    ),
    "shop/web",
    "shop/db",
    5432,
    /app=web/,
  ],
];

/** The objects as they are with the fix made: read again as a whole, as the user's next run will. */
const made = (objects: readonly KubeObject[], { edits }: FlowFix): KubeObject[] => {
  const gone = new Set(edits.flatMap(({ before }) => (before === undefined ? [] : [objectKey(before)])));
  return [...objects.filter((o) => !gone.has(objectKey(o))), ...edits.flatMap(({ after }) => after ?? [])];
};

test.each(cases)("%s: the edit turns the flow and nothing else", (_, objects, source, to, port, words) => {
  const state = load(objects);
  const asked = { from: source, to, port };
  const [before] = explain(state, asked);
  const fix = fixFlow(state, asked);
  expect(`${fix.edits[0]?.what ?? ""}: ${fix.edits[0]?.todo ?? ""}`).toMatch(words);
  const after = load(made(objects, fix));
  expect(explain(after, asked)[0]?.verdict).toBe(before?.verdict === "deny" ? "allow" : "deny");
  const { added, removed, changed } = diff(state, after);
  expect([...added, ...removed, ...changed].map((c) => [c.from, c.to, c.opened + c.closed])).toEqual([
    [source, to, String(port)],
  ]);
  expect(fix.beside).toEqual([]);
});

test("what a change does beside is told where nothing can be changed alone", () => {
  const objects = cluster(
    policy("shop", "team", { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }),
  );
  const fix = fixFlow(load(objects), { from: "shop/web", to: "shop/db", port: 5432 });
  const { added, removed, changed } = diff(load(objects), load(made(objects, fix)));
  expect(fix.beside.length).toBeGreaterThan(0);
  expect(fix.difference).toEqual({ workloads: { added: [], removed: [] }, added, removed, changed });
});

test("a flow that is open and closed in parts is not turned", () => {
  const block = [{ ipBlock: { cidr: "198.51.100.0/24" } }];
  const state = load(
    cluster(
      policy("shop", "db", { podSelector: { matchLabels: { app: "db" } }, ingress: [{ from: block }] }),
    ),
  );
  expect(() => fixFlow(state, { from: "198.51.0.0/16", to: "shop/db", port: 1 })).toThrow(
    /name an end more exactly/,
  );
});

test("a state with policies exchanged is what reading everything again gives", () => {
  const [, objects] = cases[0]!;
  const old = objects.find((o) => o.kind === "NetworkPolicy")!;
  const next = policy("shop", "db", {
    podSelector: {},
    ingress: [{ from: from("web") }],
    policyTypes: ["Ingress", "Egress"],
  });
  const whole = load([...objects.filter((o) => o !== old), next]);
  const flows = (s: typeof whole): string[] =>
    [...connectivity(s, { all: true })].map((f) => JSON.stringify(f)).sort();
  expect(flows(load(objects).edited([old], [{ object: next }]))).toEqual(flows(whole));
  // What is no policy is read as a whole.
  const labelled = {
    ...pod("shop", "web"),
    metadata: { name: "web", namespace: "shop", labels: { app: "apii" } },
  };
  const web = objects.find((o) => o.metadata.name === "web")!;
  expect(flows(load(objects).edited([web], [{ object: labelled }]))).toEqual(
    flows(load([...objects.filter((o) => o !== web), labelled])),
  );
});
