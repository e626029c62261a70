/** What address pools do to the way of packets. Each of these was first seen on a cluster with Calico's own dataplane. */
import type { KubeObject } from "../../../kube/objects";
import { ambientNode } from "../../../packages/reach/src";
import { ask, globalPolicy } from "./support";
import { base, cli, heps, hosts, web } from "./two-nodes";

describe("pools decide the way between machines", () => {
  const deny = globalPolicy("f", {
    selector: hosts,
    applyOnForward: true,
    types: ["Ingress"],
    ingress: [{ action: "Deny" }],
  });
  const pool = (spec: object) => ({
    apiVersion: "projectcalico.org/v3",
    kind: "IPPool",
    metadata: { name: "p" },
    spec: { cidr: "10.244.0.0/16", ...spec },
  });
  const cross = pool({ vxlanMode: "CrossSubnet" });
  const noted = (name: string, address: string) => ({
    ...ambientNode(name, address.split("/")[0]),
    metadata: { name, annotations: { "projectcalico.org/IPv4Address": address } },
  });
  const at = (one: string, two: string) => [noted("n1", one), noted("n2", two), web, cli];
  const verdict = (objects: KubeObject[]) =>
    ask([...objects, ...heps, deny, cross], "x/cli → x/web TCP 80").verdict;

  test("CrossSubnet encapsulates only what leaves the sender's subnet", () => {
    expect(verdict(at("172.18.0.2/20", "172.18.1.3/20"))).toBe("deny");
    expect(verdict(at("172.18.0.2/24", "172.18.1.3/24"))).toBe("allow");
  });

  test("without the subnet's size: one /24 is one subnet, other addresses leave it open", () => {
    const plain = (one: string, two: string) => [ambientNode("n1", one), ambientNode("n2", two), web, cli];
    expect(verdict(plain("172.18.0.2", "172.18.0.3"))).toBe("deny");
    expect(verdict(plain("172.18.0.2", "172.18.1.3"))).toBe("unknown");
  });

  test("what goes to a machine itself is never encapsulated", () => {
    const always = pool({ vxlanMode: "Always" });
    expect(ask([...base, ...heps, deny, always], "x/cli → n1 TCP 80").verdict).toBe("deny");
    expect(ask([...base, ...heps, deny, always], "x/cli → x/web TCP 80").verdict).toBe("allow");
  });

  test("with natOutgoing another machine sees the pod's node, its own sees the pod", () => {
    const onlyPods = globalPolicy("g", {
      selector: hosts,
      types: ["Ingress"],
      ingress: [{ action: "Allow", source: { selector: "app == 'cli'" } }],
    });
    const onlyNodes = globalPolicy("g", {
      selector: hosts,
      types: ["Ingress"],
      ingress: [{ action: "Allow", source: { nets: ["172.18.0.3/32"] } }],
    });
    const nat = pool({ natOutgoing: true });
    expect(ask([...base, ...heps, onlyPods], "x/cli → n1 TCP 80").verdict).toBe("allow");
    expect(ask([...base, ...heps, onlyPods, nat], "x/cli → n1 TCP 80").verdict).toBe("deny");
    expect(ask([...base, ...heps, onlyNodes, nat], "x/cli → n1 TCP 80").verdict).toBe("allow");
    expect(ask([...base, ...heps, onlyNodes], "x/cli → n1 TCP 80").verdict).toBe("deny");
  });

  test("what no pool says is open where pools differ", () => {
    const two = [pool({ natOutgoing: true }), { ...pool({}), metadata: { name: "q" } }];
    const onlyPods = globalPolicy("g", {
      selector: hosts,
      types: ["Ingress"],
      ingress: [{ action: "Allow", source: { selector: "app == 'cli'" } }],
    });
    expect(ask([...base, ...heps, onlyPods, ...two], "x/cli → n1 TCP 80").verdict).toBe("unknown");
  });
});
