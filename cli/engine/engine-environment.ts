import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../../kube/problems";
import { ownFolder } from "../../stacks/project-folders";
import { CLI_RUN } from "../../stacks/plain-run";
import { passphraseFile } from "./passphrase";

/**
 * Environment for the engine: state in a folder unless PULUMI_BACKEND_URL says otherwise, and a passphrase of this
 * machine unless one is given. So no login is needed, and secrets in the state are still encrypted.
 * @throws UserError where the passphrase that is given protects nothing, or would be lost with this machine
 */
export function engineEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  folder: string = ownFolder,
): Record<string, string> {
  const own: Record<string, string> = { PULUMI_SKIP_UPDATE_CHECK: "true", [CLI_RUN]: "1" };
  const backend = env["PULUMI_BACKEND_URL"];
  // An unset variable of a workflow is an empty one. With a token Pulumi means its own cloud, whose keys are its own.
  const cloud = backend === "" ? (env["PULUMI_ACCESS_TOKEN"] ?? "") !== "" : /^https?:/.test(backend ?? "");
  if (cloud) return own;
  if (backend === "")
    throw new UserError(
      "PULUMI_BACKEND_URL is empty, and there is no PULUMI_ACCESS_TOKEN; nothing was changed\n" +
        "  fix: name the backend, or unset the variable: the state is then a folder on this machine",
    );
  if (backend === undefined) {
    const state = join(folder, "state");
    mkdirSync(state, { recursive: true, mode: 0o700 });
    own["PULUMI_BACKEND_URL"] = pathToFileURL(state).href;
  }
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = env;
  if (passphrase === "")
    throw new UserError(
      "PULUMI_CONFIG_PASSPHRASE is empty, so kubeconfigs and keys in the state would be as good as not encrypted; nothing was changed\n" +
        "  fix: in CI, set the secret that it is taken from; elsewhere give it a value, or unset it: this machine then gets a passphrase of its own",
    );
  if (passphrase !== undefined || file !== undefined) return own;
  if (backend !== undefined && !backend.startsWith("file:") && env["CI"] !== undefined)
    throw new UserError(
      `there is no passphrase for the state in ${backend.replace(/\?.*/, "")}, and one made here would be lost with this runner; nothing was changed\n` +
        "  fix: set PULUMI_CONFIG_PASSPHRASE from a secret",
    );
  own["PULUMI_CONFIG_PASSPHRASE_FILE"] = passphraseFile(folder, passphrasesOf(env));
  return own;
}

/** Folder of the user's passphrases: not the project's, which is copied, shared and backed up with its state. */
function passphrasesOf(env: NodeJS.ProcessEnv): string {
  const config =
    env["XDG_CONFIG_HOME"] ??
    (process.platform === "win32" ? env["APPDATA"] : undefined) ??
    join(homedir(), ".config");
  return join(config, "k8s-network-labs", "passphrases");
}
