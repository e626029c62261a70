import { abandoned } from "../../../cli/verify/cluster/probe-pods";
import { compareFlow, outsideDoubt } from "../../../cli/verify/core/compare-flow";
import type { Inventory, LivePod, LiveService } from "../../../cli/verify/core/inventory";
import type { FlowCheck, Observation } from "../../../cli/verify/core/check-model";
import { planProbes, type ProbePlan, type ProbeSite } from "../../../cli/verify/core/probes";
import { NO_ROUTE } from "../../../cli/verify/core/web-probe";
import { hostname } from "node:os";

const pod = (name: string, more: Partial<LivePod> = {}): LivePod => ({
  namespace: "a",
  name,
  ips: ["10.0.0.9"],
  node: "n1",
  ready: true,
  labels: { app: "web" },
  annotations: {},
  serviceAccount: "default",
  hostNetwork: false,
  tolerations: [],
  imagePullSecrets: [],
  ...more,
});
const service = (more: Partial<LiveService>): LiveService => ({
  namespace: "a",
  name: "web",
  type: "NodePort",
  clusterIPs: ["10.96.1.1"],
  selector: { app: "web" },
  ports: [{ port: 80, targetPort: 8080, protocol: "TCP", nodePort: 30080 }],
  onlyLocal: false,
  loadBalancer: [],
  ...more,
});
const inventory = (more: Partial<Inventory> = {}): Inventory => ({
  workloads: new Map([
    ["a/web", { kind: "Deployment", pods: [pod("web-1"), pod("web-2", { ips: ["10.0.0.8"] })] }],
    ["a/client", { kind: "Deployment", pods: [pod("client-1", { labels: {} })] }],
  ]),
  services: [service({})],
  nodes: [{ name: "n1", internal: ["172.18.0.2"], external: [] }],
  ...more,
});
const site: ProbeSite = {
  facts: {
    hostPorts: [{ nodePort: 30080, hostPort: 8080, listenAddress: "0.0.0.0", protocol: "TCP" }],
    loadBalancer: "none",
    outside: {
      address: "172.18.0.99",
      network: "172.18.0.0/16",
      gateway: "172.18.0.1",
      asNumber: 63400,
      container: "host1",
    },
  },
  internet: "1.1.1.1",
  nodesReachable: true,
};
const check = (from: string, to: string, more: Partial<FlowCheck> = {}): FlowCheck => ({
  kind: "flow",
  id: `${from}>${to}`,
  lab: "l",
  step: "0",
  reason: "so",
  from,
  to,
  protocol: "TCP",
  port: 8080,
  verdict: "allow",
  ...more,
});
const plan = (c: FlowCheck, inv = inventory(), s = site): ProbePlan => planProbes([c], inv, s);
const targets = (p: ProbePlan): string[] =>
  p.probes.map((x) => `${x.source.key} > ${x.target.address}:${x.target.port}${x.target.through ?? ""}`);

test("a pod and a Service with two families are tried by both; a headless Service is not guessed", () => {
  const two = inventory({
    workloads: new Map([
      ["a/web", { kind: "Deployment", pods: [pod("web-1", { ips: ["10.0.0.9", "fd00::9"] })] }],
      ["a/client", { kind: "Deployment", pods: [pod("client-1", { labels: {} })] }],
    ]),
    services: [
      service({ clusterIPs: ["10.96.1.1", "fd00:96::1"] }),
      service({ name: "none", clusterIPs: [] }),
    ],
  });
  const tried = (to: string): string[] =>
    plan(check("a/client", to), two).probes.map((p) => p.target.address);
  expect(tried("a/web")).toEqual(["10.0.0.9", "fd00::9"]);
  expect(tried("service/a/web")).toEqual(["10.96.1.1", "fd00:96::1"]);
  expect(plan(check("a/client", "service/a/none"), two).unprobed[0]?.reason).toMatch(/no address of its own/);
});

