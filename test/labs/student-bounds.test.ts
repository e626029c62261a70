import { labs } from "../../labs/index";
import { labAt } from "../../labs/model";
import { studentBounds } from "../../labs/student-bounds";
import type { KubeObject } from "../../kube/objects";
import { stackGraph } from "../support/graph";
import { ownStackFacts } from "./own-stack-facts";
import { selectionOf } from "./proof";

const MEBI: Record<string, number> = { Mi: 1, Gi: 1024 };
const memory = (text = "0Mi"): number => parseInt(text) * (MEBI[text.slice(-2)] ?? NaN);
const cpu = (text = "0"): number => (text.endsWith("m") ? parseInt(text) : Number(text) * 1000);
type Resources = Record<"requests" | "limits", Record<string, string> | undefined> | undefined;

/** What a namespace's objects ask of its quota, with three nodes for a DaemonSet. */
function asked(objects: readonly KubeObject[], namespace: string): Record<string, number> {
  const sum = { pods: 0, cpu: 0, memory: 0, limit: 0, loadbalancers: 0 };
  for (const o of objects.filter((x) => x.metadata.namespace === namespace)) {
    const spec = o["spec"] as
      | {
          type?: string;
          replicas?: number;
          template?: { spec: { containers: { resources: Resources }[] } };
        }
      | undefined;
    if (spec?.type === "LoadBalancer") sum.loadbalancers++;
    if (spec?.template === undefined) continue;
    const replicas = o.kind === "DaemonSet" ? 3 : (spec.replicas ?? 1);
    sum.pods += replicas;
    for (const { resources } of spec.template.spec.containers) {
      sum.cpu += replicas * cpu(resources?.requests?.["cpu"]);
      sum.memory += replicas * memory(resources?.requests?.["memory"]);
      sum.limit += replicas * memory(resources?.limits?.["memory"]);
    }
  }
  return sum;
}

test.each(labs.map((l) => [l.id, l] as const))(
  "%s: half of a student's quota is left at every step",
  (_, lab) => {
    for (let step = 0; step < lab.steps.length; step++) {
      const { objects } = labAt(selectionOf(lab, step, ownStackFacts));
      for (const quota of studentBounds(objects).filter((o) => o.kind === "ResourceQuota")) {
        const hard = (quota["spec"] as { hard: Record<string, string> }).hard;
        const need = asked(objects, quota.metadata.namespace ?? "");
        expect(need["pods"]).toBeLessThanOrEqual(Number(hard["pods"]) / 2);
        expect(need["cpu"]).toBeLessThanOrEqual(cpu(hard["requests.cpu"]) / 2);
        expect(need["memory"]).toBeLessThanOrEqual(memory(hard["requests.memory"]) / 2);
        expect(need["limit"]).toBeLessThanOrEqual(memory(hard["limits.memory"]) / 2);
        expect(need["loadbalancers"]).toBeLessThanOrEqual(Number(hard["services.loadbalancers"]));
      }
    }
  },
);

test("a student's stack has them in each namespace of its labs, and no other stack", async () => {
  const config = { labs: { stars: {} } };
  const student = { class: "net", id: "ana", name: "Ana" };
  const kinds = async (c: object): Promise<string[]> =>
    (await stackGraph({ ...config, ...c }))
      .objects()
      .flatMap((o) =>
        ["LimitRange", "ResourceQuota"].includes(o.kind) ? [`${o.kind} ${o.metadata.namespace}`] : [],
      );
  expect(await kinds({})).toEqual([]);
  expect((await kinds({ student })).sort()).toEqual(
    ["LimitRange", "ResourceQuota"].flatMap((k) =>
      ["client", "management-ui", "stars"].map((n) => `${k} ${n}`),
    ),
  );
});
