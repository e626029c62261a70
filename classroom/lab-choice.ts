import { suggestion } from "../kube/schema-problems";
import type { Problem } from "../kube/problems";
import { stepList, stepNumber } from "./steps";

/** A lab as a class or a student's row names it, not yet checked. */
export interface LabChoice {
  lab: string;
  /** Number or name. */
  step: number | string;
}

/** Known labs, and the names of the steps of each, in order. */
export type KnownLabs = ReadonlyMap<string, readonly string[]>;

/** Reads `stars yaobank=2`: names with an optional step (number or name), between spaces, `,`, `;` or `|`. */
export function labChoices(text: string): LabChoice[] {
  return text
    .split(/[\s,;|]+/)
    .filter((part) => part !== "")
    .map((part) => {
      const [, lab = "", step = "0"] = /^([^=:]*)(?:[=:](.*))?$/.exec(part) ?? [];
      return { lab, step };
    });
}

/** Lab → number of the step it starts at; adds what is wrong to `problems`. */
export function checkLabs(
  choices: readonly LabChoice[],
  known: KnownLabs,
  path: string,
  problems: Problem[],
): Record<string, number> {
  const labs: Record<string, number> = {};
  for (const { lab, step } of choices) {
    const steps = known.get(lab);
    const number = stepNumber(step, steps ?? []);
    if (steps === undefined) {
      problems.push({
        path,
        value: lab,
        message: "is not a lab",
        fix: suggestion(lab, [...known.keys()]),
      });
    } else if (number === undefined) {
      problems.push({
        path: `${path}.${lab}`,
        value: step,
        message: "is not a step of this lab",
        fix: `a step: ${stepList(steps)}`,
      });
    } else if (Object.hasOwn(labs, lab)) {
      problems.push({ path, value: lab, message: "is listed twice", fix: "name each lab once" });
    } else labs[lab] = number;
  }
  return labs;
}
