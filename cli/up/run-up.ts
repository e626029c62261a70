import { rmSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { kubeconfigFile, madeBy, shapeBy } from "../../components/kind/machine-objects";
import { failOn, UserError } from "../../kube/problems";
import { askKindMachine } from "../../stacks/kind-machine";
import { readClusterOf } from "../../stacks/ask-cluster";
import { readStackFile } from "../../stacks/offline/stack-file";
import { missingKindTools } from "../../stacks/required-tools";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { EngineError, type OperationOptions, type StackState, type UpOptions } from "../engine/engine";
import { runInterrupts } from "../engine/interrupts";
import { buildCommands } from "../plan/build-command";
import { recover, report, runRecoverably, type StackRun } from "../engine/recovery";
import { lookFirst, openSession, tagsOrCreate } from "../engine/session";
import { withLock } from "../engine/stack-lock";
import { destroyStack } from "../sweep/destroy-stack";
import { projectFolder } from "../../stacks/project-folders";
import type { DestroyCommand, UpCommand } from "./up-options";

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Builds a stack, or previews it. Whatever can be known to be wrong is reported before the engine starts. */
export async function runUp(nameOrFile: string, options: UpCommand): Promise<void> {
  const plan = await planOf(nameOrFile);
  const name = plan.stack;
  const preview = options.preview === true;
  if (plan.target.kind === "kind" && !preview) {
    const { problems, notes } = await askKindMachine([plan]);
    for (const note of notes) say(`this machine: ${note}`);
    failOn("This machine cannot run the kind cluster yet; nothing was changed.", problems);
  }
  await operate(name, preview ? "preview" : "up", async (output) => {
    const session = await openSession(options, say);
    await tagsOrCreate(session.engine, name);
    const up: UpOptions = {
      ...output,
      expectNoChanges: options.expectNoChanges === true,
      refresh: options.refresh === true,
    };
    if (preview) {
      const replaced: string[] = [];
      await session.engine.preview(name, {
        ...up,
        onReplace: (resource, because) =>
          replaced.push(because.length === 0 ? resource : `${resource} (${because.join(", ")})`),
      });
      if (replaced.length > 0)
        say(`Replaced, with all that is in them or on them: ${[...new Set(replaced)].join(", ")}.`);
      return;
    }
    const cluster = plan.target.kind === "kind" ? plan.target.cluster.name : undefined;
    const { kill } = output;
    await runRecoverably(
      {
        session,
        stack: name,
        cluster,
        onLeftovers: () => {
          onLeftovers(name);
        },
        lostCluster: "replace",
        say,
        kill,
      },
      (replace, before) => {
        if (replacesCluster(plan, before)) say(REPLACES);
        return session.engine.up(name, { ...up, replace });
      },
    );
    say(after(name, plan, await session.engine.outputs(name)));
  });
}

const REPLACES =
  "This replaces the cluster, with all that was made in it by hand: kind changes nothing in place. Another version of Kubernetes or value under kind does so, " +
  "and so does the first lab behind an ingress, which opens the ports 80 and 443 (kind.portMappings lists ports beforehand).";

/** Whether the state has a kind cluster of another shape than the plan's. */
function replacesCluster({ target }: StackPlan, { resources }: StackState): boolean {
  if (target.kind !== "kind" || !resources.some((r) => madeBy(r)?.kind === "cluster")) return false;
  const [shape] = resources.flatMap((r) => shapeBy(r) ?? []);
  return shape !== undefined && shape.fingerprint !== target.cluster.fingerprint;
}

/** Takes a stack away. One that never was is no error. */
export async function runDestroy(name: string, options: DestroyCommand = {}): Promise<void> {
  if (!(await isThere(name, options))) {
    say(`There is no stack ${name} in this state backend: nothing to destroy.`);
    return;
  }
  const cluster = kindClusterOf(name);
  // Without Docker the objects would be given up, and then the cluster that has them could not be taken away.
  if (cluster !== undefined)
    failOn(
      "This machine cannot take the kind cluster away now; nothing was changed.",
      missingKindTools().filter((p) => p.path !== "kubectl"),
    );
  await operate(name, "destroy", async (output) => {
    const session = await openSession(options, say);
    const run: StackRun = {
      session,
      stack: name,
      cluster,
      onLeftovers: () => {
        onLeftovers(name);
      },
    };
    const recovered = await recover(run);
    report({ say }, recovered);
    await withLock(session, name, () => destroyStack(session, name, recovered.state, output, say));
    if (cluster !== undefined) rmSync(join(projectFolder, kubeconfigFile(cluster)), { force: true });
    say(pc.green(`Stack ${name} is gone; its config in Pulumi.${name}.yaml stays.`));
  });
}

async function isThere(stack: string, options: DestroyCommand): Promise<boolean> {
  try {
    await (await lookFirst(options)).tags(stack);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.kind === "gone") return false;
    throw explained(error, stack, "destroy", false);
  }
}

