import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { stepNumber } from "../../classroom/steps";
import { UserError } from "../../kube/problems";
import { labs } from "../../labs/index";
import { readClusterOf } from "../../stacks/ask-cluster";
import type { RawConfig } from "../../stacks/config/load-config";
import { readConfig, readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { projectFolder } from "../../stacks/project-folders";

/** Writes a lab's step into the stack's file, comments kept; checks it first, so that a wrong one changes nothing. */
export async function setStep(instance: string, wish: string, stack: string): Promise<void> {
  const file = readStackFile(stack, projectFolder);
  const reading = await readClusterOf(stack, file.raw);
  const plan = (raw: RawConfig) => planStack(stack, raw, undefined, reading).labs;
  const now = plan(file.raw).find((l) => l.instance === instance);
  const { steps = [] } = now?.lab ?? labs.find((l) => l.id === instance) ?? {};
  const names = steps.map((s) => s.id);
  // What the lab does not have is for the plan to refuse, with its reason.
  const step = stepNumber(wish, names, now?.step ?? -1) ?? wish;
  const document = parseDocument(readFileSync(file.path, "utf8"));
  document.setIn(["config", `${PROJECT}:labs`, instance, "step"], step);
  const text = document.toString();
  const selected = plan(readConfig(text, file.path)).find((l) => l.instance === instance);
  if (selected === undefined) throw new UserError(`${instance} is not among the labs of ${stack}`);
  writeFileSync(file.path, text);
  const at = selected.lab.steps[selected.step];
  process.stdout.write(
    `${instance} is set to step ${selected.step} (${at?.id ?? ""}): ${at?.title ?? ""}\nNow: npm run up -- ${stack}\n`,
  );
}
