import { weave as lab } from "../../labs/weave/lab";
import { lacks } from "../../labs/select";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack } from "../../stacks/stack-plan";
import { ownStackFacts } from "./own-stack-facts";
import { ask, stateAt, unproved } from "./proof";

const { facts } = planStack("weave", readStackFile("weave").raw);
const stepOf = (id: string): number => lab.steps.findIndex((s) => s.id === id);

test.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s: claims hold", (i) => {
  expect(unproved(lab, i, facts)).toEqual([]);
});

test.each(["range", "by-name", "own-node"])(
  "with Calico step %s would be otherwise: that is the lesson",
  (id) => {
    const ambient: typeof lab.ambient = (ctx) =>
      (lab.ambient?.(ctx) ?? []).filter((o) => o.kind !== "DaemonSet");
    expect(
      unproved({ ...lab, ambient }, stepOf(id), { ...facts, cni: ownStackFacts.cni }).length,
    ).toBeGreaterThan(0);
  },
);

test("the evaluator says which policy was rejected", () => {
  expect(stateAt(lab, stepOf("by-name"), facts).notes.join()).toMatch(/rejects NetworkPolicy weave\/by-name/);
});

test("client is tied to the node that it reaches whatever its policy says", () => {
  const state = stateAt(lab, stepOf("own-node"), facts);
  const verdict = (to: string) => ask(state, { from: "weave/client", to, port: 10250 }).map((f) => f.verdict);
  expect([
    verdict("labs-weave-worker"),
    verdict("labs-weave-worker2"),
    verdict("labs-weave-control-plane"),
  ]).toEqual([["allow"], ["deny"], ["deny"]]);
});

test("a cluster with Calico refuses it, with the way out", () => {
  expect(lacks(lab, ownStackFacts)).toEqual([
    {
      reason: "it is about Weave Net, and another CNI is here",
      fix: "use the stack weave, or a kind stack with kind.cni weave",
    },
  ]);
  expect(lacks(lab, facts)).toEqual([]);
});
