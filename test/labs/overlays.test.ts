import { labAt } from "../../labs/model";
import { overlays as lab } from "../../labs/overlays/lab";
import { lacks } from "../../labs/select";
import type { IPPool } from "../../policies/calico/cluster-types";
import { covers, overlaps } from "../../kube/ip";
import { installation } from "../../components/calico/plan/specs";
import { tunnelsOf } from "../../stacks/kind-machine";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { readStackFile } from "../../stacks/offline/stack-file";
import { ownStackFacts } from "./own-stack-facts";
import { contextOf, unproved } from "./proof";

const at = (step: number) => labAt({ instance: lab.id, lab, step, context: contextOf(lab, ownStackFacts) });
const pools = lab.steps.map((_, i) => at(i).objects.filter((o) => o.kind === "IPPool") as IPPool[]);

test.each(lab.steps.map((s, i) => [i, s.id] as const))("claims hold at step %i %s", (i) => {
  expect(unproved(lab, i, ownStackFacts)).toEqual([]);
});

test("five ways, each by one pool, of which only the modes change", () => {
  const modes = pools.flat().map(({ spec }) => `${spec.ipipMode} ${spec.vxlanMode}`);
  expect(modes).toEqual([
    "Never Never",
    "Always Never",
    "Never Always",
    "Never Always",
    "Never CrossSubnet",
    "CrossSubnet Never",
  ]);
  const rest = pools
    .flat()
    .map(({ spec: { ipipMode: _, vxlanMode: __, ...same }, metadata }) => [metadata, same]);
  expect(new Set(rest.map((r) => JSON.stringify(r))).size).toBe(1);
});

test("two subnets stand from their step on, and pods before them", () => {
  const there = lab.steps.map((_, i) => at(i).objects.some((o) => o.metadata.name === "subnets"));
  expect(there).toEqual([false, false, false, true, true, true]);
});

describe("the stack of the lab", () => {
  let plan: StackPlan;
  beforeAll(() => {
    plan = planStack("overlays", readStackFile("overlays").raw);
  });

  test("the operator lists no pool of the lab's, so it never writes one", () => {
    const { calicoNetwork } = installation(plan.calico, plan.mirrors)["spec"] as {
      calicoNetwork: { ipPools: { cidr: string }[] };
    };
    const [own] = plan.labs.flatMap((s) => labAt(s).objects.filter((o) => o.kind === "IPPool")) as [IPPool];
    expect(own.metadata.labels).toBeUndefined();
    expect(plan.facts.podCidrs.some((c) => covers(c, own.spec.cidr))).toBe(true);
    for (const { cidr } of calicoNetwork.ipPools) expect(overlaps(cidr, own.spec.cidr)).toBe(false);
  });

  test("the machine is asked for the tunnels of every step, before the first", () => {
    expect(tunnelsOf(plan)).toEqual(["ipip", "vxlan"]);
    expect(tunnelsOf({ ...plan, labs: [] })).toEqual(["vxlan"]);
  });

  test("the system's pods do not depend on what the lab plays with", () => {
    expect(plan.calico.pools.map((p) => p.encapsulation)).toEqual(["VXLANCrossSubnet"]);
  });
});

test("refused with its reason where there is no BGP, no router, no room or too few nodes", () => {
  const reasons = (f: typeof ownStackFacts) => lacks(lab, f).map((l) => l.reason);
  expect(reasons(ownStackFacts)).toEqual([]);
  const { outside: _, ...alone } = ownStackFacts;
  expect(reasons(alone)).toEqual([expect.stringContaining("no router on the nodes' network")]);
  const { cni } = ownStackFacts;
  expect(reasons({ ...ownStackFacts, cni: { ...cni, bgp: false } })).toEqual([
    "it needs BGP between the nodes",
  ]);
  expect(reasons({ ...ownStackFacts, workers: 1 })).toEqual([expect.stringContaining("2 worker nodes")]);
  const whole = [{ ...cni.pools![0]!, cidr: "198.19.16.0/20" }];
  expect(reasons({ ...ownStackFacts, cni: { ...cni, pools: whole } })).toEqual([
    expect.stringContaining("leaves no room"),
  ]);
});
