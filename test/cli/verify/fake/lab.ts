import { selectLabs } from "../../../../labs/select";
import { labAt, type LabSelection } from "../../../../labs/model";
import type { KubeObject } from "../../../../kube/objects";
import { ambientWorkload } from "../../../../packages/reach/src";
import { planStack, PROJECT, type StackPlan } from "../../../../stacks/stack-plan";
import type { VerifyOptions } from "../../../../cli/verify/verify-options";
import { selectChecked } from "../../../../cli/verify/select-checks";
import { FakeCluster } from "./server";

/** A kind stack with this lab alone, at a step. */
export function planOf(lab: string, step: number | string): StackPlan {
  return planStack("test", {
    [`${PROJECT}:target`]: "kind",
    [`${PROJECT}:labs`]: JSON.stringify({ [lab]: { step } }),
  });
}

export const selectionOf = (plan: StackPlan): LabSelection => {
  const [only] = selectChecked(plan.labs, {});
  if (only === undefined) throw new Error("no lab");
  return only;
};

export { selectLabs };

/** A cluster on which the plan's lab stands at its step, as `up` would leave it. */
export async function clusterWith(
  plan: StackPlan,
  change: (objects: KubeObject[]) => KubeObject[] = (o) => o,
): Promise<FakeCluster> {
  const cluster = await FakeCluster.start();
  const objects = plan.labs.flatMap((s) => labAt(s).objects);
  cluster.add(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } },
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node1" },
      status: { addresses: [{ type: "InternalIP", address: "127.0.0.1" }] },
    },
    ambientWorkload({
      namespace: "kube-system",
      name: "coredns",
      labels: { "k8s-app": "kube-dns" },
      ports: [{ port: 53, protocol: "UDP" }],
    }),
    ...change(structuredClone(objects)),
  );
  cluster.schedule();
  return cluster;
}

export const options: VerifyOptions = {
  timeout: 1,
  wait: 10,
  start: 30,
  parallel: 4,
  requests: 60,
  internet: "1.1.1.1",
};
