import { ambientNode, load } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { ask, globalPolicy, hostEndpoint, kubernetesPolicy, pod, told } from "./support";

const nodes = [ambientNode("n1", "172.18.0.2"), ambientNode("n2", "172.18.0.3")];
const web = pod(
  "x/web",
  { app: "web" },
  { node: "n1", ip: "10.244.1.5", containers: [{ ports: [{ name: "http", containerPort: 8080 }] }] },
);
const cli = pod("x/cli", { app: "cli" }, { node: "n2", ip: "10.244.2.5" });
function service(spec: object): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "x" },
    spec: {
      selector: { app: "web" },
      clusterIP: "10.96.0.10",
      ports: [{ port: 80, targetPort: "http", nodePort: 30180 }],
      ...spec,
    },
  };
}
const clusterIp = service({});
const nodePort = service({ type: "NodePort" });
const local = service({ type: "NodePort", externalTrafficPolicy: "Local" });
const base = [...nodes, web, cli];
const ingressFrom = (cidr: string, port = 8080): KubeObject =>
  kubernetesPolicy("x/web", {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port }] }],
  });

describe("ClusterIP", () => {
  test("policies see the pod and its port, not the Service's", () => {
    const pod8080 = kubernetesPolicy("x/cli", {
      podSelector: { matchLabels: { app: "cli" } },
      policyTypes: ["Egress"],
      egress: [{ ports: [{ port: 8080 }] }],
    });
    const pod80 = kubernetesPolicy("x/cli", {
      podSelector: { matchLabels: { app: "cli" } },
      policyTypes: ["Egress"],
      egress: [{ ports: [{ port: 80 }] }],
    });
    expect(ask([...base, clusterIp, pod8080], "x/cli → service/x/web TCP 80")).toMatchObject({
      verdict: "allow",
      to: "service/x/web",
      ports: "80",
    });
    expect(ask([...base, clusterIp, pod80], "x/cli → service/x/web TCP 80").verdict).toBe("deny");
    expect(ask([...base, clusterIp, pod80], "x/cli → 10.96.0.10 TCP 80").verdict).toBe("deny");
  });

  test("is not reached from outside; without pods nobody answers; without a selector nobody knows", () => {
    expect(told(ask([...base, clusterIp], "192.0.2.1 → service/x/web TCP 80").ingress)).toMatch(
      /^deny: a ClusterIP Service/,
    );
    expect(told(ask([...nodes, cli, clusterIp], "x/cli → service/x/web TCP 80").ingress)).toMatch(
      /^deny: no workload/,
    );
    expect(ask([...base, service({ selector: undefined })], "x/cli → service/x/web TCP 80").verdict).toBe(
      "unknown",
    );
  });

  test("pods that differ make it unknown which answers", () => {
    const second = pod(
      "x/web2",
      { app: "web", canary: "yes" },
      { containers: [{ ports: [{ name: "http", containerPort: 9090 }] }] },
    );
    const policy = kubernetesPolicy("x/p", { podSelector: { matchLabels: { canary: "yes" } } });
    const flow = ask([...base, second, clusterIp, policy], "x/cli → service/x/web TCP 80");
    expect(flow.verdict).toBe("unknown");
    expect(flow.ingress.reason).toMatch(/x\/web: allow, x\/web2: deny/);
  });

  test("a port that the Service does not have is an error that names those it has", () => {
    expect(() => ask([...base, clusterIp], "x/cli → service/x/web TCP 81")).toThrow(
      /has no 81\/TCP. It has 80\/TCP/,
    );
  });
});

