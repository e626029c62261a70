import type { ClusterFacts } from "../../kube/cluster-facts";
import { labAt, type FlowExpectation, type Lab, type LabContext } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { API_SERVER, CORE_DNS, explain, load, type Flow, type State } from "../../packages/reach/src";

export const contextOf = (lab: Lab, facts: ClusterFacts): LabContext => ({
  instance: lab.id,
  namespaces: lab.namespaces,
  facts,
  options: {},
});

/** The lab at a step, with what the cluster brings, as the evaluator reads it. */
export function stateAt(lab: Lab, step: number, facts: ClusterFacts, more: KubeObject[] = []): State {
  const context = contextOf(lab, facts);
  const { objects, patches } = labAt({ instance: lab.id, lab, step, context });
  const around = lab.surroundings?.(context) ?? [];
  const claims = flowsAt(lab, step, facts);
  return load(
    [...CORE_DNS, ...API_SERVER, ...around, ...objects, ...patches, ...more].map((object: KubeObject) => ({
      object,
    })),
    {
      podCidrs: facts.podCidrs,
      splitAt: claims.flatMap((c) => [c.from, c.to].filter((end) => /^\d/.test(end))),
    },
  );
}

export function flowsAt(lab: Lab, step: number, facts: ClusterFacts): FlowExpectation[] {
  const found = lab.steps[step]?.expect(contextOf(lab, facts)) ?? [];
  return found.filter((e): e is FlowExpectation => e.kind === "flow");
}

export function ask(state: State, claim: Pick<FlowExpectation, "from" | "to" | "port" | "protocol">): Flow[] {
  return explain(state, {
    from: claim.from,
    to: claim.to,
    port: claim.port,
    protocol: claim.protocol ?? "TCP",
  });
}

/** Claims of a step that the evaluator does not confirm, each as one line. */
export function unproved(lab: Lab, step: number, facts: ClusterFacts): string[] {
  const state = stateAt(lab, step, facts);
  return flowsAt(lab, step, facts).flatMap((claim) => {
    const wrong = ask(state, claim).filter((f) => f.verdict !== claim.verdict);
    return wrong.map(
      (f) =>
        `step ${step} (${lab.steps[step]?.id ?? ""}): ${claim.from} -> ${claim.to}:${claim.port} is ${f.verdict}, claimed ${claim.verdict} (${claim.reason}); egress ${f.egress.policy ?? "-"}: ${f.egress.reason}; ingress ${f.ingress.policy ?? "-"}: ${f.ingress.reason}`,
    );
  });
}
