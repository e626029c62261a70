import { UserError } from "../../kube/problems";
import { because, explain, type Flow, type Question, type State } from "../../packages/reach/src";
import type { AnsweredClaim, Claim, FlowClaim, LabSelection } from "../model";

/** Every claim of a lab at its step. */
export const claimsOf = ({ lab, step, context }: LabSelection): readonly Claim[] =>
  lab.steps[step]?.expect(context) ?? [];

/** The flows among them. */
export const flowClaims = (selection: LabSelection): FlowClaim[] =>
  claimsOf(selection).filter((c): c is FlowClaim => c.kind === "flow");

type Ask = (state: State, question: Question & { port: number; protocol: string }) => Flow[];

/** What the state says of a claimed flow. `ask` may be another way to the same answers. */
export function answerClaim(now: State, claim: FlowClaim, ask: Ask = explain): AnsweredClaim {
  const state = judgedState(now, claim);
  const decided = decidingFlow(state, claim, ask);
  if ("problem" in decided) return { ...claim, holds: false, found: "none", instead: decided.problem };
  const { flow } = decided;
  return flow.verdict === claim.verdict
    ? { ...claim, holds: true, found: flow.verdict }
    : { ...claim, holds: false, found: flow.verdict, instead: because(flow), ...besides(state, claim, flow) };
}

/** The cluster as it is, or for a claim about staged policies as it would be. */
export const judgedState = (state: State, { staged }: Pick<FlowClaim, "staged">): State =>
  staged === true ? state.enforced() : state;

const questionOf = ({
  from,
  to,
  port,
  protocol,
  http,
}: FlowClaim): Question & { port: number; protocol: string } => ({
  from,
  to,
  port,
  protocol,
  ...(http === undefined ? {} : { request: http }),
});

/** What the evaluator remarks about a flow that is not as claimed: a rule that nearly matches, whose port it is, … */
function besides(state: State, claim: FlowClaim, flow: Flow): { remarks?: string[] } {
  const asked = explain(state, { ...questionOf(claim), remarks: true });
  const same = asked.find((f) => f.from === flow.from && f.to === flow.to) ?? asked[0];
  const remarks = (same?.remarks ?? []).map(({ text }) => text);
  return remarks.length === 0 ? {} : { remarks };
}

/** The flow that decides about a claim: of an end that policies divide, a part that contradicts it. */
export function decidingFlow(
  state: State,
  claim: FlowClaim,
  ask: Ask = explain,
): { flow: Flow } | { problem: string } {
  try {
    const flows = ask(state, questionOf(claim));
    const flow = flows.find((f) => f.verdict !== claim.verdict) ?? flows[0];
    return flow === undefined ? { problem: "no packet can go this way" } : { flow };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: error.message };
  }
}