function onLeftovers(stack: string): void {
  say(`An earlier run on stack ${stack} was cut off: looking up what it had begun.`);
}

/** Runs an operation with the engine's output on standard output; a failure becomes one sentence, and what to do. */
async function operate(
  stack: string,
  operation: "up" | "preview" | "destroy",
  work: (output: OperationOptions) => Promise<void>,
): Promise<void> {
  const interrupts = runInterrupts();
  let printed = false;
  const output: OperationOptions = {
    onOutput: (text) => {
      printed = true;
      process.stdout.write(text);
    },
    colour: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    cancel: interrupts.signal("cancel"),
    kill: interrupts.signal("kill"),
  };
  try {
    await interrupts.during(say, () => work(output));
  } catch (error) {
    throw error instanceof EngineError ? explained(error, stack, operation, printed) : error;
  }
}

const REFUSED = "nothing was changed";

/** The engine has printed what happened; its error would carry the whole of it once more. */
function explained(error: EngineError, stack: string, operation: string, printed: boolean): UserError {
  const what = `${operation} of ${stack}`;
  if (error.kind === "locked") return new UserError(`${what}: the stack ${error.message}`);
  const why = printed ? adviceIn(error) : `: ${error.message}`;
  if (operation === "preview") return new UserError(`${what} failed; nothing was changed${why}`);
  // The program's own refusals come before its first resource.
  if (operation === "up" && error.message.includes(REFUSED))
    return new UserError(`${what} was refused; ${REFUSED}${why}`);
  const how = error.kind === "cancelled" ? "was cancelled" : "did not finish";
  return new UserError(`${what} ${how}; what was made is in the state, and running it again continues${why}`);
}

/** Advice is what the engine itself has not printed. */
const adviceIn = ({ advice }: EngineError): string => (advice === undefined ? "" : `\n  fix: ${advice}`);

/** The kind cluster of a stack; undefined for other targets. One whose file is wrong can be destroyed too. */
function kindClusterOf(name: string): string | undefined {
  try {
    const { stack, raw } = readStackFile(name, projectFolder);
    const { target } = planStack(stack, raw);
    return target.kind === "kind" ? target.cluster.name : undefined;
  } catch {
    return undefined;
  }
}

/** @throws UserError where the file is none of this project's stacks: the engine knows no others */
async function planOf(nameOrFile: string): Promise<StackPlan> {
  const { stack, raw, ownFile } = readStackFile(nameOrFile, projectFolder);
  const plan = planStack(stack, raw, undefined, await readClusterOf(stack, raw));
  if (ownFile === undefined) return plan;
  throw new UserError(
    `${nameOrFile} is a file of your own, and the engine knows the stacks of this folder only\n  fix: ${buildCommands(stack, ownFile).up}`,
  );
}

function after(name: string, plan: StackPlan, outputs: Readonly<Record<string, unknown>>): string {
  const links = (outputs["links"] ?? {}) as Record<string, string>;
  const cluster = (outputs["clusterName"] as string | undefined) ?? plan.clusterName;
  return [
    "",
    pc.green(`Stack ${name} is up: cluster ${cluster}.`),
    ...Object.entries(links).map(([title, url]) => `  ${title}: ${url}`),
    ...(plan.target.kind === "kind"
      ? [
          `  kubectl means this cluster after: export KUBECONFIG=${join(projectFolder, kubeconfigFile(cluster))}`,
        ]
      : []),
    `  next step of a lab: npm run labs -- step <lab> next --stack ${name} && npm run up -- ${name}`,
    `  take it away: npm run destroy -- ${name}`,
  ].join("\n");
}
