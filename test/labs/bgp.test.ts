import { containsCidr, overlapCidr } from "cidr-tools";
import { planKindNetwork } from "../../components/kind/plan/kind-network-plan";
import { loadBalancerRange } from "../../labs/bgp/balanced";
import { bgp as lab } from "../../labs/bgp/lab";
import { labAt } from "../../labs/model";
import { lacks } from "../../labs/select";
import type { BGPConfiguration, IPPool } from "../../policies/calico/cluster-types";
import type { KubeObject } from "../../kube/objects";
import { facts } from "../support/facts";
import { ownStackFacts } from "./own-stack-facts";
import { contextOf, unproved } from "./proof";

const at = (step: number) => labAt({ instance: lab.id, lab, step, context: contextOf(lab, ownStackFacts) });
const find = (kind: string, step: number): KubeObject | undefined =>
  [...at(step).objects, ...at(step).patches].find((o) => o.kind === kind);

describe.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s", (i) => {
  test("claims hold", () => {
    expect(unproved(lab, i, ownStackFacts)).toEqual([]);
  });

  test("nodes always have someone to learn routes from: the mesh, or the router", () => {
    const mesh =
      (find("BGPConfiguration", i) as BGPConfiguration | undefined)?.spec.nodeToNodeMeshEnabled ?? true;
    const peer = find("BGPPeer", i);
    expect(mesh || peer !== undefined).toBe(true);
  });
});

test("the mesh is switched off in one step alone", () => {
  const mesh = lab.steps.map(
    (_, i) => (find("BGPConfiguration", i) as BGPConfiguration | undefined)?.spec.nodeToNodeMeshEnabled,
  );
  expect(mesh).toEqual([undefined, true, false, true, true, true]);
});

test("the peer is host1", () => {
  expect(find("BGPPeer", 1)?.["spec"]).toEqual({ peerIP: "198.19.15.254", asNumber: 64512 });
});

test("refused with its reason where there is no BGP, no router, or too few nodes", () => {
  const reasons = (f: typeof facts) => lacks(lab, f).map((l) => l.reason);
  expect(reasons(ownStackFacts)).toEqual([]);
  const { outside: _, ...alone } = ownStackFacts;
  expect(reasons(alone)).toEqual([expect.stringContaining("no router on the nodes' network")]);
  const overlay = {
    ...ownStackFacts,
    cni: { ...ownStackFacts.cni, bgp: false, encapsulation: "VXLAN" as const },
  };
  expect(reasons(overlay)).toEqual(["it needs BGP between the nodes"]);
  expect(reasons({ ...ownStackFacts, workers: 1 })).toEqual([expect.stringContaining("2 worker nodes")]);
  expect(reasons({ ...ownStackFacts, loadBalancer: "container" })).toEqual([
    expect.stringContaining("something else gives Services"),
  ]);
});

test("Services get addresses that are nobody else's, and nodes announce just those", () => {
  const pool = at(4).objects.find((o) => o.metadata.name === "load-balancer-pool") as IPPool;
  expect(pool.spec.cidr).toBe("198.19.15.128/26");
  expect((find("BGPConfiguration", 5) as BGPConfiguration).spec.serviceLoadBalancerIPs).toEqual([
    { cidr: pool.spec.cidr },
  ]);
  for (const subnet of ["198.19.0.0/20", "10.9.8.0/24", "10.0.0.0/16"]) {
    const { plan } = planKindNetwork("x", { subnet, host1: true, asNumber: 64512 }, []);
    const range = loadBalancerRange({ outside: { ...ownStackFacts.outside!, network: subnet } });
    expect(containsCidr(subnet, range)).toBe(true);
    for (const other of [plan.range, plan.gateway, plan.host1!.address])
      expect(overlapCidr(range, other)).toBe(false);
  }
});
