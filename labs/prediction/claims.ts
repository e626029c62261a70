import { UserError } from "../../kube/problems";
import { explain, type Flow, type Question, type State, type Verdict } from "../../packages/reach/src";
import type { Expectation, FlowExpectation, LabSelection } from "../model";

/** Every claim of a lab at its step. */
export const claimsOf = ({ lab, step, context }: LabSelection): readonly Expectation[] =>
  lab.steps[step]?.expect(context) ?? [];

/** The flows among them. */
export const flowClaims = (selection: LabSelection): FlowExpectation[] =>
  claimsOf(selection).filter((c): c is FlowExpectation => c.kind === "flow");

/** A claimed flow beside what the evaluator finds. */
export interface ClaimAnswer {
  claim: FlowExpectation;
  holds: boolean;
  /** Of an end that policies divide, a part that contradicts the claim counts. `none`: there is no such flow. */
  found: Verdict | "none";
  /** The flow that gave `found`. */
  flow?: Flow;
  /** Why there is no such flow. */
  problem?: string;
}

type Ask = (state: State, question: Question & { port: number; protocol: string }) => Flow[];

/** What the state says of a claimed flow. `ask` may be another way to the same answers. */
export function answerClaim(state: State, claim: FlowExpectation, ask: Ask = explain): ClaimAnswer {
  const { from, to, port, protocol = "TCP", verdict } = claim;
  try {
    const flows = ask(state, { from, to, port, protocol });
    const flow = flows.find((f) => f.verdict !== verdict) ?? flows[0];
    if (flow === undefined) return { claim, holds: false, found: "none" };
    return { claim, holds: flow.verdict === verdict, found: flow.verdict, flow };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { claim, holds: false, found: "none", problem: error.message };
  }
}
