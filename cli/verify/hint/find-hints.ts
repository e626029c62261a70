import { objectKey, type KubeObject } from "../../../kube/objects";
import { ProblemsError } from "../../../kube/problems";
import { diagnose, type Finding } from "../../../labs/diagnosis/diagnose";
import { claimChecks, wantedFlows } from "../../../labs/diagnosis/lab-checks";
import { predictedObjects, predictedState } from "../../../labs/prediction/state";
import { templateEdits } from "../../../packages/reach/src";
import type { StackPlan } from "../../../stacks/stack-plan";
import type { ClusterApi } from "../../cluster/api-client";
import { livePolicies } from "../cluster/live-policies";
import type { FlowCheck, Hint, Result } from "../core/check-model";

const isPolicy = (o: KubeObject): boolean => /NetworkPolicy$/.test(o.kind) && !o.kind.startsWith("Staged");

/** Reads what the cluster has, and looks for the smallest change of it after which the failed claims hold. */
export async function findHints(
  api: ClusterApi,
  plan: StackPlan,
  results: readonly Result[],
  signal?: AbortSignal,
): Promise<Hint[]> {
  const failed = results.flatMap((r) => (r.status === "fail" && r.check.kind === "flow" ? [r.check] : []));
  if (failed.length === 0) return [];
  const namespaces = [...new Set(plan.labs.flatMap((s) => Object.values(s.context.namespaces)))];
  const live = await livePolicies(api, namespaces, signal);
  const wanted = predictedObjects(plan);
  try {
    return hints(plan, results, failed, wanted, live);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => ({
      cause: "rule",
      object: p.path,
      message: `${p.message}${p.fix === undefined ? "" : ` (${p.fix})`}`,
      fixes: [],
    }));
  }
}

function hints(
  plan: StackPlan,
  results: readonly Result[],
  failed: readonly FlowCheck[],
  wanted: readonly KubeObject[],
  live: readonly KubeObject[],
): Hint[] {
  // What is no policy stands as the step has it, unless the cluster has it otherwise.
  const now = new Map(wanted.filter((o) => !isPolicy(o)).map((o) => [objectKey(o), o]));
  for (const o of live) now.set(objectKey(o), o);
  const state = predictedState(plan, { objects: [...now.values()].map((object) => ({ object })) });
  const flows = results.flatMap((r) => (r.check.kind === "flow" ? [r.check] : []));
  const checks = claimChecks(flows);
  const wrong = new Set(checks.filter((c) => c.wrong(state).length > 0).map((c) => c.id));
  // A label that policies choose by may be gone from what they choose.
  const mine = live.filter((o) => isPolicy(o) || labelsDiffer(o, wanted));
  const found = diagnose({
    state,
    mine: mine.map((object) => ({ object })),
    checks,
    wanted: wantedFlows(flows, state),
    // What stands in the cluster as the step has it is no change to make.
    templates: wanted.filter((o) => isPolicy(o) || mine.some((m) => objectKey(m) === objectKey(o))),
  });
  return [...found.map(hintOf), ...unexplained(failed.filter((f) => !wrong.has(f.id)))];
}

const hintOf = ({ cause, object, message, rights }: Finding): Hint => ({
  cause,
  object,
  message,
  fixes: [...rights],
});

const labelsDiffer = (o: KubeObject, wanted: readonly KubeObject[]): boolean =>
  !isPolicy(o) && [...templateEdits(o, wanted)].some(({ what }) => what.includes("labels"));

function unexplained(checks: readonly FlowCheck[]): Hint[] {
  if (checks.length === 0) return [];
  return [
    {
      cause: "workload",
      object: "the network",
      message:
        "by the cluster's policies and labels these flows should be as expected: look whether Calico runs on each node (kubectl -n calico-system get pods) and whether pods were labelled by hand",
      fixes: checks.map((c) => c.id),
    },
  ];
}
