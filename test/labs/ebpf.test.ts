import { ebpf as lab } from "../../labs/ebpf/lab";
import { lacks } from "../../labs/select";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { ownStackFacts } from "./own-stack-facts";
import { ask, stateAt, unproved } from "./proof";

const ebpfFacts = {
  ...ownStackFacts,
  kubeProxyMode: "none" as const,
  cni: { ...ownStackFacts.cni, dataplane: "BPF" as const },
};
const stepOf = (id: string): number => lab.steps.findIndex((s) => s.id === id);

test.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s: claims hold", (i) => {
  expect(unproved(lab, i, ebpfFacts)).toEqual([]);
});

test("with kube-proxy the policy would not know its client: that is the lesson", () => {
  const ambient: typeof lab.ambient = (ctx) =>
    (lab.ambient?.(ctx) ?? []).filter((o) => o.kind !== "FelixConfiguration");
  const wrong = unproved({ ...lab, ambient }, stepOf("known-client"), ownStackFacts);
  expect(wrong.length).toBeGreaterThan(0);
});

test("at the last step nobody is locked out, and what host1 gets by a node that hands on is not claimed", () => {
  const [control = "", worker = ""] = (ownStackFacts.nodes ?? []).map((n) => n.name);
  const state = stateAt(lab, stepOf("before-dnat"), ebpfFacts);
  const verdict = (from: string, to: string, port: number) => ask(state, { from, to, port })[0]?.verdict;
  expect(verdict(worker, control, 6443)).toBe("allow");
  expect(verdict("198.19.15.253", control, 6443)).toBe("allow");
  expect(verdict("198.19.15.254", worker, 30480)).toBe("unknown");
});

test("a cluster with another dataplane refuses it, with the way out; so does one of which it is not known", () => {
  expect(lacks(lab, ownStackFacts)).toEqual([
    {
      reason: "it is about Calico's eBPF dataplane, and Calico has another here",
      fix: "use the stack ebpf, or set calico.dataplane to BPF",
    },
  ]);
  expect(lacks(lab, ebpfFacts)).toEqual([]);
});

test("its stack has no kube-proxy and no published port", () => {
  const plan = planStack("ebpf", readStackFile("ebpf").raw);
  expect(plan.facts).toMatchObject({ kubeProxyMode: "none", hostPorts: [], cni: { dataplane: "BPF" } });
});

test("labs whose guides look at kube-proxy are noted where there is none", () => {
  const notes = (calico: object): string[] =>
    planStack("test", {
      [`${PROJECT}:target`]: "kind",
      [`${PROJECT}:calico`]: JSON.stringify(calico),
      [`${PROJECT}:labs`]: JSON.stringify({ "services-and-dns": {}, "load-balancing": {}, stars: {} }),
    }).notes.filter((n) => n.includes("no kube-proxy here"));
  expect(notes({ dataplane: "BPF" }).map((n) => n.split(":")[0])).toEqual([
    "services-and-dns",
    "load-balancing",
  ]);
  expect(notes({})).toEqual([]);
});
