/** Flows to Services as clusters route them: what kube-proxy, slices and load balancers make of a packet. */
import { ambientNode, connectivity, diff, explain, load, unused } from "../../../packages/reach/src";
import { jsonPieces } from "../../../packages/reach/src/format/json-rows";
import type { KubeObject } from "../../../kube/objects";
import { ask, globalPolicy, hostEndpoint, kubernetesPolicy, pod, yaml } from "./support";

const nodes = [ambientNode("n1", "172.18.0.2"), ambientNode("n2", "172.18.0.3")];
const web = pod("x/web", { app: "web" }, { node: "n1", ip: "10.244.1.5" });
const near = pod("x/near", {}, { node: "n1", ip: "10.244.1.6" });
const cli = pod("x/cli", { app: "cli" }, { node: "n2", ip: "10.244.2.5" });
const base = [...nodes, web, near, cli];
const service = (spec: object, status: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "x" },
  spec: {
    selector: { app: "web" },
    clusterIP: "10.96.0.10",
    ports: [{ port: 80, targetPort: 8080 }],
    ...spec,
  },
  status,
});
const closedBut = (...from: string[]): KubeObject =>
  kubernetesPolicy("x/web", {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ from: from.map((cidr) => ({ ipBlock: { cidr } })) }],
  });
const verdict = (objects: KubeObject[], question: string): string => ask(objects, question).verdict;

