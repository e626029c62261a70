import { hostEndpoints as lab } from "../../labs/host-endpoints/lab";
import { defaultNodePolicy } from "../../labs/host-endpoints/policies";
import { labAt } from "../../labs/model";
import { lacks } from "../../labs/select";
import type { GlobalNetworkPolicy } from "../../policies/calico/policy-types";
import { facts } from "../support/facts";
import { ownStackFacts } from "./own-stack-facts";
import { ask, contextOf, stateAt, unproved } from "./proof";

const [control = "", worker = ""] = (ownStackFacts.nodes ?? []).map((n) => n.name);
const host1 = "198.19.15.254";
const stepOf = (id: string): number => lab.steps.findIndex((s) => s.id === id);

describe.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s", (i) => {
  test("claims hold", () => {
    expect(unproved(lab, i, ownStackFacts)).toEqual([]);
  });

  test("the control plane is not locked out, whatever machine of the network asks", () => {
    const state = stateAt(lab, i, ownStackFacts);
    for (const from of [control, worker, host1, "198.19.15.253", "yaobank/customer"])
      for (const [port, to] of [[6443, control]] as const)
        expect([from, to, port, ask(state, { from, to, port })[0]?.verdict]).toEqual([
          from,
          to,
          port,
          "allow",
        ]);
    for (const [from, to] of [
      [control, worker],
      [worker, control],
    ] as const)
      for (const port of [22, 179, 5473, 10250])
        expect([from, to, port, ask(state, { from, to, port })[0]?.verdict]).toEqual([
          from,
          to,
          port,
          "allow",
        ]);
  });
});

test("without its third rule the policy would cut the kubelet off from the API server", () => {
  const asInTheCourse: GlobalNetworkPolicy = {
    ...defaultNodePolicy,
    spec: { ...defaultNodePolicy.spec, ingress: defaultNodePolicy.spec.ingress?.slice(0, 2) ?? [] },
  };
  const state = stateAt(lab, stepOf("node-policy"), ownStackFacts, [asInTheCourse]);
  const verdict = (port: number) => ask(state, { from: control, to: worker, port })[0]?.verdict;
  expect([10250, 6443, 179, 5473].map(verdict)).toEqual(["deny", "allow", "allow", "allow"]);
});

test("nodes stay unselected until host endpoints exist", () => {
  const without = stateAt(
    { ...lab, steps: lab.steps.map((s) => ({ ...s, patch: () => [] })) },
    2,
    ownStackFacts,
  );
  expect(ask(without, { from: host1, to: worker, port: 10250 })[0]?.verdict).toBe("allow");
});

test("going back is a change of the setting, not only giving it up", () => {
  const patchAt = (step: number) =>
    labAt({ instance: lab.id, lab, step, context: contextOf(lab, ownStackFacts) }).patches.map(
      (p) =>
        (p as unknown as { spec: { controllers: { node: { hostEndpoint: object } } } }).spec.controllers.node,
    );
  expect(patchAt(0)).toEqual([{ hostEndpoint: { autoCreate: "Disabled" } }]);
  expect(patchAt(3)).toEqual([{ hostEndpoint: { autoCreate: "Enabled" } }]);
});

test("it runs alone, on a cluster of its own, with a host beside the nodes; else it says why not", () => {
  expect(lacks(lab, ownStackFacts)).toEqual([]);
  const reasons = (f: typeof facts, others = 1) => lacks(lab, f, others).map((l) => l.reason);
  expect(reasons(facts)).toEqual([expect.stringContaining("a host outside must be known")]);
  expect(reasons({ ...ownStackFacts, owned: false })).toEqual([
    expect.stringContaining("only on one made by this project"),
  ]);
  expect(reasons(ownStackFacts, 2)).toEqual([expect.stringContaining("disturb the other labs")]);
});
