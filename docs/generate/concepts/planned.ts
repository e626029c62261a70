import { resolve } from "node:path";
import { readStackFile } from "../../../stacks/offline/stack-file";
import { planStack, PROJECT, type StackPlan } from "../../../stacks/stack-plan";

const root = resolve(__dirname, "../../..");

/** The plan of a stack's file, with sections of its config changed. */
export function planned(stack: string, sections: Readonly<Record<string, object>> = {}): StackPlan {
  const { raw } = readStackFile(stack, root);
  const changed = Object.entries(sections).map(([name, section]) => {
    const key = `${PROJECT}:${name}`;
    return [key, JSON.stringify({ ...(JSON.parse(raw[key] ?? "{}") as object), ...section })];
  });
  return planStack(stack, { ...raw, ...(Object.fromEntries(changed) as Record<string, string>) });
}
