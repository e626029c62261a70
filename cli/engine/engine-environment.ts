import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ownFolder } from "../folders";

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
