import { labs } from "../../../labs/index";
import { LabStates, type StateAt } from "../../../labs/prediction/lab-states";
import type { LabSelection } from "../../../labs/model";
import { because, explain, type Flow } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { carries } from "../carries";

/** A lab on its kind cluster, at the step of this id. */
export interface AtStep extends StateAt {
  selection: LabSelection;
}

export function atStep(id: string, step: string): AtStep {
  const lab = labs.find((l) => l.id === id);
  const planned = lab && carries(lab, { title: "kind", stack: "kind" }).planned;
  const index = lab?.steps.findIndex((s) => s.id === step) ?? -1;
  const found = planned && new LabStates(planned).all().steps[index];
  if (planned === undefined || found === undefined) throw new Error(`no step ${step} of ${id} on kind`);
  return { ...found, selection: { ...planned, step: index } };
}

export interface Server {
  /** `namespace/name` */
  name: string;
  labels: Readonly<Record<string, string>>;
  ports: readonly number[];
}

interface DeploymentShape {
  spec: {
    template: {
      metadata: { labels?: Record<string, string> };
      spec: { containers: { ports?: { containerPort: number }[] }[] };
    };
  };
}

/** Deployments of the lab, with the ports of their containers. */
export const serversOf = (objects: readonly KubeObject[]): Server[] =>
  objects
    .filter((o) => o.kind === "Deployment")
    .map((o) => {
      const { template } = (o as unknown as DeploymentShape).spec;
      return {
        name: `${o.metadata.namespace ?? ""}/${o.metadata.name}`,
        labels: template.metadata.labels ?? {},
        ports: template.spec.containers.flatMap((c) => (c.ports ?? []).map((p) => p.containerPort)),
      };
    });

export interface Answer extends Flow {
  port: number;
  because: string;
}

/** What the evaluator says of one TCP flow. */
export function answer({ state }: AtStep, from: string, to: string, port: number): Answer {
  const [flow, more] = explain(state, { from, to, port, protocol: "TCP" });
  if (flow === undefined || more !== undefined) throw new Error(`${from} → ${to}:${port} has no one answer`);
  return { ...flow, port, because: because(flow) };
}