test.each<[string, FlowCheck, string[]]>([
  [
    "every pod behind a name",
    check("a/client", "a/web"),
    ["a/client > 10.0.0.9:8080", "a/client > 10.0.0.8:8080"],
  ],
  ["a node by its address", check("a/client", "n1", { port: 6443 }), ["a/client > 172.18.0.2:6443"]],
  ["from a node", check("n1", "a/web", { port: 1 }), ["node n1 > 10.0.0.9:1", "node n1 > 10.0.0.8:1"]],
  ["the internet", check("a/client", "internet", { port: 443 }), ["a/client > 1.1.1.1:443"]],
  [
    "a Service's own address",
    check("a/client", "service/a/web", { port: 80 }),
    ["a/client > 10.96.1.1:80service"],
  ],
  ["from outside by the mapped port", check("internet", "a/web"), ["this machine > 127.0.0.1:8080proxy"]],
  ["from the gateway to a node", check("172.18.0.1", "n1", { port: 22 }), ["this machine > 172.18.0.2:22"]],
  ["from host1", check("172.18.0.99", "n1", { port: 22 }), ["host1 > 172.18.0.2:22"]],
  [
    "DNS",
    check("a/client", "a/web", { protocol: "UDP", port: 53 }),
    ["a/client > 10.0.0.9:53", "a/client > 10.0.0.8:53"],
  ],
])("%s", (_, c, expected) => {
  expect(targets(plan(c))).toEqual(expected);
});

test("a load balancer comes before node ports, and a node's address where no port is mapped", () => {
  const balanced = inventory({
    services: [service({}), service({ name: "lb", loadBalancer: ["lb.example.org"] })],
  });
  expect(targets(plan(check("internet", "a/web"), balanced))).toEqual([
    "this machine > lb.example.org:80proxy",
  ]);
  const unmapped: ProbeSite = { ...site, facts: { hostPorts: [], loadBalancer: "none" } };
  expect(targets(plan(check("internet", "a/web"), inventory(), unmapped))).toEqual([
    "this machine > 172.18.0.2:30080proxy",
  ]);
});

test("with externalTrafficPolicy Local only a node that has a pod is asked, and no mapped port", () => {
  const nodes = [
    { name: "n0", internal: ["172.18.0.4"], external: [] },
    { name: "n1", internal: ["172.18.0.2"], external: [] },
  ];
  const onlyLocal = inventory({ services: [service({ onlyLocal: true })], nodes });
  expect(targets(plan(check("internet", "a/web"), onlyLocal))).toEqual([
    "this machine > 172.18.0.2:30080proxy",
  ]);
  const alone = { ...onlyLocal, nodes: nodes.slice(1) };
  expect(targets(plan(check("internet", "a/web"), alone))).toEqual(["this machine > 127.0.0.1:8080proxy"]);
});

test.each<[string, FlowCheck, Partial<Inventory>, Partial<ProbeSite>, string, RegExp]>([
  [
    "UDP but for DNS",
    check("a/client", "a/web", { protocol: "UDP", port: 5000 }),
    {},
    {},
    "skip",
    /only DNS answers/,
  ],
  ["SCTP", check("a/client", "a/web", { protocol: "SCTP" }), {}, {}, "skip", /SCTP is not probed/],
  ["a source that nobody here is", check("203.0.113.9", "a/web"), {}, {}, "skip", /nothing here can send/],
  ["addresses for documentation", check("a/client", "203.0.113.9"), {}, {}, "skip", /RFC 5737/],
  ["a range", check("a/client", "10.1.0.0/16"), {}, {}, "skip", /is a range/],
  ["no Service", check("internet", "a/web"), { services: [] }, {}, "skip", /no Service leads there/],
  [
    "nodes in Docker's virtual machine",
    check("172.18.0.1", "n1"),
    {},
    { nodesReachable: false },
    "skip",
    /no way to the nodes/,
  ],
  ["an unknown source", check("a/nobody", "a/web"), {}, {}, "error", /a\/nobody is not on the cluster/],
  [
    "no ready pod",
    check("a/client", "a/web"),
    {
      workloads: new Map([
        ["a/client", { kind: "Pod", pods: [pod("c")] }],
        ["a/web", { kind: "Pod", pods: [pod("w", { ready: false })] }],
      ]),
    },
    {},
    "error",
    /no pod that is ready/,
  ],
])("%s: not probed, and the reason is told", (_, c, inv, s, status, reason) => {
  const { probes, unprobed } = plan(c, inventory(inv), { ...site, ...s });
  expect(probes).toEqual([]);
  expect(unprobed).toMatchObject([{ status, reason: expect.stringMatching(reason) as string }]);
});

