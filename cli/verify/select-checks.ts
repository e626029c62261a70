import { stepList, stepNumber } from "../../classroom/steps";
import type { LabSelection } from "../../labs/model";
import { UserError } from "../../kube/problems";

/** The labs that are to be verified, each at its step: the config's, or the one that was asked for. */
export function selectChecked(
  labs: readonly LabSelection[],
  { lab: names, step }: { lab?: readonly string[]; step?: string },
): LabSelection[] {
  const known = labs.map((s) => s.instance).join(", ") || "none";
  const unknown = (names ?? []).filter((n) => !labs.some((s) => s.instance === n));
  if (unknown.length > 0)
    throw new UserError(`${unknown.join(", ")}: no such lab in this stack; labs: ${known}`);
  const chosen = names === undefined ? [...labs] : labs.filter((s) => names.includes(s.instance));
  if (chosen.length === 0) throw new UserError("the stack has no labs: there is nothing to verify");
  if (step === undefined) return chosen;
  const [only] = chosen;
  if (only === undefined || chosen.length > 1)
    throw new UserError(`--step is for one lab: name it with --lab; labs: ${known}`);
  return [{ ...only, step: stepOf(only, step) }];
}

function stepOf({ lab, step: now }: LabSelection, step: string): number {
  const names = lab.steps.map((s) => s.id);
  const number = stepNumber(step, names, now);
  if (number !== undefined) return number;
  throw new UserError(`${lab.id} has no step ${step}; its steps: ${stepList(names)}`);
}
