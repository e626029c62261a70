import type { LabSelection } from "../../labs/model";
import type { StackPlan } from "../../stacks/stack-plan";
import { checksOf } from "../verify/core/checks";
import type { Check, Result } from "../verify/core/check-model";

/** The claims of one step of a lab, on the plan with the lab at that step. */
export interface StepChecks {
  lab: string;
  step: number;
  id: string;
  plan: StackPlan;
  checks: Check[];
}

/** The claims of every step of these labs, whatever step the stack is at: students go on with kubectl alone. */
export function checksOfSteps(plan: StackPlan, labs: readonly LabSelection[]): StepChecks[] {
  return labs.flatMap((s) =>
    s.lab.steps.map(({ id }, step): StepChecks => {
      const at: StackPlan = {
        ...plan,
        labs: plan.labs.map((l) => (l.instance === s.instance ? { ...l, step } : l)),
      };
      const checks = checksOf(at).filter((c) => c.lab === s.instance);
      return { lab: s.instance, step, id, plan: at, checks };
    }),
  );
}

/** Each claim that several steps make is asked once. */
export function askOnce(steps: readonly StepChecks[]): {
  asked: Check[];
  /** The results of a step, from those of what was asked. */
  resultsOf: (step: StepChecks, results: readonly Result[]) => Result[];
} {
  const asked = new Map<string, Check>();
  for (const { checks } of steps)
    for (const check of checks) {
      const key = keyOf(check);
      // Ids are unique in a run; those of two steps may be the same for opposite claims.
      if (!asked.has(key)) asked.set(key, { ...check, id: `${check.id} (${asked.size})` });
    }
  return {
    asked: [...asked.values()],
    resultsOf: ({ checks }, results) => {
      const byId = new Map(results.map((r) => [r.check.id, r]));
      return checks.flatMap((check) => {
        const result = byId.get(asked.get(keyOf(check))?.id ?? "");
        return result === undefined ? [] : [{ ...result, check }];
      });
    },
  };
}

/** What a probe would do and look for; why it is claimed does not count. */
function keyOf(check: Check): string {
  const { id: _id, step: _step, reason: _reason, ...rest } = check;
  if (rest.kind !== "flow") return JSON.stringify(rest);
  const { predicted, ...flow } = rest;
  return JSON.stringify([flow, predicted?.verdict]);
}
