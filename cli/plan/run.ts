import { join, relative } from "node:path";
import { runOffline } from "../../stacks/offline/run";
import { readStackFile, type StackFile } from "../../stacks/offline/stack-file";
import { planStack } from "../../stacks/plan";
import { stack as program } from "../../stacks/program";
import { planReport, type Plan } from "./report";
import { planText } from "./text";
import { writeManifests } from "./manifests";

/** Plans a stack file offline. */
export async function planOffline(file: StackFile): Promise<Plan> {
  const { stack, raw } = file;
  // First without the runtime: a wrong config is told before anything else happens.
  const plan = planStack(stack, raw);
  const run = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
  return planReport(plan, run);
}

export async function runPlan(nameOrFile: string, options: { json?: boolean; out?: string }): Promise<void> {
  const file = readStackFile(nameOrFile);
  const { report, files } = await planOffline(file);
  const folder = options.out ?? join(".plan", file.stack, "manifests");
  writeManifests(folder, files);
  const text =
    options.json === true
      ? `${JSON.stringify({ ...report, folder }, null, 2)}\n`
      : planText(report, relative(process.cwd(), folder) || ".");
  await new Promise<void>((resolve) =>
    process.stdout.write(text, () => {
      resolve();
    }),
  );
}
