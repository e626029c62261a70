import { CommandError, type OutputMap } from "@pulumi/pulumi/automation";
import pc from "picocolors";
import { failOn, UserError } from "../../policies/problems";
import { kindNeighbours } from "../../stacks/kind-neighbours";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, type StackPlan } from "../../stacks/plan";
import { missingKindTools } from "../../stacks/tools";
import { openStack, projectFolder, workspaceOptions } from "../pulumi/workspace";

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const onOutput = (text: string): void => void process.stdout.write(text);
const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? "always" : "never";

/** Builds a stack, or previews it. Whatever can be known to be wrong is told before the engine starts. */
export async function runUp(
  name: string,
  options: { preview?: boolean; expectNoChanges?: boolean },
): Promise<void> {
  const plan = check(name);
  if (plan.target.kind === "kind" && options.preview !== true) {
    failOn("This machine cannot run a kind cluster yet; nothing was changed.", missingKindTools());
    failOn(
      "This machine has no room for the cluster; nothing was changed.",
      await kindNeighbours(plan.target.cluster, plan.config.kind.portMappings),
    );
  }
  const stack = await openStack(name, await workspaceOptions(say), true);
  await told(`up of ${name}`, async () => {
    const common = {
      onOutput,
      onError: onOutput,
      color,
      ...(options.expectNoChanges === true ? { expectNoChanges: true } : {}),
    } as const;
    if (options.preview === true) {
      await stack.preview(common);
      return;
    }
    const result = await stack.up({ ...common, suppressOutputs: true });
    say(after(name, plan, result.outputs));
  });
}

/** Takes a stack away. One that never was is no error. */
export async function runDestroy(name: string): Promise<void> {
  const options = await workspaceOptions(say);
  const stack = await openStack(name, options, false).catch((error: unknown) => {
    if (error instanceof CommandError && /no stack named/.test(error.message)) return undefined;
    throw brief(error, `destroy of ${name}`);
  });
  if (stack === undefined) {
    say(`There is no stack ${name} in this state backend: nothing to destroy.`);
    return;
  }
  await told(`destroy of ${name}`, async () => {
    await stack.destroy({ onOutput, onError: onOutput, color });
    say(pc.green(`Stack ${name} is gone; its config in Pulumi.${name}.yaml stays.`));
  });
}

function check(name: string): StackPlan {
  const file = readStackFile(name, projectFolder);
  return planStack(file.stack, file.raw);
}

function after(name: string, plan: StackPlan, outputs: OutputMap): string {
  const links = (outputs["links"]?.value ?? {}) as Record<string, string>;
  const cluster = String(outputs["clusterName"]?.value ?? "");
  return [
    "",
    pc.green(`Stack ${name} is up: cluster ${cluster}.`),
    ...Object.entries(links).map(([title, url]) => `  ${title}: ${url}`),
    ...(plan.target.kind === "kind" ? [`  look: kubectl --context kind-${cluster} get pods -A`] : []),
    `  next step of a lab: npm run labs -- step <lab> next --stack ${name} && npm run up -- ${name}`,
    `  take it away: npm run destroy -- ${name}`,
  ].join("\n");
}

/** The engine has printed what happened; its error carries the whole of it once more. */
async function told(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw brief(error, what);
  }
}

function brief(error: unknown, what: string): unknown {
  if (!(error instanceof CommandError)) return error;
  const text = error.message;
  const hint = /incorrect passphrase/.test(text)
    ? "\n  fix: the stack was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE, or remove encryptionsalt from its file and start anew"
    : /currently locked/.test(text)
      ? "\n  fix: another run works on the stack; if it was killed: pulumi cancel"
      : "";
  return new UserError(
    `${what} did not finish; what was made is in the state, and running it again continues.${hint}`,
  );
}
