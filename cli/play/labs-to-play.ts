import { existsSync } from "node:fs";
import { labs } from "../../labs/index";
import type { LabSelection } from "../../labs/model";
import { nearest } from "../../kube/nearest";
import { ProblemsError, UserError } from "../../kube/problems";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";

/**
 * The labs to play: those of a stack, or one by its name, on the stack that is there for it, else on the stack `kind`.
 * A lab that such a cluster cannot carry can still be played: nothing runs.
 */
export function labsToPlay(name: string): LabSelection[] {
  const lab = labs.find((l) => l.id === name);
  if (lab === undefined) return stackLabs(name);
  const { stack, raw } = readStackFile(existsSync(`Pulumi.${lab.id}.yaml`) ? lab.id : "kind");
  const key = `${PROJECT}:labs`;
  try {
    return planStack(stack, { ...raw, [key]: JSON.stringify({ [lab.id]: {} }) }).labs;
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const { [key]: _, ...without } = raw;
    const { facts } = planStack(stack, without);
    return [
      { instance: lab.id, lab, step: 0, context: { instance: lab.id, namespaces: lab.namespaces, facts } },
    ];
  }
}

function stackLabs(name: string): LabSelection[] {
  try {
    const { stack, raw } = readStackFile(name);
    const found = planStack(stack, raw).labs;
    if (found.length === 0) throw new UserError(`Stack ${stack} has no labs: name one of ${known()}.`);
    return found;
  } catch (error) {
    if (error instanceof UserError && /^there is no stack/.test(error.message))
      throw new UserError(
        [
          `${name} is neither a lab nor a stack${meant(name)}`,
          `  labs: ${known()}`,
          `  stacks: ${error.message.split("stacks here: ")[1] ?? `none in ${process.cwd()}`}`,
        ].join("\n"),
      );
    throw error;
  }
}

function meant(name: string): string {
  const near = nearest(
    name,
    labs.map((l) => l.id),
  );
  return near === undefined ? "." : `; did you mean ${near}?`;
}

const known = (): string => labs.map((l) => l.id).join(", ");
