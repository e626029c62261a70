import { answerContainer, containerText } from "../../../labs/machine";
import { answerClaim } from "../../../labs/prediction/claims";
import { LabStates } from "../../../labs/prediction/lab-states";
import type { Subject } from "./subject";

/** Claims that the evaluator does not confirm, with what decides. */
export function proofProblems({ lab, selection }: Subject): string[] {
  const { steps } = new LabStates({ ...selection, lab }).all();
  return steps.flatMap(({ state, claims, machine }, step) => [
    ...claims
      .filter((claim) => claim.kind === "flow")
      .map((claim) => answerClaim(state, claim))
      .filter((answer) => !answer.holds)
      .map(
        ({ from, to, port, verdict, found, instead = "" }) =>
          `step ${lab.steps[step]!.id}: ${from} -> ${to}:${port} is ${found}, claimed ${verdict}: ${instead}`,
      ),
    ...claims.flatMap((claim) => {
      if (claim.kind !== "container") return [];
      const { holds, found, because } = answerContainer(machine, claim);
      const said = `${containerText(claim)} is ${found}, claimed ${claim.verdict}: ${because}`;
      return holds ? [] : [`step ${lab.steps[step]!.id}: ${said}`];
    }),
  ]);
}
