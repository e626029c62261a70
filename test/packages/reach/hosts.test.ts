/** Host endpoints: after felix/rules (static.go, endpoints.go, dispatch.go) and felix/fv of projectcalico/calico. */
import { load } from "../../../packages/reach/src";
import { ask, globalPolicy, hostEndpoint, pod, told, yaml } from "./support";
import { base, heps, hosts, nodes, tcp, web, wild } from "./two-nodes";

describe("a host by itself", () => {
  test("without a host endpoint nothing governs it", () => {
    const policy = globalPolicy("p", { selector: "all()", types: ["Ingress", "Egress"] });
    expect(ask([...base, policy], "192.0.2.1 → n1 TCP 80").verdict).toBe("allow");
  });

  test("a named interface denies without policy or profile, but for failsafe ports", () => {
    const objects = [...base, ...heps];
    expect(told(ask(objects, "192.0.2.1 → n1 TCP 80").ingress)).toMatch(
      /^deny: no policy applies for ingress and no profile/,
    );
    expect(told(ask(objects, "192.0.2.1 → n1 TCP 22").ingress)).toMatch(/^allow: failsafe/);
    expect(ask(objects, "192.0.2.1 → n1 UDP 68").verdict).toBe("allow");
    expect(ask(objects, "192.0.2.1 → n1 UDP 53").verdict).toBe("deny");
    expect(ask(objects, "n1 → 192.0.2.1 UDP 53").verdict).toBe("allow");
    expect(ask(objects, "n1 → 192.0.2.1 TCP 22").verdict).toBe("deny");
    expect(ask(objects, "n1 → n2 TCP 2379").verdict).toBe("allow");
  });

  test("with profile projectcalico-default-allow it allows until a policy governs", () => {
    expect(ask([...base, ...wild], "192.0.2.1 → n1 TCP 80").verdict).toBe("allow");
    const policy = globalPolicy("p", { selector: hosts, ingress: [{ action: "Allow", ...tcp([80]) }] });
    const objects = [...base, ...wild, policy];
    expect(told(ask(objects, "192.0.2.1 → n1 TCP 80").ingress)).toBe("allow default p#0");
    expect(told(ask(objects, "192.0.2.1 → n1 TCP 81").ingress)).toMatch(/^deny: end of tier default/);
    expect(ask(objects, "192.0.2.1 → n1 TCP 6443").verdict).toBe("allow");
    expect(ask(objects, "n1 → 192.0.2.1 TCP 81").verdict).toBe("allow");
  });

  test("failsafe ports come from FelixConfiguration: others, none, for some networks", () => {
    const felix = (ports: object[]): ReturnType<typeof pod> => ({
      apiVersion: "projectcalico.org/v3",
      kind: "FelixConfiguration",
      metadata: { name: "default" },
      spec: { failsafeInboundHostPorts: ports },
    });
    const at = (ports: object[], question: string): string =>
      ask([...base, ...heps, felix(ports)], question).verdict;
    expect(at([], "192.0.2.1 → n1 TCP 22")).toBe("deny");
    expect(at([{ protocol: "tcp", port: 80 }], "192.0.2.1 → n1 TCP 80")).toBe("allow");
    expect(at([{ protocol: "tcp", port: 80, net: "192.0.2.0/24" }], "192.0.2.1 → n1 TCP 80")).toBe("allow");
    expect(at([{ protocol: "tcp", port: 80, net: "192.0.2.0/24" }], "198.51.100.1 → n1 TCP 80")).toBe("deny");
  });

  test("selectors find hosts by their expected addresses; without those they do not", () => {
    const policy = globalPolicy("p", {
      selector: "app == 'web'",
      ingress: [{ action: "Allow", source: { selector: hosts } }],
    });
    expect(
      ask(
        [...base, ...heps, globalPolicy("e", { selector: hosts, egress: [{ action: "Allow" }] }), policy],
        "n2 → x/web TCP 80",
      ).verdict,
    ).toBe("allow");
    const hidden = [
      hostEndpoint(
        "h2",
        "n2",
        { interfaceName: "*", profiles: ["projectcalico-default-allow"] },
        { host: "yes" },
      ),
    ];
    expect(ask([...base, ...hidden, policy], "n2 → x/web TCP 80").verdict).toBe("deny");
  });
});