describe("a pod and itself", () => {
  const shut = closedBut("192.0.2.0/24");

  test("by its own address it always reaches itself, by its Service policies decide", () => {
    expect(verdict([...base, service({}), shut], "x/web → x/web TCP 8080")).toBe("allow");
    expect(verdict([...base, service({}), shut], "x/web → service/x/web TCP 80")).toBe("deny");
    expect(verdict([...base, service({}), closedBut("10.244.1.5/32")], "x/web → service/x/web TCP 80")).toBe(
      "allow",
    );
  });

  test("another pod of the same StatefulSet is a peer", () => {
    const set = yaml(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: x }
spec: { replicas: 3, template: { metadata: { labels: { app: web } }, spec: { containers: [] } } }`);
    const state = load([...set, shut]);
    expect(explain(state, { from: "x/db", to: "x/db", port: 80, remarks: true })).toMatchObject([
      {
        verdict: "deny",
        ingress: { policy: "x/web" },
        remarks: [{ text: expect.stringMatching(/^one pod of x\/db to another is meant/) as string }, {}],
      },
    ]);
    const listed = [...connectivity(state, { all: true })].filter((f) => f.from === f.to);
    expect(listed.map((f) => f.verdict)).toEqual(listed.map(() => "deny"));
    expect(listed.length).toBeGreaterThan(3);
    let json = "";
    for (const piece of jsonPieces(state, { all: true })) json += Buffer.from(piece).toString();
    expect(json.match(/"from":"x\/db","to":"x\/db"/g)).toHaveLength(listed.length);
    // Members are known by name, and one is not its own peer.
    const members = (from: string, to: string) => explain(state, { from, to, port: 80 })[0]?.verdict;
    expect([members("x/db-0", "x/db-2"), members("x/db-0", "x/db-0")]).toEqual(["deny", "allow"]);
    expect(() => members("x/db-3", "x/db")).toThrow(/x\/db-3 is not in the input/);
    // A rule between replicas is used, and taking a policy away opens them to each other.
    const own = kubernetesPolicy("x/own", {
      podSelector: { matchLabels: { app: "web" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 7000 }] }],
    });
    expect(unused(load([...set, own]))).toEqual([]);
    expect(diff(load([...set, own]), load(set)).changed).toMatchObject([
      { from: "x/db", to: "x/db", protocol: "TCP", opened: "1-6999,7001-65535" },
    ]);
    expect(verdict([...set, service({ clusterIP: "None" }), shut], "x/db → service/x/web TCP 80")).toBe(
      "deny",
    );
  });
});

describe("slices say where packets go", () => {
  const api = yaml(`
apiVersion: v1
kind: Service
metadata: { name: api, namespace: x }
spec: { clusterIP: 10.96.0.1, ports: [{ name: https, port: 443 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: api-1, namespace: x, labels: { kubernetes.io/service-name: api } }
addressType: IPv4
endpoints: [{ addresses: [192.0.2.20] }, { addresses: [192.0.2.21], conditions: { ready: false } }]
ports: [{ name: https, port: 6443, protocol: TCP }]`);
  const out = (cidr: string, port: number): KubeObject =>
    kubernetesPolicy("x/cli", {
      podSelector: { matchLabels: { app: "cli" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port }] }],
    });

  test("addresses outside, with their own port; those that are not ready get nothing", () => {
    expect(verdict([...base, ...api, out("192.0.2.20/32", 6443)], "x/cli → service/x/api TCP 443")).toBe(
      "allow",
    );
    expect(verdict([...base, ...api, out("192.0.2.20/32", 443)], "x/cli → service/x/api TCP 443")).toBe(
      "deny",
    );
    expect(verdict([...base, ...api, out("10.96.0.1/32", 443)], "x/cli → service/x/api TCP 443")).toBe(
      "deny",
    );
  });

  test("of a headless Service, with the port that was asked for", () => {
    const headless = api.map((o) =>
      o.kind === "Service" ? { ...o, spec: { clusterIP: "None", ports: [{ name: "https", port: 443 }] } } : o,
    );
    const at = (port: number): string =>
      verdict([...base, ...headless, out("192.0.2.20/32", port)], "x/cli → service/x/api TCP 443");
    expect([at(443), at(6443)]).toEqual(["allow", "deny"]);
  });

  test("an empty selector is none, and the name in DNS is one of the Service", () => {
    const db = service({ selector: {} });
    expect(verdict([...base, db], "x/cli → service/x/web TCP 80")).toBe("unknown");
    expect(verdict([...base, service({})], "x/cli → web.x.svc.cluster.local TCP 80")).toBe("allow");
  });

  test("nodes", () => {
    const endpoints = yaml(`
apiVersion: v1
kind: Endpoints
metadata: { name: api, namespace: x }
subsets: [{ addresses: [{ ip: 172.18.0.2 }], ports: [{ name: https, port: 6443 }] }]`);
    const objects = [...base, ...api.slice(0, 1), ...endpoints];
    expect(verdict([...objects, out("172.18.0.2/32", 6443)], "x/cli → service/x/api TCP 443")).toBe("allow");
    expect(verdict([...objects, out("172.18.0.3/32", 6443)], "x/cli → service/x/api TCP 443")).toBe("deny");
  });
});

test("nobody translates the port of a headless Service", () => {
  const only8080 = kubernetesPolicy("x/web", { podSelector: {}, ingress: [{ ports: [{ port: 8080 }] }] });
  const objects = [...base, service({ clusterIP: "None" }), only8080];
  expect(verdict(objects, "x/cli → service/x/web TCP 80")).toBe("deny");
  expect(verdict(objects, "x/cli → service/x/web TCP 8080")).toBe("allow");
});

test("an ExternalName is a DNS alias", () => {
  const flow = ask(
    [...base, service({ type: "ExternalName", externalName: "db.example.com" })],
    "x/cli → service/x/web TCP 80",
  );
  expect(flow.verdict).toBe("unknown");
  expect(flow.ingress.reason).toMatch(/alias of db\.example\.com/);
});

describe("load balancers", () => {
  const ranges = {
    type: "LoadBalancer",
    loadBalancerSourceRanges: ["203.0.113.0/24"],
    ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
  };
  const at = (ip: string, ipMode?: string): object => ({
    loadBalancer: { ingress: [{ ip, ...(ipMode === undefined ? {} : { ipMode }) }] },
  });

  test("loadBalancerSourceRanges bind the load balancer, not node ports", () => {
    const objects = [...base, service(ranges, at("198.51.100.4"))];
    expect(verdict(objects, "192.0.2.1 → 198.51.100.4 TCP 80")).toBe("deny");
    expect(verdict(objects, "203.0.113.7 → 198.51.100.4 TCP 80")).toBe("allow");
    expect(verdict(objects, "192.0.2.1 → service/x/web TCP 80")).toBe("deny");
    expect(verdict(objects, "internet → service/x/web TCP 80")).toBe("unknown");
    expect(verdict(objects, "192.0.2.1 → n1 TCP 30080")).toBe("allow");
    expect(verdict(objects, "x/cli → 198.51.100.4 TCP 80")).toBe("deny");
    expect(verdict(objects, "x/cli → 10.96.0.10 TCP 80")).toBe("allow");
  });

  test("what hooks before DNAT see depends on ipMode", () => {
    const hook = globalPolicy("hook", {
      preDNAT: true,
      applyOnForward: true,
      selector: "has(edge)",
      ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [30080] } }, { action: "Deny" }],
    });
    const edge = ["n1", "n2"].map((n) => hostEndpoint(n, n, { interfaceName: "eth0" }, { edge: "" }));
    const lb = { ...ranges, loadBalancerSourceRanges: [], externalTrafficPolicy: "Local" };
    const ask80 = (status: object): string =>
      verdict([...base, ...edge, hook, service(lb, status)], "192.0.2.1 → service/x/web TCP 80");
    expect(ask80(at("198.51.100.4", "Proxy"))).toBe("allow");
    expect(ask80(at("198.51.100.4", "VIP"))).toBe("deny");
    expect(ask80({})).toBe("unknown");
  });

  test("external addresses lead in, also for a ClusterIP Service", () => {
    const objects = [...base, service({ externalIPs: ["198.51.100.9"] })];
    expect(verdict(objects, "192.0.2.1 → 198.51.100.9 TCP 80")).toBe("allow");
    expect(verdict([...base, service({})], "192.0.2.1 → service/x/web TCP 80")).toBe("deny");
    const seesNode = closedBut("192.0.2.0/24");
    // Behind a node that is not the pod's own the client's address is gone.
    expect(verdict([...objects, seesNode], "192.0.2.1 → 198.51.100.9 TCP 80")).not.toBe("allow");
  });
});

test("internalTrafficPolicy Local: only pods of the sender's node", () => {
  const objects = [...base, service({ internalTrafficPolicy: "Local" })];
  expect(verdict(objects, "x/near → service/x/web TCP 80")).toBe("allow");
  expect(verdict(objects, "x/cli → service/x/web TCP 80")).toBe("deny");
  const anywhere = pod("x/some", {}, { ip: "10.244.9.9" });
  expect(verdict([...objects, anywhere], "x/some → service/x/web TCP 80")).toBe("unknown");
});

describe("hostPort", () => {
  const ports = [{ containerPort: 8080, hostPort: 80 }];
  const open = pod("x/edge", { app: "web" }, { node: "n1", ip: "10.244.1.7", containers: [{ ports }] });

  test("leads to the pod of that node, which sees the client", () => {
    const objects = [...nodes, cli, open, closedBut("192.0.2.0/24")];
    expect(verdict(objects, "192.0.2.1 → n1 TCP 80")).toBe("allow");
    expect(verdict(objects, "198.51.100.1 → n1 TCP 80")).toBe("deny");
  });

  test("where the pod's node is not known, neither is the answer", () => {
    const floating = pod("x/edge", { app: "web" }, { containers: [{ ports }] });
    expect(verdict([...nodes, floating], "192.0.2.1 → n1 TCP 80")).toBe("unknown");
    expect(verdict([...nodes, floating, closedBut("203.0.113.0/24")], "192.0.2.1 → n1 TCP 80")).toBe("deny");
  });
});

describe("policies before DNAT see what a pod's packet was sent to", () => {
  const hep = hostEndpoint("h", "n1", { interfaceName: "*" }, { edge: "" });
  const hook = (port: number): KubeObject =>
    globalPolicy("hook", {
      preDNAT: true,
      applyOnForward: true,
      selector: "has(edge)",
      ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [port] } }, { action: "Deny" }],
    });
  const nodePort = service({ type: "NodePort", ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] });

  test.each([
    ["the Service's port", "x/near → service/x/web TCP 80", 80, 8080],
    ["a node port of its own node", "x/near → n1 TCP 30080", 30080, 8080],
  ])("%s", (_, question, seen, translated) => {
    expect(verdict([...base, hep, nodePort, hook(seen)], question)).toBe("allow");
    expect(verdict([...base, hep, nodePort, hook(translated)], question)).toBe("deny");
  });
});

describe("a host and a pod of another node", () => {
  const node = (name: string, ip: string, annotations: Record<string, string>): KubeObject => {
    const plain = ambientNode(name, ip);
    return { ...plain, metadata: { ...plain.metadata, annotations } };
  };
  const pool = (mode: object): KubeObject => ({
    apiVersion: "projectcalico.org/v3",
    kind: "IPPool",
    metadata: { name: "p" },
    spec: { cidr: "10.244.0.0/16", natOutgoing: true, ...mode },
  });
  const noted = node("n2", "172.18.0.3", {
    "projectcalico.org/IPv4Address": "172.18.0.3/16",
    "projectcalico.org/IPv4IPIPTunnelAddr": "10.244.2.1",
  });
  const from = (objects: KubeObject[], cidr: string): string =>
    verdict([nodes[0]!, web, near, cli, ...objects, closedBut(cidr)], "n2 → x/web TCP 8080");

  test("the tunnel's address is seen where packets are encapsulated", () => {
    expect(from([noted, pool({ ipipMode: "Always" })], "172.18.0.3/32")).toBe("deny");
    expect(from([noted, pool({ ipipMode: "Always" })], "10.244.2.1/32")).toBe("allow");
    expect(from([noted, pool({ ipipMode: "Never" })], "172.18.0.3/32")).toBe("allow");
    expect(from([noted, pool({ ipipMode: "CrossSubnet" })], "172.18.0.3/32")).toBe("allow");
  });

  test("without the annotation it is not known", () => {
    expect(from([nodes[1]!, pool({ vxlanMode: "Always" })], "172.18.0.3/32")).toBe("unknown");
  });

  test("a node port's client too is shown as the tunnel of the node that forwards", () => {
    const objects = [
      nodes[0]!,
      noted,
      web,
      pool({ ipipMode: "Always" }),
      service({ type: "NodePort", ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }),
    ];
    expect(verdict([...objects, closedBut("10.244.2.1/32")], "192.0.2.1 → n2 TCP 30080")).toBe("allow");
    expect(verdict([...objects, closedBut("172.18.0.3/32")], "192.0.2.1 → n2 TCP 30080")).toBe("deny");
  });
});
