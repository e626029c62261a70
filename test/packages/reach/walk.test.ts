import fc from "fast-check";
import type { KubeObject } from "../../../kube/objects";
import { UserError } from "../../../kube/problems";
import { ambientNode, explain, load, walk, type Facts, type Hop } from "../../../packages/reach/src";
import { clusters } from "./arbitrary";
import { globalPolicy, kubernetesPolicy, pod } from "./support";
import { base, heps, hosts, nodes, tcp, wild } from "./two-nodes";

const pool = (spec: object, cidr = "10.244.0.0/16"): KubeObject => ({
  apiVersion: "projectcalico.org/v3",
  kind: "IPPool",
  metadata: { name: cidr.replace(/\W/g, "-") },
  spec: { cidr, natOutgoing: true, ...spec },
});
const service = (spec: object, name = "web"): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "x" },
  spec: {
    clusterIP: "10.96.0.9",
    selector: { app: "web" },
    ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
    ...spec,
  },
});
const closed = kubernetesPolicy("x/web", { podSelector: { matchLabels: { app: "web" } }, ingress: [] });

function hops(
  objects: KubeObject[],
  from: string,
  to: string,
  port = 8080,
  facts: Facts = {},
): readonly Hop[] {
  const [found, ...more] = walk(load(objects, facts), { from, to, port });
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} walks`);
  return found.hops;
}
const does = (list: readonly Hop[]): string[] => list.map((hop) => `${hop.at}: ${hop.does}`);
const across = (objects: KubeObject[]): Hop =>
  hops(objects, "x/cli", "x/web").find(({ by }) =>
    /route to the pod's block|WireGuard|routes of the CNI|block of its pool/.test(by),
  )!;

test("from pod to pod of another node: hooks at both interfaces, a route and a tunnel between", () => {
  expect(does(hops([...base, pool({ vxlanMode: "Always" })], "x/cli", "x/web"))).toEqual([
    "x/cli: sends to 10.244.1.5, port 8080",
    "node n2: policies where it leaves",
    "node n2: is wrapped, from node to node: UDP 4789 (VXLAN), 50 bytes more, 70 with IPv6 outside",
    "node n1: goes to the pod's interface",
    "node n1: policies where it enters",
    "x/web: arrives at port 8080",
  ]);
});

test.each<[string, object, RegExp, RegExp]>([
  ["nothing", {}, /as it is/, /learned by BGP/],
  ["IPIP", { ipipMode: "Always" }, /IP protocol 4/, /tunl0/],
  ["VXLAN", { vxlanMode: "Always" }, /UDP 4789/, /vxlan\.calico/],
])("wrapped by %s", (_, spec, what, by) => {
  const hop = across([...base, pool(spec)]);
  expect([hop.does, hop.by]).toEqual([expect.stringMatching(what), expect.stringMatching(by)]);
  expect(hop.unknown).toBeUndefined();
});

const far = [ambientNode("n1", "172.18.0.2"), ambientNode("n2", "172.18.7.3")];
const noted = (length: number) =>
  far.map((n, i) => ({
    ...n,
    metadata: {
      ...n.metadata,
      annotations: { "projectcalico.org/IPv4Address": `${["172.18.0.2", "172.18.7.3"][i]!}/${length}` },
    },
  }));
test.each([
  ["ipipMode", /IP protocol 4/],
  ["vxlanMode", /UDP 4789/],
])("CrossSubnet by %s: as Calico noted the nodes' subnets; else it is not known", (mode, wrapped) => {
  const between = (of: KubeObject[]): Hop =>
    across([...of, ...base.slice(2), pool({ [mode]: "CrossSubnet" })]);
  expect(between(noted(16))).toMatchObject({ does: expect.stringMatching(/as it is/) as string });
  expect(between(noted(16)).unknown).toBeUndefined();
  expect(between(noted(24)).does).toMatch(wrapped);
  expect(between(noted(24)).unknown).toBeUndefined();
  expect(between(far)).toMatchObject({
    does: expect.stringMatching(/^between subnets/) as string,
    unknown: "whether both nodes are in one subnet",
  });
  expect(between(nodes).unknown).toMatch(/one \/24/);
});

test("WireGuard, where both nodes have an address for it", () => {
  const keyed = nodes.map((n, i) => ({
    ...n,
    metadata: {
      ...n.metadata,
      annotations: { "projectcalico.org/IPv4WireguardInterfaceAddr": `10.244.9.${i}` },
    },
  }));
  expect(across([...keyed, ...base.slice(2), pool({ vxlanMode: "Always" })]).does).toMatch(
    /encrypted.*UDP 51820/,
  );
});

test("one node: no route between nodes; nodes not known: nothing is claimed of it", () => {
  const near = pod("x/near", {}, { node: "n1", ip: "10.244.1.6" });
  expect(does(hops([...base, near, pool({ ipipMode: "Always" })], "x/near", "x/web")).join()).not.toMatch(
    /wrapped/,
  );
  const floating = pod("x/floating", {});
  const open = hops([...base, floating, pool({ ipipMode: "Always" })], "x/floating", "x/web");
  expect(open.find(({ does: d }) => d.includes("wrapped"))?.unknown).toMatch(/on this very node/);
});

test("another CNI: how packets go between nodes is not known, nor what leaves the cluster looks like", () => {
  expect(across(base).unknown).toMatch(/no IPPool/);
  expect(hops(base, "x/cli", "internet", 443).find(({ unknown }) => unknown !== undefined)?.unknown).toMatch(
    /source's address is replaced: no IPPool/,
  );
});

test("out of the cluster: behind the node's address, or with its own", () => {
  expect(does(hops([...base, pool({})], "x/cli", "internet", 443))).toContain(
    "node n2: source becomes the node's address 172.18.0.3, and it leaves the node",
  );
  expect(does(hops([...base, pool({ natOutgoing: false })], "x/cli", "internet", 443)).join()).toMatch(
    /pod's own address/,
  );
});

test("a Service's address is translated where the packet starts, a node port where it comes in", () => {
  const all = [...base, pool({ vxlanMode: "Always" }), service({ type: "NodePort" })];
  expect(does(hops(all, "x/cli", "service/x/web", 80)).slice(0, 3)).toEqual([
    "x/cli: sends to Service x/web, port 80",
    "node n2: destination 10.96.0.9:80 becomes x/web:8080",
    "node n2: policies where it leaves",
  ]);
  const outside = hops(all, "internet", "n2", 30080);
  expect(does(outside)).toEqual([
    "internet: sends to Service x/web, port 30080",
    "node n2: destination :30080 becomes x/web:8080",
    "node n2: behind this node's policies its source becomes the node's address, or that of its tunnel",
    expect.stringMatching(/^node n2: is wrapped/),
    "node n1: goes to the pod's interface",
    "node n1: policies on the way in: of the nodes, and of the pod",
    "x/web: arrives at port 8080",
  ]);
  const kept = service({ type: "NodePort", externalTrafficPolicy: "Local" });
  expect(does(hops([...base, pool({}), kept], "internet", "n1", 30080)).join()).toMatch(
    /keeps the client's address; only pods/,
  );
  expect(does(hops(all, "internet", "n1", 30080, { ebpf: true })).join()).toMatch(
    /also to a pod of another node/,
  );
});

test("a headless Service translates nothing", () => {
  const list = hops([...base, service({ clusterIP: "None" })], "x/cli", "service/x/web", 8080);
  expect(list[1]).toMatchObject({ does: expect.stringMatching(/nothing is translated/) as string });
});

test("a denial ends the way, at the hook that says it", () => {
  const entering = hops([...base, closed, pool({})], "x/cli", "x/web");
  expect(entering.at(-1)).toMatchObject({ at: "node n1", verdict: "deny" });
  const leaving = kubernetesPolicy("x/cli", {
    podSelector: { matchLabels: { app: "cli" } },
    policyTypes: ["Egress"],
  });
  expect(does(hops([...base, leaving, pool({})], "x/cli", "x/web"))).toHaveLength(2);
});

test("host endpoints are hops of their own", () => {
  const preDnat = globalPolicy("no-web", {
    selector: hosts,
    preDNAT: true,
    applyOnForward: true,
    order: 1,
    ingress: [{ action: "Deny", ...tcp([8080]) }],
  });
  const all = [...base, ...wild, preDnat, pool({})];
  const list = hops(all, "x/cli", "x/web");
  expect(list.at(-1)).toMatchObject({
    verdict: "deny",
    does: expect.stringMatching(/host endpoint of n2, from its pod/) as string,
  });
  const forward = globalPolicy("no-in", {
    selector: hosts,
    applyOnForward: true,
    order: 1,
    ingress: [{ action: "Deny", ...tcp([8080]) }],
    egress: [{ action: "Allow" }],
  });
  expect(hops([...base, ...heps, forward, pool({})], "x/cli", "x/web").at(-1)).toMatchObject({
    at: "node n1",
    does: "host endpoint of n1, what it forwards in",
    verdict: "deny",
  });
});

test("IPv6 and IPv4 are two ways", () => {
  const dual = (name: string, node: string, n: number) => ({
    ...pod(name, { app: name.slice(2) }, { node, ip: `10.244.${n}.5` }),
    status: { podIP: `10.244.${n}.5`, podIPs: [{ ip: `10.244.${n}.5` }, { ip: `fd00:10:244::${n}` }] },
  });
  const six = pool({ vxlanMode: "Always", natOutgoing: false }, "fd00:10:244::/56");
  const found = walk(load([...nodes, dual("x/web", "n1", 1), dual("x/cli", "n2", 2), pool({}), six]), {
    from: "x/cli",
    to: "x/web",
    port: 8080,
  });
  expect(found.map(({ family, hops: list }) => [family, list[0]?.does, list[2]?.does])).toEqual([
    ["IPv4", "sends to 10.244.1.5, port 8080", expect.stringMatching(/as it is/)],
    ["IPv6", "sends to fd00:10:244::1, port 8080", expect.stringMatching(/is wrapped/)],
  ]);
});

test("a walk follows one packet", () => {
  expect(() => walk(load(base), { from: "x/cli", to: "x/web" })).toThrow(UserError);
  expect(walk(load(base), { from: "x/cli", to: "x/web", protocol: "ICMP" })).toHaveLength(1);
});

test("the last word of a walk is the evaluator's", () => {
  fc.assert(
    fc.property(clusters("both"), fc.integer({ min: 1, max: 65535 }), (cluster, port) => {
      const state = load([...cluster.others, ...cluster.pods, ...cluster.policies]);
      for (const from of state.workloads)
        for (const to of state.workloads) {
          if (from === to) continue;
          const question = { from: from.name, to: to.name, port };
          const verdicts = explain(state, question).map(({ verdict }) => verdict);
          const walks = walk(state, question);
          expect(new Set(walks.map((w) => w.verdict))).toEqual(new Set(verdicts));
          for (const { verdict, hops: list } of walks)
            expect(list.some((hop) => hop.verdict === "deny")).toBe(verdict === "deny");
        }
    }),
    { numRuns: 60 },
  );
});
