import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import type { Tags } from "../../classroom/environment-record";
import { PROJECT } from "../../stacks/stack-plan";
import { ownFolder, projectFolder } from "../../stacks/project-folders";
import { openApi, type ClusterApi } from "../cluster/api-client";
import { awsCli, type AwsCli, type AwsPlaceOfStack } from "./aws-leftovers";
import { engineEnvironment } from "./engine-environment";
import { UserError } from "../../kube/problems";
import { EngineError, type Engine, type StackReader } from "./engine";
import { thisMachine, type Machine } from "./machine";
import { installedPulumi, pulumiCommand } from "./pulumi-install";
import { PulumiEngine } from "./pulumi-engine";
import { StateFolder, stateFolderOf } from "./state-folder";
import { RunJournal } from "../../stacks/run-journal";

/** What work on stacks stands on: the engine with its backend, this machine, and the runs that are under way here. */
export interface EngineSession {
  engine: Engine;
  machine: Machine;
  journal: Pick<RunJournal, "read" | "write" | "remove">;
  /** The API server that a kubeconfig names. */
  clusterApi: (kubeconfig: string) => ClusterApi;
  awsCli: (place: AwsPlaceOfStack) => AwsCli;
  /** Take over locks whose holder cannot be seen from here (another machine, Pulumi Cloud). */
  breakLocks: boolean;
}

/** The real engine on this machine, with the backend and passphrase of this project. */
export async function openSession(
  options: { breakLocks?: boolean } = {},
  say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<EngineSession> {
  return {
    engine: engineBy(await pulumiCommand(say)),
    machine: thisMachine(),
    journal: new RunJournal(),
    clusterApi: (text) => {
      const kubeconfig = new KubeConfig();
      kubeconfig.loadFromString(text);
      return openApi(kubeconfig);
    },
    awsCli,
    breakLocks: options.breakLocks === true,
  };
}

/** The engine by a CLI that is there already; undefined where there is none: to look at a stack nothing is installed. */
export async function installedEngine(): Promise<Engine | undefined> {
  const command = await installedPulumi();
  return command === undefined ? undefined : engineBy(command);
}

/**
 * Reads stacks with the CLI that is there, or without one where the state is in a folder: nothing is installed.
 * @throws UserError where only the CLI could read the backend
 */
export async function stackReader(env: NodeJS.ProcessEnv = process.env): Promise<StackReader> {
  const installed = await installedEngine();
  if (installed !== undefined) return installed;
  const folder = stateFolderOf(env);
  if (folder !== undefined) return new StateFolder(folder, PROJECT);
  throw new UserError(
    `the state is in ${(env["PULUMI_BACKEND_URL"] ?? "").replace(/\?.*/, "")}, and only the Pulumi CLI reads it, which is not on this machine\n` +
      "  fix: install it (https://www.pulumi.com/docs/install/)",
  );
}

/** Looks before anything is installed, where that is possible; else as `openSession` does. */
export async function lookFirst(options: { breakLocks?: boolean } = {}): Promise<StackReader> {
  return stateFolderOf() === undefined ? (await openSession(options)).engine : stackReader();
}

function engineBy(command: PulumiCommand): Engine {
  return new PulumiEngine({
    command,
    workDir: projectFolder,
    project: PROJECT,
    env: engineEnvironment(),
    logs: join(ownFolder, "students"),
  });
}

/** The tags of a stack, which is made where there is none: making takes the lock, so it is tried only then. */
export async function tagsOrCreate(engine: Engine, stack: string): Promise<Tags> {
  try {
    return await engine.tags(stack);
  } catch (e) {
    if (!(e instanceof EngineError) || e.kind !== "gone") throw e;
    await engine.create(stack);
    return {};
  }
}
