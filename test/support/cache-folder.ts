import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where real parts are kept between runs: LABS_CACHE, else `k8s-network-labs` under the user's cache folder. May be
 * deleted at any time; what is missing is had again.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const folder = env["LABS_CACHE"] ?? join(userCache(env, platform), "k8s-network-labs");
  mkdirSync(folder, { recursive: true });
  return folder;
}

function userCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env["XDG_CACHE_HOME"] !== undefined && env["XDG_CACHE_HOME"] !== "") return env["XDG_CACHE_HOME"];
  return platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
}
