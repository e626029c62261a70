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
  return [{ ...only, step: stepNumber(only, step) }];
}

function stepNumber({ lab, step: now }: LabSelection, wish: string): number {
  const last = lab.steps.length - 1;
  if (wish === "next") return Math.min(last, now + 1);
  if (wish === "back") return Math.max(0, now - 1);
  const number = /^\d{1,4}$/.test(wish) ? Number(wish) : lab.steps.findIndex((s) => s.id === wish);
  if (number >= 0 && number <= last) return number;
  const steps = lab.steps.map((s, i) => `${i} (${s.id})`).join(", ");
  throw new UserError(`${wish} is no step of ${lab.id}; steps: ${steps}`);
}
