import { join } from "node:path";
import { readIntents, type Intent } from "../../packages/reach/src";
import { readClusterOf } from "../../stacks/ask-cluster";
import { runOffline } from "../../stacks/offline/run-offline";
import { readStackFile, type StackFile } from "../../stacks/offline/stack-file";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { stack as program } from "../../stacks/program";
import { toUser } from "../user-paths";
import { planReport, type Plan } from "./plan-report";
import { planText } from "./plan-text";
import { writeManifests } from "./manifests";

/** Plans a stack file, and asks its flows for intents. Only a cluster that is there is asked, where it answers. */
export async function planOffline(
  file: StackFile,
  intents: readonly Intent[] = [],
): Promise<Plan & { plan: StackPlan }> {
  const { stack, raw, ownFile } = file;
  // First without the runtime: a wrong config is reported before anything else happens.
  const reading = await readClusterOf(stack, raw);
  const plan = planStack(stack, raw, undefined, reading);
  const run = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true, reading }));
  return { ...planReport(plan, run, { ownFile, intents }), plan };
}

export async function runPlan(
  nameOrFile: string,
  options: { json?: boolean; out?: string; page?: string | boolean; intents?: string },
): Promise<void> {
  const file = readStackFile(nameOrFile);
  const intents = options.intents === undefined ? [] : readIntents(options.intents);
  const { report, files, plan } = await planOffline(file, intents);
  const folder = options.out ?? join(".plan", file.stack, "manifests");
  writeManifests(folder, files);
  const page = await pageOf(plan, report.about, options.page ?? true);
  const text =
    options.json === true
      ? `${JSON.stringify({ ...report, folder, ...(page === undefined ? {} : { page }) }, null, 2)}\n`
      : planText(report, toUser(folder), page === undefined ? page : toUser(page), process.stdout.columns);
  await new Promise<void>((resolve) =>
    process.stdout.write(text, () => {
      resolve();
    }),
  );
  if (report.intents.some(({ holds }) => !holds)) process.exitCode = 1;
}

/** Writes the page of the stack's labs; gives back where. */
async function pageOf(plan: StackPlan, about: string, wish: string | boolean): Promise<string | undefined> {
  if (wish === false || plan.labs.length === 0) return undefined;
  const { writePage } = await import("../page/write-page");
  const file = typeof wish === "string" ? wish : join(".plan", plan.stack, "index.html");
  await writePage(file, { stack: plan.stack, about, labs: plan.labs });
  return file;
}