describe("automatic host endpoints", () => {
  const controllers = yaml(`
apiVersion: projectcalico.org/v3
kind: KubeControllersConfiguration
metadata: { name: default }
spec: { controllers: { node: { hostEndpoint: { autoCreate: Enabled } } } }
`);
  test("one for each node, with the node's labels and the allowing profile", () => {
    const state = load([...base, ...controllers]);
    expect(state.hosts.map((h) => h.interfaces.map((i) => [i.name, i.wildcard]))).toEqual([
      [["n1-auto-hep", true]],
      [["n2-auto-hep", true]],
    ]);
    expect(ask(state, "192.0.2.1 → n1 TCP 80").verdict).toBe("allow");
    const policy = globalPolicy("p", {
      selector: "role == 'worker' && projectcalico.org/created-by == 'calico-kube-controllers'",
      ingress: [{ action: "Deny" }],
    });
    expect(told(ask([...base, ...controllers, policy], "192.0.2.1 → n1 TCP 80").ingress)).toBe(
      "deny default p#0",
    );
    expect(ask([...base, ...controllers, policy], "192.0.2.1 → n1-auto-hep TCP 80")).toMatchObject({
      to: "n1-auto-hep",
      verdict: "deny",
    });
  });
  test("a default-deny over all() governs them too, but for failsafe ports", () => {
    const policy = globalPolicy("deny", { selector: "all()", types: ["Ingress", "Egress"] });
    const objects = [...base, ...controllers, policy];
    expect(ask(objects, "192.0.2.1 → n1 TCP 80").verdict).toBe("deny");
    expect(ask(objects, "192.0.2.1 → n1 TCP 6443").verdict).toBe("allow");
    expect(ask(objects, "192.0.2.1 → n1 TCP 10250").verdict).toBe("deny");
  });
  test("disabled makes none", () => {
    const off = JSON.parse(JSON.stringify(controllers).replace("Enabled", "Disabled")) as typeof controllers;
    expect(load([...base, ...off]).governed).toBe(false);
  });
});

describe("what a host forwards", () => {
  const through = (spec: object): ReturnType<typeof globalPolicy> =>
    globalPolicy("f", { selector: hosts, applyOnForward: true, ...spec });

  test("is allowed where no policy applies on forward, even where the host itself denies", () => {
    expect(ask([...base, ...heps], "192.0.2.1 → x/web TCP 8080").verdict).toBe("allow");
    const normal = globalPolicy("n", { selector: hosts, ingress: [{ action: "Deny" }] });
    expect(ask([...base, ...heps, normal], "192.0.2.1 → x/web TCP 8080").verdict).toBe("allow");
  });

  test("meets applyOnForward policies, and then the pod's own", () => {
    const policy = through({ ingress: [{ action: "Allow", ...tcp([8080]) }] });
    expect(ask([...base, ...heps, policy], "192.0.2.1 → x/web TCP 8080").verdict).toBe("allow");
    expect(told(ask([...base, ...heps, policy], "192.0.2.1 → x/web TCP 81").ingress)).toMatch(
      /^deny: end of tier default/,
    );
    const own = globalPolicy("own", { selector: "app == 'web'", ingress: [{ action: "Deny" }] });
    expect(told(ask([...base, ...heps, policy, own], "192.0.2.1 → x/web TCP 8080").ingress)).toBe(
      "deny default own#0",
    );
  });

  test("failsafe ports do not help what is forwarded", () => {
    const policy = through({ ingress: [{ action: "Deny" }] });
    expect(ask([...base, ...heps, policy], "192.0.2.1 → x/web TCP 22").verdict).toBe("deny");
    expect(ask([...base, ...heps, policy], "192.0.2.1 → n1 TCP 22").verdict).toBe("allow");
  });

  test("on the way out it meets egress rules", () => {
    const policy = through({
      egress: [{ action: "Deny", destination: { nets: ["192.0.2.0/24"] } }, { action: "Allow" }],
    });
    expect(told(ask([...base, ...heps, policy], "x/web → 192.0.2.1 TCP 80").egress)).toBe("deny default f#0");
    expect(ask([...base, ...heps, policy], "x/web → 198.51.100.1 TCP 80").verdict).toBe("allow");
  });

  test("between pods of two nodes: encapsulated packets pass no named interface, but every one of *", () => {
    const policy = through({ ingress: [{ action: "Deny" }] });
    expect(ask([...base, ...heps, policy], "x/cli → x/web TCP 80").verdict).toBe("deny");
    expect(ask([...base, ...heps, policy], "x/cli → x/web TCP 80", { encapsulated: true }).verdict).toBe(
      "allow",
    );
    const pool = { apiVersion: "projectcalico.org/v3", kind: "IPPool", metadata: { name: "p" } };
    const vxlan = { ...pool, spec: { cidr: "10.244.0.0/16", vxlanMode: "Always" } };
    expect(ask([...base, ...heps, policy, vxlan], "x/cli → x/web TCP 80").verdict).toBe("allow");
    expect(ask([...base, ...wild, policy], "x/cli → x/web TCP 80").verdict).toBe("deny");
  });
});

