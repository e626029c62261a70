/** Calico's eBPF dataplane: what it answers otherwise than iptables and kube-proxy, and where it is not followed. */
import { explain, load } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { ask, globalPolicy, kubernetesPolicy, tier } from "./support";
import { base, cli, heps, hosts, nodes, tcp, web, wild } from "./two-nodes";

const ebpf: KubeObject = {
  apiVersion: "operator.tigera.io/v1",
  kind: "Installation",
  metadata: { name: "default" },
  spec: { calicoNetwork: { linuxDataplane: "BPF" } },
};
const felix = (bpfEnabled: boolean): KubeObject => ({
  apiVersion: "projectcalico.org/v3",
  kind: "FelixConfiguration",
  metadata: { name: "default" },
  spec: { bpfEnabled },
});
const service = (externalTrafficPolicy: "Cluster" | "Local", protocol = "TCP"): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "x" },
  spec: {
    type: "NodePort",
    selector: { app: "web" },
    clusterIP: "10.96.0.10",
    externalTrafficPolicy,
    ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol }],
  },
});
/** Lets in one address alone. */
const only = (cidr: string): KubeObject =>
  kubernetesPolicy("x/web", {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ from: [{ ipBlock: { cidr } }] }],
  });
const fromOutside = "192.0.2.1 → n2 TCP 30080";
const verdict = (objects: KubeObject[], question: string): string => ask(objects, question).verdict;

test.each([
  ["the Installation", [ebpf], "allow"],
  ["FelixConfiguration", [felix(true)], "allow"],
  ["FelixConfiguration, which Felix obeys, before the Installation", [ebpf, felix(false)], "deny"],
  ["nothing", [], "deny"],
])("a node port with Cluster keeps the client's address: said by %s", (_, said, expected) => {
  expect(verdict([...base, service("Cluster"), only("192.0.2.1/32"), ...said], fromOutside)).toBe(expected);
});

test("so a policy that lets the nodes in no longer lets the client in", () => {
  const objects = [...base, service("Cluster"), only("172.18.0.0/16")];
  expect(verdict(objects, fromOutside)).toBe("allow");
  expect(verdict([...objects, ebpf], fromOutside)).toBe("deny");
});

test("a pod that asks a node port of another node is translated where it is, and keeps its address", () => {
  const objects = [...base, service("Cluster"), only("10.244.2.5/32"), ebpf];
  expect(verdict(objects, "x/cli → n1 TCP 30080")).toBe("allow");
  // kube-proxy's Local is about the node that is asked; here nothing gets to that node.
  expect(verdict([...base, service("Local"), only("10.244.2.5/32"), ebpf], "x/cli → n2 TCP 30080")).toBe(
    "allow",
  );
});

test("internalTrafficPolicy Local holds for node ports too, so from inside it depends on nodes", () => {
  const local = service("Cluster");
  (local["spec"] as Record<string, unknown>)["internalTrafficPolicy"] = "Local";
  expect(verdict([...base, local], "x/cli → n1 TCP 30080")).toBe("allow");
  expect(verdict([...base, local, ebpf], "x/cli → n1 TCP 30080")).toBe("unknown");
  expect(verdict([...base, local, ebpf, only("203.0.113.0/24")], "x/cli → n1 TCP 30080")).toBe("deny");
  expect(verdict([...base, local, ebpf], fromOutside)).toBe("allow");
});

test("a pod that its own Service leads back to itself may never leave its network", () => {
  const closed = [...base, service("Cluster"), only("203.0.113.0/24")];
  expect(verdict(closed, "x/web → service/x/web TCP 80")).toBe("deny");
  expect(verdict([...closed, ebpf], "x/web → service/x/web TCP 80")).toBe("unknown");
  expect(verdict([...base, service("Cluster"), ebpf], "x/web → service/x/web TCP 80")).toBe("allow");
  expect(verdict([...closed, ebpf], "x/cli → service/x/web TCP 80")).toBe("deny");
});

test("explain says whose address it is", () => {
  const state = load([...base, service("Cluster"), ebpf]);
  const [answer] = explain(state, { from: "192.0.2.1", to: "n2", port: 30080, remarks: true });
  expect(JSON.stringify(answer)).toMatch(/with the eBPF dataplane the pod sees the client's own address/);
});

describe("host endpoints", () => {
  const deny = globalPolicy("pre", {
    selector: hosts,
    preDNAT: true,
    applyOnForward: true,
    ingress: [{ action: "Deny", ...tcp([30080]) }],
  });

  test.each([
    ["named", heps],
    ["all", wild],
  ])(
    "interface %s: a denial before DNAT is certain, what is handed on to another node is not followed",
    (_, endpoints) => {
      const objects = [...base, ...endpoints, service("Cluster"), ebpf];
      expect(verdict([...objects, deny], fromOutside)).toBe("deny");
      expect(ask(objects, fromOutside)).toMatchObject({
        verdict: "unknown",
        ingress: {
          reason: expect.stringMatching(/^the eBPF dataplane hands node ports on in a tunnel/) as string,
        },
      });
      // To the pod's own node nothing is handed on.
      expect(verdict(objects, "192.0.2.1 → n1 TCP 30080")).toBe("allow");
    },
  );

  test("the pod's own denial is certain all the same", () => {
    expect(verdict([...base, ...wild, service("Cluster"), only("203.0.113.0/24"), ebpf], fromOutside)).toBe(
      "deny",
    );
  });

  test("what Felix tests with both dataplanes is answered alike: pods, ports of the host, preDNAT at pods' interfaces", () => {
    const node = globalPolicy("node", {
      selector: hosts,
      ingress: [{ action: "Allow", ...tcp([22, 8080]) }],
    });
    const objects = [...nodes, web, cli, ...wild, node, deny];
    for (const q of [
      "x/cli → x/web TCP 8080",
      "192.0.2.1 → n1 TCP 8055",
      "x/cli → x/web TCP 30080",
      "n2 → x/web TCP 8080",
    ])
      expect([q, verdict([...objects, ebpf], q)]).toEqual([q, verdict(objects, q)]);
  });
});

describe("doNotTrack", () => {
  const untracked = (name: string, rest: object = {}): KubeObject =>
    globalPolicy(name, {
      selector: hosts,
      doNotTrack: true,
      applyOnForward: true,
      ingress: [{ action: "Deny", ...tcp([8080]) }],
      ...rest,
    });
  const told = (objects: KubeObject[], q: string): string => verdict([...base, ...heps, ...objects, ebpf], q);

  test("for the host itself as with iptables", () => {
    expect(told([untracked("u")], "192.0.2.1 → n1 TCP 8080")).toBe("deny");
  });

  test("for what is forwarded, and in more than one tier, unknown", () => {
    expect(told([untracked("u")], "192.0.2.1 → x/web TCP 8080")).toBe("unknown");
    const second = [tier("t", 1), untracked("t.u", { tier: "t" })];
    expect(told([untracked("u"), ...second], "192.0.2.1 → n1 TCP 8080")).toBe("unknown");
    // What no policy of it decides goes on.
    expect(told([untracked("u")], "192.0.2.1 → x/web TCP 9090")).toBe("allow");
  });
});

test("SCTP is named where the input uses it", () => {
  const said = (...objects: KubeObject[]) => load([...base, ...objects]).notes.join();
  expect(said(service("Cluster", "SCTP"), ebpf)).toMatch(/neither policies nor Services for SCTP/);
  expect(said(service("Cluster"), ebpf)).not.toMatch(/SCTP/);
  expect(said(service("Cluster", "SCTP"))).not.toMatch(/SCTP/);
});