describe("NodePort", () => {
  test("Cluster: the pod sees the node's address", () => {
    expect(
      ask([...base, nodePort, ingressFrom("172.18.0.0/16")], "192.0.2.1 → service/x/web TCP 80").verdict,
    ).toBe("allow");
    expect(
      ask([...base, nodePort, ingressFrom("192.0.2.0/24")], "192.0.2.1 → service/x/web TCP 80").verdict,
    ).toBe("deny");
    expect(ask([...base, nodePort, ingressFrom("192.0.2.0/24")], "192.0.2.1 → n2 TCP 30180")).toMatchObject({
      verdict: "deny",
      to: "n2",
      ports: "30180",
    });
  });

  // The next two were first seen on a cluster: kube-proxy replaces the address after Calico's filter.
  test("Cluster, by the pod's own node: its policies still see the client", () => {
    expect(ask([...base, nodePort, ingressFrom("192.0.2.0/24")], "192.0.2.1 → n1 TCP 30180").verdict).toBe(
      "allow",
    );
    expect(ask([...base, nodePort, ingressFrom("172.18.0.0/16")], "192.0.2.1 → n1 TCP 30180").verdict).toBe(
      "deny",
    );
  });

  test("a pod by its own node is inside: policies see the pods, and Local leads to every pod", () => {
    const noNodes = kubernetesPolicy("x/e", {
      podSelector: { matchLabels: { app: "cli" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: { matchLabels: { app: "web" } } }] }],
    });
    expect(ask([...base, local, noNodes], "x/cli → n2 TCP 30180").verdict).toBe("allow");
    expect(ask([...base, local, noNodes], "x/cli → n1 TCP 30180").verdict).toBe("deny");
    // With Cluster the pod on the other node sees the node that translated.
    expect(ask([...base, nodePort, ingressFrom("172.18.0.0/16")], "x/cli → n2 TCP 30180").verdict).toBe(
      "allow",
    );
    expect(ask([...base, local, ingressFrom("172.18.0.0/16")], "x/cli → n2 TCP 30180").verdict).toBe("deny");
  });

  test("Local: the pod sees the client, on the pod's own node only", () => {
    expect(ask([...base, local, ingressFrom("172.18.0.0/16")], "192.0.2.1 → n1 TCP 30180").verdict).toBe(
      "deny",
    );
    expect(ask([...base, local, ingressFrom("192.0.2.0/24")], "192.0.2.1 → n1 TCP 30180").verdict).toBe(
      "allow",
    );
    expect(
      told(ask([...base, local, ingressFrom("192.0.2.0/24")], "192.0.2.1 → n2 TCP 30180").ingress),
    ).toMatch(/does not run on n2/);
    expect(
      ask([...base, local, ingressFrom("192.0.2.0/24")], "192.0.2.1 → service/x/web TCP 80").verdict,
    ).toBe("allow");
  });

  test("a node of which nothing is known has any address", () => {
    expect(ask([web, nodePort, ingressFrom("0.0.0.0/0")], "192.0.2.1 → service/x/web TCP 80").verdict).toBe(
      "allow",
    );
    expect(
      ask([web, nodePort, ingressFrom("172.18.0.0/16")], "192.0.2.1 → service/x/web TCP 80").verdict,
    ).toBe("unknown");
  });

  test("LoadBalancer arrives the same way", () => {
    const balanced = service({ type: "LoadBalancer" });
    expect(
      ask([...base, balanced, ingressFrom("172.18.0.0/16")], "192.0.2.1 → service/x/web TCP 80").verdict,
    ).toBe("allow");
  });

  describe("with host endpoints", () => {
    const heps = [
      hostEndpoint("h1", "n1", { interfaceName: "eth0", expectedIPs: ["172.18.0.2"] }, { host: "yes" }),
      hostEndpoint("h2", "n2", { interfaceName: "eth0", expectedIPs: ["172.18.0.3"] }, { host: "yes" }),
    ];
    const pre = (rules: object[]): KubeObject =>
      globalPolicy("pre", {
        selector: "host == 'yes'",
        order: 10,
        preDNAT: true,
        applyOnForward: true,
        ingress: rules,
      });
    const range = { protocol: "TCP", destination: { ports: ["30000:32767"] } };

    test("preDNAT sees the node port and the client: one source allowed, the range denied for the rest", () => {
      const policy = pre([
        { action: "Allow", ...range, source: { nets: ["198.19.15.254/32"] } },
        { action: "Deny", ...range },
      ]);
      const state = load([...base, ...heps, nodePort, policy]);
      expect(ask(state, "198.19.15.254 → n1 TCP 30180").verdict).toBe("allow");
      expect(told(ask(state, "192.0.2.1 → n1 TCP 30180").ingress)).toBe("deny default pre#1");
      expect(ask(state, "192.0.2.1 → service/x/web TCP 80").verdict).toBe("deny");
      expect(ask(state, "192.0.2.1 → n1 TCP 22").verdict).toBe("allow");
    });

    test("applyOnForward sees the pod's port after DNAT", () => {
      const forward = (port: number): KubeObject =>
        globalPolicy("f", {
          selector: "host == 'yes'",
          applyOnForward: true,
          ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [port] } }],
        });
      expect(ask([...base, ...heps, nodePort, forward(8080)], "192.0.2.1 → n1 TCP 30180").verdict).toBe(
        "allow",
      );
      expect(ask([...base, ...heps, nodePort, forward(30180)], "192.0.2.1 → n1 TCP 30180").verdict).toBe(
        "deny",
      );
    });

    test("normal policies of the host do not see what goes on to a pod", () => {
      expect(ask([...base, ...heps, nodePort], "192.0.2.1 → n1 TCP 30180").verdict).toBe("allow");
      expect(ask([...base, ...heps, nodePort], "192.0.2.1 → n1 TCP 30181").verdict).toBe("deny");
    });
  });
});
