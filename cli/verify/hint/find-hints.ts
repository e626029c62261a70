import type { StackPlan } from "../../../stacks/stack-plan";
import { predictedObjects, predictedState } from "../../../labs/prediction/state";
import type { ClusterApi } from "../../cluster/api-client";
import { livePolicies } from "../cluster/live-policies";
import type { Hint, Result } from "../core/check-model";
import { hints } from "./hints";

/** Reads what the cluster has, and compares it with the step. */
export async function findHints(
  api: ClusterApi,
  plan: StackPlan,
  results: readonly Result[],
  signal?: AbortSignal,
): Promise<Hint[]> {
  const namespaces = [...new Set(plan.labs.flatMap((s) => Object.values(s.context.namespaces)))];
  const live = await livePolicies(api, namespaces, signal);
  return hints({
    step: predictedObjects(plan),
    live,
    namespaces,
    results,
    compile: (objects) => predictedState(plan, { objects: objects.map((object) => ({ object })) }),
  });
}
