import { objectKey, type FlowExpectation, type LabSelection } from "../labs/model";
import type { KubeObject } from "../kube/objects";
import {
  API_SERVER,
  CORE_DNS,
  explain,
  ingressNginx,
  load,
  type Flow,
  type State,
} from "../packages/reach/src";
import type { StackPlan } from "./stack-plan";

/** A claim of a step beside what the evaluator finds. */
export interface Claim {
  expectation: FlowExpectation;
  /** One answer, or more where an end is a range that policies divide. */
  flows: Flow[];
  holds: boolean;
}

/** What charts and the cluster bring and nobody registers, as far as policies can tell. */
export function around(plan: StackPlan): KubeObject[] {
  const controller =
    plan.ingress === undefined ? [] : [ingressNginx({ hostNetwork: plan.ingress.controller.hostNetwork })];
  return [
    ...CORE_DNS,
    ...API_SERVER,
    ...controller,
    ...plan.labs.flatMap((l) => l.lab.surroundings?.(l.context) ?? []),
  ];
}

/** The whole stack as the evaluator reads it: the very objects that are registered, and what stands around them. */
export function stackState(plan: StackPlan, registered: readonly KubeObject[]): State {
  const objects = new Map<string, KubeObject>();
  for (const o of [...around(plan), ...registered]) objects.set(objectKey(o), o);
  const named = plan.labs.flatMap((l) => flowsOf(l)).flatMap((c) => [c.from, c.to]);
  return load(
    [...objects.values()].map((object) => ({ object })),
    {
      podCidrs: plan.facts.podCidrs,
      splitAt: named.filter((end) => /^[\d:a-f.]+(\/\d+)?$/.test(end) && /\d/.test(end)),
    },
  );
}

/** Every flow that the current step of a lab claims, with the evaluator's answer. */
export function claims(state: State, selection: LabSelection): Claim[] {
  return flowsOf(selection).map((expectation) => {
    const { from, to, port, protocol = "TCP", verdict } = expectation;
    const flows = explain(state, { from, to, port, protocol });
    return { expectation, flows, holds: flows.every((f) => f.verdict === verdict) };
  });
}

function flowsOf({ lab, step, context }: LabSelection): FlowExpectation[] {
  const all = lab.steps[step]?.expect(context) ?? [];
  return all.filter((e): e is FlowExpectation => e.kind === "flow");
}
