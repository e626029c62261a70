import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  LocalWorkspace,
  PulumiCommand,
  type LocalWorkspaceOptions,
  type Stack,
} from "@pulumi/pulumi/automation";
import { UserError } from "../../kube/problems";

/** Folder of the project: where Pulumi.yaml stands. */
export const projectFolder = resolve(__dirname, "../..");

/** Everything that runs on this machine alone lives here; git ignores it. */
export const ownFolder = join(projectFolder, ".labs");

/**
 * Environment for the engine: state in a folder unless PULUMI_BACKEND_URL says otherwise, and a passphrase of this
 * machine unless one is given. So no login is needed, and secrets in the state are still encrypted.
 */
export function engineEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const own: Record<string, string> = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  if (env["PULUMI_BACKEND_URL"] === undefined) {
    const state = join(ownFolder, "state");
    mkdirSync(state, { recursive: true, mode: 0o700 });
    own["PULUMI_BACKEND_URL"] = pathToFileURL(state).href;
  }
  if (env["PULUMI_CONFIG_PASSPHRASE"] === undefined && env["PULUMI_CONFIG_PASSPHRASE_FILE"] === undefined) {
    own["PULUMI_CONFIG_PASSPHRASE_FILE"] = passphraseFile();
  }
  return own;
}

function passphraseFile(): string {
  const file = join(ownFolder, "passphrase");
  if (!existsSync(file)) {
    mkdirSync(ownFolder, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
  return file;
}

/** The CLI on the PATH, or one that the Automation API installs for this project alone. */
export async function engine(say: (line: string) => void): Promise<PulumiCommand> {
  const root = join(ownFolder, "pulumi");
  for (const options of [{}, { root }]) {
    const found = await PulumiCommand.get(options).catch(() => undefined);
    if (found !== undefined) return found;
  }
  say(`Installing the Pulumi CLI ${sdkVersion()} into .labs/pulumi (once) …`);
  try {
    return await PulumiCommand.install({ root });
  } catch (error) {
    throw new UserError(
      `the Pulumi CLI is not on the PATH and could not be downloaded: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}\n` +
        "  fix: install it (https://www.pulumi.com/docs/install/), or run `npm start` for the plan alone",
    );
  }
}

function sdkVersion(): string {
  const text = readFileSync(join(projectFolder, "node_modules/@pulumi/pulumi/package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Options that every stack of this project is opened with. */
export async function workspaceOptions(say: (line: string) => void): Promise<LocalWorkspaceOptions> {
  return { pulumiCommand: await engine(say), envVars: engineEnvironment(), workDir: projectFolder };
}

/** Opens a stack of this project; with `create` one that is not there yet is made. */
export async function openStack(
  name: string,
  options: LocalWorkspaceOptions,
  create: boolean,
): Promise<Stack> {
  const args = { stackName: name, workDir: projectFolder };
  return create
    ? LocalWorkspace.createOrSelectStack(args, options)
    : LocalWorkspace.selectStack(args, options);
}
