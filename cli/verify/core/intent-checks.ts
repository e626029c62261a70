import type { LabsOnCluster } from "../../../labs/prediction/ambient";
import { predictedState } from "../../../labs/prediction/state";
import { checkIntents, intentTitle, type Flow, type Intent, type State } from "../../../packages/reach/src";
import type { FlowCheck } from "./check-model";
import { prediction } from "./checks";

/** What is to be checked of a file of intents, by the names that a cluster has, with what the stack's objects give. */
export function intentChecks(plan: LabsOnCluster, intents: readonly Intent[]): FlowCheck[] {
  const state = predictedState(plan);
  return checkIntents(state, intents).map(({ intent, flows }, i) => {
    const flow = flows.find((f) => f.verdict !== intent.verdict) ?? flows[0];
    const { reason = "", ...asked } = intent;
    return {
      kind: "flow",
      id: `intent ${i + 1}: ${intentTitle(intent)}`,
      lab: "intents",
      reason,
      ...asked,
      ...(asked.protocol === undefined ? {} : { protocol: asked.protocol.toUpperCase() }),
      ...(flow === undefined ? {} : { ...liveEnds(state, flow), predicted: prediction(flow) }),
    };
  });
}

/** The ends of an answer without what only the evaluator adds to names: a kind, a set of replicas. */
function liveEnds(state: State, { from, to }: Flow): { from: string; to: string } {
  const service = to.replace(/^(service|svc)\//i, "");
  const isWorkload = state.workloads.some((w) => w.name === to);
  return {
    from: from.replace(/\[.*$/, ""),
    to: !isWorkload && state.services.has(service) ? `service/${service}` : to.replace(/\[.*$/, ""),
  };
}
