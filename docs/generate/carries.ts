import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Lab, LabSelection } from "../../labs/model";
import { ProblemsError } from "../../kube/problems";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";

const root = resolve(__dirname, "../..");

/** Where labs can run, as the page's columns: a stack's file, and what is changed in it. */
export const targets = [
  { title: "kind", stack: "kind" },
  { title: "your own cluster", stack: "existing" },
  { title: "EKS, VPC CNI", stack: "eks", cni: "aws" },
  { title: "EKS, Calico CNI", stack: "eks", cni: "calico" },
  { title: "EC2", stack: "ec2" },
] as const;
export type Target = (typeof targets)[number];

export interface Carries {
  lab: Lab;
  target: Target;
  /** Stack file that carries it; undefined where none does. */
  stack?: string;
  /** The lab as that stack plans it. */
  planned?: LabSelection;
  /** Why not. */
  reasons: string[];
}

/** Asks the planner itself: what it refuses, the page says. */
export function carries(lab: Lab, target: Target): Carries {
  const own = target.stack === "kind" && existsSync(join(root, `Pulumi.${lab.id}.yaml`));
  const stack = own ? lab.id : target.stack;
  const { raw } = readStackFile(stack, root);
  const eks = `${PROJECT}:eks`;
  try {
    const plan = planStack(stack, {
      ...raw,
      [`${PROJECT}:labs`]: JSON.stringify({ [lab.id]: { step: 0 } }),
      ...("cni" in target
        ? { [eks]: JSON.stringify({ ...(JSON.parse(raw[eks] ?? "{}") as object), cni: target.cni }) }
        : {}),
    });
    const planned = plan.labs.find((l) => l.instance === lab.id);
    return { lab, target, stack, reasons: [], ...(planned === undefined ? {} : { planned }) };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const prefix = `this cluster cannot carry ${lab.id}: `;
    return { lab, target, reasons: error.problems.map((p) => p.message.replace(prefix, "")) };
  }
}