describe("between a host and pods", () => {
  // felix/fv/hostendpoints_test.go: "should block all traffic except pod-to-pod and host-to-own-pod traffic"
  test("a host endpoint without policy blocks hosts and pods of other hosts, not its own pods", () => {
    const star = wild.map((h) => ({ ...h, spec: { ...(h.spec as object), profiles: [] } }));
    for (const endpoints of [heps, star]) {
      const state = load([...base, ...endpoints]);
      const verdicts = [
        "n1 → n2",
        "n2 → n1",
        "n1 → x/cli",
        "n2 → x/web",
        "n1 → x/web",
        "n2 → x/cli",
        "x/cli → x/web",
      ].map((q) => `${q} ${ask(state, `${q} TCP 8055`).verdict}`);
      expect(verdicts).toEqual([
        "n1 → n2 deny",
        "n2 → n1 deny",
        "n1 → x/cli deny",
        "n2 → x/web deny",
        "n1 → x/web allow",
        "n2 → x/cli allow",
        "x/cli → x/web allow",
      ]);
    }
  });

  const isolated = globalPolicy("own", { selector: "app == 'web'", types: ["Ingress", "Egress"] });

  test("a host always reaches its own pods, other hosts do not", () => {
    expect(ask([...base, isolated], "n1 → x/web TCP 80").verdict).toBe("allow");
    expect(ask([...base, isolated], "n2 → x/web TCP 80").verdict).toBe("deny");
  });

  test("a pod reaches its own host by its own policies and defaultEndpointToHostAction", () => {
    expect(ask(base, "x/web → n1 TCP 80").verdict).toBe("allow");
    expect(ask([...base, isolated], "x/web → n1 TCP 80").verdict).toBe("deny");
    expect(ask(base, "x/web → n1 TCP 80", { endpointToHost: "Drop" }).verdict).toBe("deny");
    expect(ask(base, "x/web → n2 TCP 80", { endpointToHost: "Drop" }).verdict).toBe("allow");
    // Its own host's endpoint does not count there.
    expect(ask([...base, ...heps], "x/web → n1 TCP 80").verdict).toBe("allow");
  });

  test("a pod in the host's network is the host: no policy selects it", () => {
    const agent = pod("x/agent", { app: "web" }, { node: "n2", hostNetwork: true });
    expect(ask([...base, agent, isolated], "x/cli → x/agent TCP 80").verdict).toBe("allow");
    expect(ask([...base, agent, isolated], "x/agent → x/web TCP 80").verdict).toBe("deny");
    const byNode = globalPolicy("node", {
      selector: "app == 'web'",
      ingress: [{ action: "Allow", source: { nets: ["172.18.0.3/32"] } }],
    });
    expect(ask([...base, agent, byNode], "x/agent → x/web TCP 80").verdict).toBe("allow");
  });

  test("where the node is not known and matters, the answer is unknown", () => {
    const deployment = { ...web, spec: { ...(web.spec as object), nodeName: undefined }, status: {} };
    expect(ask([...nodes, deployment, isolated], "n1 → x/web TCP 80").verdict).toBe("unknown");
    expect(ask([nodes[0]!, deployment, isolated], "n1 → x/web TCP 80").verdict).toBe("allow");
    expect(ask([...nodes, deployment], "n1 → x/web TCP 80").verdict).toBe("allow");
  });
});
