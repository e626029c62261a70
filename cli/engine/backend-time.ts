import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatDuration, MIN_TTL } from "../../classroom/lease";
import { UserError } from "../../kube/problems";
import { engineEnvironment } from "./engine-environment";

/**
 * What time it is where the state is kept, in milliseconds since 1970: leases are about that time, whatever the clock of
 * the machine that makes or ends them says. undefined where the backend does not tell.
 */
export async function backendTime(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number | undefined> {
  if (url.startsWith("file:")) return folderTime(fileURLToPath(url.replace(/\?.*/, "")));
  const server = serverOf(url, env);
  return server === undefined ? undefined : serverTime(server);
}

/** The time of the disk: of another machine, where it is shared. */
function folderTime(folder: string): number | undefined {
  try {
    const probe = mkdtempSync(join(folder, ".labs-time-"));
    try {
      writeFileSync(join(probe, "now"), "");
      return statSync(join(probe, "now")).mtimeMs;
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  } catch {
    return undefined;
  }
}

/** Whom to ask: the service that keeps the state. */
function serverOf(url: string, env: NodeJS.ProcessEnv): string | undefined {
  const [, scheme = "", rest = ""] = /^([a-z0-9]+):\/\/(.*)$/.exec(url) ?? [];
  const query = new URLSearchParams(rest.split("?")[1] ?? "");
  switch (scheme) {
    case "http":
    case "https":
      return url;
    case "s3": {
      const endpoint = query.get("endpoint") ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
      if (endpoint != null) return /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
      const region = query.get("region") ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "us-east-1";
      return /^[a-z0-9-]+$/.test(region)
        ? `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/`
        : undefined;
    }
    case "gs":
      return "https://storage.googleapis.com/";
    case "azblob": {
      const account = query.get("storage_account") ?? env["AZURE_STORAGE_ACCOUNT"] ?? "";
      return /^[a-z0-9]+$/.test(account) ? `https://${account}.blob.core.windows.net/` : undefined;
    }
    default:
      return undefined;
  }
}

/** Any answer tells the time, a refusal too. */
async function serverTime(url: string): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(10_000);
    const { headers } = await fetch(url, { method: "HEAD", redirect: "manual", signal });
    const time = Date.parse(headers.get("date") ?? "");
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}

/** What is between two clocks that tell the same time. */
const TOLERANCE = MIN_TTL;

/** Why leases may not be made or ended by this machine's clock; undefined where it goes right. */
export function clockProblem(here: number, there: number | undefined): string | undefined {
  if (there === undefined)
    return "the backend does not tell what time it is, so leases cannot be told by this machine's clock alone; check it (date -u), then say --trust-clock";
  const ahead = here - there;
  if (Math.abs(ahead) <= TOLERANCE) return undefined;
  return `this machine's clock is ${formatDuration(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} the backend's (${new Date(there).toISOString()}): set it (date -u), else leases would be wrong by as much`;
}

/** Before leases are made or ended. @throws UserError where this machine's clock cannot be trusted */
export async function assertClock({ trustClock }: { trustClock?: boolean }): Promise<void> {
  if (trustClock === true) return;
  const own = engineEnvironment();
  const url = own["PULUMI_BACKEND_URL"] ?? (process.env["PULUMI_BACKEND_URL"] || "https://api.pulumi.com");
  const problem = clockProblem(Date.now(), await backendTime(url));
  if (problem !== undefined) throw new UserError(`${problem}; nothing was changed`);
}
