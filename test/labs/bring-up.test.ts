import { readFileSync } from "node:fs";
import { join } from "node:path";
import { charts } from "../../components/versions";
import { overlaps } from "../../kube/ip";
import { bringUp as lab, WRONG_RANGE } from "../../labs/bring-up/lab";
import { labAt } from "../../labs/model";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT, type StackPlan } from "../../stacks/stack-plan";
import { stackGraph } from "../support/graph";

const own = readStackFile("bring-up").raw;
const at = (step: number): StackPlan =>
  planStack("bring-up", { ...own, [`${PROJECT}:labs`]: JSON.stringify({ "bring-up": { step } }) });
const objects = (step: number) => at(step).labs.flatMap((s) => labAt(s).objects);
interface Installation {
  kubernetesProvider?: string;
  calicoNetwork: { ipPools: { cidr: string }[] };
}
const installed = (step: number) =>
  objects(step).find((o) => o.kind === "Installation")?.["spec"] as Installation | undefined;

test("the stack installs no Calico, and no step before `installed` has a pod that waits for a network", () => {
  expect(at(0).calico.install).toBe(false);
  const waiting = lab.steps.map((_, i) => objects(i).some((o) => o.kind === "Deployment"));
  expect(waiting).toEqual([false, false, false, true, true]);
});

test("each mistake is alone in its step, and is gone in the next", () => {
  const { podCidrs } = at(0).facts;
  const told = lab.steps.map((_, i) => {
    const spec = installed(i);
    return [spec?.kubernetesProvider, spec?.calicoNetwork.ipPools.map((p) => p.cidr)];
  });
  expect(told).toEqual([
    [undefined, undefined],
    ["EKS", podCidrs],
    [undefined, [...podCidrs, WRONG_RANGE]],
    [undefined, podCidrs],
    [undefined, podCidrs],
  ]);
  // Were the range wrong alone, a step back would take the pods' own pool away.
  expect(podCidrs.some((c) => overlaps(c, WRONG_RANGE))).toBe(false);
});

test("the guide installs the chart of the stacks", () => {
  const guide = readFileSync(join(__dirname, "../../labs/bring-up/README.md"), "utf8");
  const { repository, version } = charts["tigera-operator"];
  expect(guide).toContain(`helm repo add projectcalico ${repository}\n`);
  expect(new Set(guide.match(/--version \S+/g))).toEqual(new Set([`--version ${version}`]));
});

test("a stack that installs Calico refuses it, with a way out", () => {
  const raw = { [`${PROJECT}:target`]: "kind", [`${PROJECT}:labs`]: '{"bring-up":{"step":0}}' };
  expect(() => planStack("other", raw)).toThrow(/the stack installs Calico.*calico\.install false/s);
});

describe.each([true, false])("the graph at its end (preview %s)", (preview) => {
  test("pods come after the Installation and go before it; all of it goes with the cluster", async () => {
    const graph = await stackGraph(
      { calico: { install: false }, labs: { "bring-up": { step: 4 } } },
      { stack: "bare", preview },
    );
    const name = "lab-bring-up-installation-default";
    for (const pod of ["namespace-bring-up", "deployment-bring-up-client", "deployment-bring-up-web"])
      expect(graph.waitsFor(`lab-bring-up-${pod}`, name)).toBe(true);
    expect(graph.waitsFor("lab-bring-up-apiserver-default", name)).toBe(true);
    expect(graph.named(name).deletedWith).toBe(graph.named("kind-cluster").urn);
    // Else `up` waits for what needs a network, before there is one.
    expect(graph.waitsFor("lab-bring-up-daemonset-bring-up-tools-toolbox", name)).toBe(false);
  });
});
