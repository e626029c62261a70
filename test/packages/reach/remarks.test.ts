/** The facts that an asker lacks, beside the rule that decided. */
import { ambientNode, explain, load } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { globalPolicy, hostEndpoint, kubernetesPolicy, pod, yaml } from "./support";

const nodes = [ambientNode("n1", "172.18.0.2"), ambientNode("n2", "172.18.0.3")];
const db = pod("x/db", { role: "db" }, { node: "n1", ip: "10.244.1.5" });
const cli = pod("x/cli", { role: "web" }, { node: "n2", ip: "10.244.2.5" });
const service = (spec: object, status: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "db", namespace: "x" },
  spec: {
    selector: { role: "db" },
    clusterIP: "10.96.0.9",
    ports: [{ port: 80, targetPort: 8080 }],
    ...spec,
  },
  status,
});
const into = (...ingress: object[]): KubeObject =>
  kubernetesPolicy("x/db", {
    podSelector: { matchLabels: { role: "db" } },
    policyTypes: ["Ingress"],
    ingress,
  });
function told(objects: KubeObject[], from: string, to: string, port = 8080): string[] {
  const flows = explain(load([...nodes, db, cli, ...objects]), { from, to, port, remarks: true });
  return flows.flatMap((flow) => (flow.remarks ?? []).map(({ about, text }) => `${about}: ${text}`));
}

test("without being asked for them there are none", () => {
  const [flow] = explain(load([db, cli, service({})]), { from: "x/cli", to: "service/x/db", port: 80 });
  expect(flow).not.toHaveProperty("remarks");
});

test("the translation", () => {
  expect(told([service({})], "x/cli", "service/x/db", 80)).toEqual([
    "translation: Service x/db sends 80 to pod port 8080; policies see 8080",
  ]);
  expect(
    told(
      [service({ type: "NodePort", ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] })],
      "192.0.2.1",
      "n1",
      30080,
    ),
  ).toContain("translation: node port 30080 of Service x/db leads to pod port 8080; policies see 8080");
  expect(told([service({ clusterIP: "None" })], "x/cli", "service/x/db", 80)[0]).toMatch(
    /headless.*nobody translates 80 to its targetPort 8080/,
  );
});

test("whose address it is", () => {
  const balanced = service({ type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "198.51.100.4" }] } });
  expect(told([balanced], "192.0.2.1", "198.51.100.4", 80)).toContain(
    "address: 198.51.100.4 is the load balancer of Service x/db",
  );
  expect(told([], "x/cli", "10.244.1.5")).toContain("address: 10.244.1.5 is the address of Pod x/db");
  expect(told([], "172.18.0.3", "x/db")).toContain("address: 172.18.0.3 is node n2");
});

describe("the near miss", () => {
  test("but for the port", () => {
    expect(told([into({ from: [{ podSelector: {} }], ports: [{ port: 80 }] })], "x/cli", "x/db")).toContain(
      "near-miss: ingress rule 0 of Kubernetes NetworkPolicy x/db would match but for the port: it allows TCP 80, not TCP 8080",
    );
    expect(told([into({ ports: [{ port: 8080, protocol: "UDP" }] })], "x/cli", "x/db")[0]).toMatch(
      /it allows UDP 8080, not TCP 8080/,
    );
  });

  test.each<[string, object, RegExp]>([
    [
      "a label's value",
      { podSelector: { matchLabels: { role: "api" } } },
      /x\/cli has the label role=web, not api/,
    ],
    [
      "a label that is not there",
      { podSelector: { matchLabels: { app: "web" } } },
      /x\/cli has no label app/,
    ],
    [
      "a namespace without the label",
      { namespaceSelector: { matchLabels: { name: "x" } } },
      /namespace x has no label name/,
    ],
    [
      "another namespace",
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "y" } } },
      /x\/cli is in namespace x, and the rule looks in y/,
    ],
    [
      "an exception",
      { ipBlock: { cidr: "10.0.0.0/8", except: ["10.244.2.0/24"] } },
      /10\.244\.2\.0\/24 is excepted/,
    ],
    ["a block that it is not in", { ipBlock: { cidr: "192.0.2.0/24" } }, /x\/cli is not in 192\.0\.2\.0\/24/],
  ])("%s", (_, peer, text) => {
    expect(told([into({ from: [peer] })], "x/cli", "x/db")[0]).toMatch(text);
  });

  test("a podSelector alone looks in the policy's own namespace", () => {
    const dns = pod("kube-system/dns", { "k8s-app": "kube-dns" });
    const out = kubernetesPolicy("x/cli", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }] }],
    });
    expect(told([dns, out], "x/cli", "kube-system/dns", 53)[0]).toMatch(
      /kube-system\/dns is in namespace kube-system, and the rule looks in x/,
    );
  });
});

test("why no selector finds a pod of the host's network", () => {
  const agent = pod("x/agent", { role: "agent" }, { hostNetwork: true, node: "n2" });
  const found = told(
    [agent, into({ from: [{ podSelector: { matchLabels: { role: "agent" } } }] })],
    "x/agent",
    "x/db",
  );
  expect(found.join("\n")).toMatch(/x\/agent is in its host's network: pod selectors do not find it/);
  // Also where the answer depends on the node, which the receiver may share with it.
  const anywhere = pod("x/any", { role: "any" });
  const policy = kubernetesPolicy("x/any", { podSelector: { matchLabels: { role: "any" } }, ingress: [] });
  expect(told([agent, anywhere, policy], "x/agent", "x/any").join("\n")).toMatch(
    /pod selectors do not find it/,
  );
});

test("which peer or network set matches", () => {
  const policy = into({
    from: [
      { podSelector: { matchLabels: { role: "no" } } },
      { podSelector: { matchLabels: { role: "web" } } },
    ],
  });
  expect(told([policy], "x/cli", "x/db")).toContain("match: x/db: from[1] matches x/cli");
  const set = yaml(`
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: { name: allowed, labels: { zone: ok } }
spec: { nets: [192.0.2.0/24] }`);
  const calico = globalPolicy("p", {
    selector: "role == 'db'",
    ingress: [{ action: "Allow", source: { selector: "zone == 'ok'" } }],
  });
  expect(told([...set, calico], "192.0.2.1", "x/db")).toContain(
    "match: p: network set allowed holds the address of 192.0.2.1",
  );
});

test("which policies do not see what a node forwards", () => {
  const hep = hostEndpoint("h1", "n1", { interfaceName: "eth0" }, { edge: "" });
  const guard = globalPolicy("guard", { selector: "has(edge)", ingress: [{ action: "Deny" }] });
  expect(told([hep, guard], "x/cli", "x/db")).toContain(
    "forwarded: n1 forwards this packet: guard without applyOnForward does not see it",
  );
});

test("what becomes of replies under doNotTrack", () => {
  const hep = hostEndpoint("h1", "n1", { interfaceName: "eth0", expectedIPs: ["172.18.0.2"] }, { edge: "" });
  const raw = globalPolicy("raw", {
    doNotTrack: true,
    applyOnForward: true,
    selector: "has(edge)",
    ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [8080] } }],
    egress: [{ action: "Deny" }],
  });
  expect(told([hep, raw], "192.0.2.1", "n1")).toContain(
    "replies: raw is doNotTrack: replies are judged as packets of their own, and they are closed, at least in part",
  );
});
