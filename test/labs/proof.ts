import type { ClusterFacts } from "../../kube/cluster-facts";
import { withListeners } from "../../labs/gateway-listeners";
import { gatewaySiteOf, siteOf } from "../../labs/ingress";
import type { FlowClaim, Lab, LabContext, LabSelection } from "../../labs/model";
import { alone } from "../../labs/prediction/ambient";
import { answerClaim, flowClaims } from "../../labs/prediction/claims";
import { predictedState, labObjects } from "../../labs/prediction/state";
import type { KubeObject } from "../../kube/objects";
import { explain, type Flow, type State } from "../../packages/reach/src";

export function contextOf(lab: Lab, facts: ClusterFacts): LabContext {
  const context = { instance: lab.id, namespaces: lab.namespaces, facts };
  const { ingress, gateway, ingressNginx } = lab.needs;
  if (ingress !== true) return context;
  const nginx = { ...context, ingress: siteOf(context) };
  if (gateway !== true) return nginx;
  const site = gatewaySiteOf(context);
  const both = { ...context, ingress: ingressNginx === true ? nginx.ingress : site, gateway: site };
  return withListeners({ instance: lab.id, lab, step: 0, context: both });
}

export const selectionOf = (lab: Lab, step: number, facts: ClusterFacts): LabSelection => ({
  instance: lab.id,
  lab,
  step,
  context: contextOf(lab, facts),
});

/** The lab at a step, by itself, with more objects. */
export function stateAt(lab: Lab, step: number, facts: ClusterFacts, more: KubeObject[] = []): State {
  const selection = selectionOf(lab, step, facts);
  const standing = labObjects([selection]);
  const objects = [...standing.objects, ...more.map((object) => ({ object }))];
  return predictedState(alone(selection), { ...standing, objects });
}

export const ask = (
  state: State,
  {
    from,
    to,
    port,
    protocol = "TCP",
  }: Pick<FlowClaim, "from" | "to" | "port"> & Partial<Pick<FlowClaim, "protocol">>,
): Flow[] => explain(state, { from, to, port, protocol });

/** Claims of a step that the evaluator does not confirm, each as one line. */
export function unproved(lab: Lab, step: number, facts: ClusterFacts): string[] {
  const state = stateAt(lab, step, facts);
  return flowClaims(selectionOf(lab, step, facts)).flatMap((claim) => {
    const { holds, found, instead = "" } = answerClaim(state, claim);
    if (holds) return [];
    return [
      `step ${step} (${lab.steps[step]?.id ?? ""}): ${claim.from} -> ${claim.to}:${claim.port} is ${found}, claimed ${claim.verdict} (${claim.reason}); ${instead}`,
    ];
  });
}