test("an intent is judged by what is seen, whatever the stack's objects say", () => {
  const decision = { verdict: "deny", reason: "r", tier: null, policy: null, rule: -1 } as const;
  const predicted = {
    verdict: "deny",
    egress: { ...decision, verdict: "allow" },
    ingress: decision,
  } as const;
  const { step: _, ...head } = check("a/client", "a/web", { verdict: "allow", predicted });
  expect(compareFlow(head, saw("open"))).toMatchObject({
    status: "pass",
    detail: "0: open; by the stack's objects it would be closed",
  });
  expect(compareFlow(head, saw("closed"))).toMatchObject({
    status: "fail",
    rules: ["ingress closed: r", "the intent: so"],
  });
});

const saw = (...seen: Observation["saw"][]): Observation[] =>
  seen.map((s, i) => ({ saw: s, detail: `${i}: ${s}` }));

test.each([
  ["allow", saw("open", "open"), "pass"],
  ["allow", saw("open", "closed"), "fail"],
  ["allow", saw("open", "unclear"), "error"],
  ["allow", saw("closed", "unclear"), "fail"],
  ["deny", saw("closed"), "pass"],
  ["deny", saw("open"), "fail"],
  ["deny", saw("unclear"), "error"],
  ["deny", [], "error"],
] as const)("expected %s, seen %j: %s", (expected, observations, status) => {
  expect(compareFlow(check("a/client", "a/web", { verdict: expected }), observations).status).toBe(status);
});

test("silence from the internet proves nothing where nothing got an answer from there", () => {
  const closed = compareFlow(check("a/x", "internet", { verdict: "deny" }), saw("closed"));
  const inside = compareFlow(check("a/x", "a/web", { verdict: "deny" }), saw("closed"));
  expect(outsideDoubt([closed, inside], false, "1.1.1.1:443").map((r) => r.status)).toEqual(["skip", "pass"]);
  expect(outsideDoubt([closed, inside], true, "1.1.1.1:443").map((r) => r.status)).toEqual(["pass", "pass"]);
  const open = compareFlow(check("a/y", "internet", { verdict: "allow" }), saw("open"));
  expect(outsideDoubt([closed, open], false, "1.1.1.1:443").map((r) => r.status)).toEqual(["pass", "pass"]);
  // Seen on a network without a way out: not every mistake of a probe is told away by that.
  const unclear = (detail: string): Observation[] => [{ saw: "unclear", detail }];
  const to = check("a/y", "internet", { verdict: "allow" });
  const [noRoute, broken] = [unclear(NO_ROUTE), unclear("the probe told nothing")].map((o) =>
    compareFlow(to, o),
  );
  if (noRoute === undefined || broken === undefined) throw new Error("unreachable");
  expect(outsideDoubt([noRoute, broken], false, "1.1.1.1:443").map((r) => r.status)).toEqual([
    "skip",
    "error",
  ]);
  expect(outsideDoubt([noRoute], true, "1.1.1.1:443").map((r) => r.status)).toEqual(["error"]);
});

test.each([
  [`${hostname()} 1`, 99999, false],
  [`${hostname()} 999999999`, 1, true],
  ["elsewhere 5", 899, false],
  ["elsewhere 5", 901, true],
  ["", 901, true],
])("an object of %s, %i s old: abandoned %s", (owner, age, expected) => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "x",
      annotations: { "k8s-network-labs/verify-owner": owner },
      creationTimestamp: new Date(now - age * 1000).toISOString(),
    },
  };
  expect(abandoned(object, now, 900, (pid) => pid === 1)).toBe(expected);
});

test("a request goes by the Service, with its name; a mesh's own proxy accepts whatever else is tried", () => {
  const http = { method: "GET", path: "/" };
  const [probe] = plan(check("a/client", "a/web", { http })).probes;
  expect(probe).toMatchObject({
    http,
    target: { address: "10.96.1.1", port: 80, through: "service", host: "web.a" },
  });
  expect(targets(plan(check("a/client", "a/web", { http }), inventory({ services: [] })))).toEqual([
    "a/client > 10.0.0.9:8080",
    "a/client > 10.0.0.8:8080",
  ]);
  const notes = [{ "sidecar.istio.io/status": "{}" }, { "ambient.istio.io/redirection": "enabled" }];
  for (const annotations of notes) {
    const meshed = inventory({
      workloads: new Map([
        ...inventory().workloads,
        ["a/client", { kind: "Deployment", pods: [pod("client-1", { labels: {}, annotations })] }],
      ]),
    });
    expect(plan(check("a/client", "a/web"), meshed).unprobed[0]?.reason).toMatch(/accepts every connection/);
    expect(plan(check("a/client", "a/web", { http }), meshed).probes).toHaveLength(1);
  }
});
