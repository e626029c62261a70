import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Lab, LabSelection } from "../../../labs/model";
import { readStackFile } from "../../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../../stacks/stack-plan";

const root = resolve(__dirname, "../../..");

/** A lab as the rules look at it. */
export interface Subject {
  lab: Lab;
  /** Text of its README.md. */
  guide: string;
  /** The stack that its guide speaks of. */
  stack: string;
  /** Where that stack's plan puts it. */
  selection: LabSelection;
}

/** One rule, by the heading of its paragraph in docs/write-a-lab.md; gives what breaks it, one line each. */
export type LabRule = readonly [
  paragraph: string,
  problems: (subject: Subject) => string[] | Promise<string[]>,
];

const guideOf = (lab: Lab): string => readFileSync(join(root, "labs", lab.id, "README.md"), "utf8");

/** The stack of a lab: its own where it needs a cluster of its own, else kind. */
export const stackOf = (id: string): string => (existsSync(join(root, `Pulumi.${id}.yaml`)) ? id : "kind");

/** @throws ProblemsError where the stack cannot carry the lab */
export function subjectOf(lab: Lab, guide = guideOf(lab)): Subject {
  const stack = stackOf(lab.id);
  const { raw } = readStackFile(stack, root);
  const only = JSON.stringify({ [lab.id]: { step: 0 } });
  const [selection] = planStack(stack, { ...raw, [`${PROJECT}:labs`]: only }).labs;
  return { lab, guide, stack, selection: selection! };
}
