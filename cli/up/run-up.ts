import { CommandError, type OutputMap, type Stack } from "@pulumi/pulumi/automation";
import pc from "picocolors";
import { failOn, UserError } from "../../kube/problems";
import { kindNeighbours } from "../../stacks/kind-neighbours";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { missingKindTools } from "../../stacks/required-tools";
import { openStack, projectFolder, workspaceOptions } from "../engine/workspace";
import { EngineError } from "../engine/engine-port";
import { CliError, detached } from "../engine/command";
import { engineError } from "../engine/errors";
import { openShop } from "../students/backend";
import { interruptible, type Signals } from "../engine/up-interrupts";
import { thereHere, thingsOf } from "../engine/docker-leftovers";
import { RunNotes, type Thing } from "../engine/run-journal";
import { tidily, type TidyRun } from "../engine/recovery-up";

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const onOutput = (text: string): void => void process.stdout.write(text);
const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? "always" : "never";

export interface UpOptions {
  preview?: boolean;
  expectNoChanges?: boolean;
  /** The engine believes its state: only with this it sees what was changed by hand. */
  refresh?: boolean;
}

/** Builds a stack, or previews it. Whatever can be known to be wrong is told before the engine starts. */
export async function runUp(name: string, options: UpOptions): Promise<void> {
  const plan = check(name);
  if (plan.target.kind === "kind" && options.preview !== true) {
    failOn("This machine cannot run a kind cluster yet; nothing was changed.", missingKindTools());
    failOn(
      "This machine has no room for the cluster; nothing was changed.",
      await kindNeighbours(plan.target.cluster, plan.config.kind.portMappings),
    );
  }
  await interruptible(say, (signals) =>
    told(`up of ${name}`, signals, async () => {
      const stack = (await opened(name, signals)) ?? (await created(name, signals));
      const common = {
        onOutput,
        onError: onOutput,
        color,
        signal: signals.cancel,
        ...(options.expectNoChanges === true ? { expectNoChanges: true } : {}),
        ...(options.refresh === true ? { refresh: true } : {}),
      } as const;
      if (options.preview === true) {
        await stack.preview(common);
        return;
      }
      const things = plan.target.kind === "kind" ? thingsOf(plan.target.cluster) : [];
      await tidily(await tidyRun(name, things, signals), async (replace) => {
        const result = await stack.up({ ...common, replace, suppressOutputs: true });
        say(after(name, plan, result.outputs));
      });
    }),
  );
}

/** Takes a stack away. One that never was is no error. */
export async function runDestroy(name: string): Promise<void> {
  // Without Docker the objects would be given up, and then the cluster that has them could not be taken away.
  if (isKind(name))
    failOn(
      "This machine cannot take the kind cluster away now; nothing was changed.",
      missingKindTools().filter((p) => p.path !== "kubectl"),
    );
  await interruptible(say, (signals) =>
    told(`destroy of ${name}`, signals, async () => {
      const stack = await opened(name, signals);
      if (stack === undefined) {
        say(`There is no stack ${name} in this state backend: nothing to destroy.`);
        return;
      }
      await tidily(await tidyRun(name, [], signals), async () => {
        await stack.destroy({ onOutput, onError: onOutput, color, signal: signals.cancel });
      });
      say(pc.green(`Stack ${name} is gone; its config in Pulumi.${name}.yaml stays.`));
    }),
  );
}

async function tidyRun(stack: string, things: readonly Thing[], signals: Signals): Promise<TidyRun> {
  const shop = await openShop({});
  const there = (some: readonly Thing[]): Promise<Thing[]> => thereHere(some, shop.machine);
  return { shop, there, notes: new RunNotes(), stack, things, signals, say };
}

/**
 * The stack, or undefined where there is none yet, with the engine in a process group of its own: a Ctrl-C in the
 * terminal reaches us alone, and kind not at all.
 */
async function opened(name: string, signals: Signals): Promise<Stack | undefined> {
  const options = await workspaceOptions(say);
  const command = options.pulumiCommand;
  const own =
    command === undefined
      ? options
      : { ...options, pulumiCommand: detached(command, { kill: signals.kill }) };
  try {
    return await openStack(name, own, false);
  } catch (error) {
    const text = textOf(error);
    if (text === undefined) throw error;
    if (/no stack named/.test(text)) return undefined;
    // Nothing of it was printed yet.
    throw new UserError(`stack ${name} cannot be opened: ${engineError(error).message}${hintOn(text)}`);
  }
}

/** The Automation API knows by its own command's errors alone that a stack must be made. */
async function created(name: string, signals: Signals): Promise<Stack> {
  await openStack(name, await workspaceOptions(say), true);
  const stack = await opened(name, signals);
  if (stack === undefined) throw new Error(`stack ${name} was made and is not there`);
  return stack;
}

/** Whether a stack's target is kind; one whose file is wrong can be destroyed too. */
function isKind(name: string): boolean {
  try {
    return check(name).target.kind === "kind";
  } catch {
    return false;
  }
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
async function told(what: string, signals: Signals, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signals.cancel.aborted && textOf(error) !== undefined)
      throw new UserError(
        `${what} was cancelled; what was finished is in the state, and running it again continues.`,
      );
    throw brief(error, what);
  }
}

/** What the engine's CLI said; undefined for errors of other kinds. */
function textOf(error: unknown): string | undefined {
  return error instanceof CommandError || error instanceof CliError ? error.message : undefined;
}

function brief(error: unknown, what: string): unknown {
  if (error instanceof EngineError) return new UserError(`${what}: the stack ${error.message}`);
  const text = textOf(error);
  if (text === undefined) return error;
  return new UserError(
    `${what} did not finish; what was made is in the state, and running it again continues.${hintOn(text)}`,
  );
}

function hintOn(text: string): string {
  if (/incorrect passphrase/.test(text))
    return "\n  fix: the stack was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE, or remove encryptionsalt from its file and start anew";
  if (/currently locked/.test(text))
    return "\n  fix: another run works on the stack; if it was killed: pulumi cancel";
  return "";
}
