import { reasonOf } from "../../kube/problems";
import { EngineError, type LockHolder } from "./engine";
import { CliError } from "./pulumi-command";

/** Turns what the CLI said into why it failed, in a few lines that a person can act on. */
export function engineError(
  error: unknown,
  signals?: { cancel: AbortSignal; kill: AbortSignal },
): EngineError {
  if (error instanceof EngineError) return error;
  const text = reasonOf(error);
  if (/no stack named .* found/.test(text)) return new EngineError("gone", "there is no such stack");
  // The texts by which the Automation API knows them too (automation/errors.ts).
  if (/currently locked by|Another update is currently in progress/.test(text)) {
    return new EngineError("locked", "another update works on the stack", heldBy(text));
  }
  if (signals?.kill.aborted === true) return new EngineError("killed", "was killed");
  if (signals?.cancel.aborted === true) return new EngineError("cancelled", "was cancelled");
  const said = error instanceof CliError ? diagnostics(error.output) : text;
  const advice = ADVICE.find(([pattern]) => pattern.test(text))?.[1];
  return new EngineError("failed", said, advice === undefined ? {} : { advice });
}

/** Who holds the lock of a self-managed backend: `created by user@machine (pid 1) at 2026-11-21T09:00:00Z`. */
function heldBy(text: string): { holder?: LockHolder } {
  const m = /created by [^\s@]*@(\S+) \(pid (\d+)\) at (\S+)/.exec(text);
  return m === null ? {} : { holder: { machine: m[1] ?? "", pid: Number(m[2]), since: m[3] ?? "" } };
}

const ERROR = /^(\s*)(?:error|panic):\s*(.*)$/i;

/** The errors of an update's output, each with the lines that follow it in its block; the output's end when there is none. */
function diagnostics(output: string): string {
  const lines = output.replace(/\u001b\[[0-9;]*m/g, "").split(/\r?\n/);
  const errors: string[] = [];
  lines.forEach((line, i) => {
    const m = ERROR.exec(line);
    if (m === null || /^update failed$/i.test(m[2] ?? "")) return;
    const indent = m[1]?.length ?? 0;
    const end = lines.findIndex((l, j) => j > i && (l.search(/\S/) < indent || ERROR.test(l)));
    const below = lines.slice(i + 1, end === -1 ? undefined : end);
    const said = [m[2] ?? "", ...below.slice(0, 8)].map((l) => l.trim().replace(/^- /, ""));
    errors.push(
      said
        .filter((l) => l !== "")
        .join("; ")
        .replace(/([.:]);/g, "$1"),
    );
  });
  const picked = errors.length > 0 ? [...new Set(errors)] : lines.filter((l) => l.trim() !== "").slice(-3);
  return picked.slice(0, 3).join("; ").slice(0, 800);
}

const ADVICE: readonly [RegExp, string][] = [
  [
    /ExpiredToken|token.*(has )?expired|credentials.*expired|SSO session.*(expired|invalid)/i,
    "the credentials expired: log in again, then run the same command",
  ],
  [
    /no valid credential|NoCredentialProviders|Unable to locate credentials/i,
    "no AWS credentials: log in, then run the same command",
  ],
  [
    /incorrect passphrase/i,
    "the stack was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE to it, or remove encryptionsalt from its file and start again",
  ],
  [
    /port is already allocated|address already in use/i,
    "a port is taken on this machine: free it, or choose other ports (kind.portMappings; allocation.hostPorts of a class)",
  ],
  [
    /node\(s\) already exist for a cluster/i,
    "a kind cluster of that name is there that is not known to be ours: if nobody needs it, kind delete cluster --name …",
  ],
  [
    /container name .* is already in use|network with name .* already exists/i,
    "left of a run that was cut off: docker rm --force, or docker network rm, with that name, then the same command",
  ],
  [/no space left on device/i, "the disk is full"],
];
