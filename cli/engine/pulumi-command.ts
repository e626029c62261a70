import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, delimiter } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";

/** How a process of the CLI ended that did not succeed. */
export class CliError extends Error {
  constructor(
    readonly args: readonly string[],
    readonly code: number | null,
    /** What it wrote: standard error, or for an update the log. */
    readonly output: string,
  ) {
    super(output.trim() === "" ? `pulumi ${args[0] ?? ""} ended with code ${String(code)}` : output.trim());
    this.name = "CliError";
  }
}

interface RunOptions {
  /** File that updates write to: a pipe would break, and the update with it, when this process dies. */
  log?: string;
  /** Ends the process and its children at once. */
  kill?: AbortSignal;
}

type Run = (
  args: string[],
  cwd: string,
  env: Record<string, string>,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
  signal?: AbortSignal,
) => Promise<{ stdout: string; stderr: string; code: number }>;

const UPDATES = ["up", "destroy", "refresh"];

/**
 * The Pulumi CLI as the Automation API uses it, in a process group of its own: a Ctrl-C in the terminal reaches us
 * alone, and we decide who is stopped. The API's own way shares our group, so that the first Ctrl-C would cancel
 * every student's update.
 */
export function detached(command: PulumiCommand, opts: RunOptions = {}): PulumiCommand & { run: Run } {
  const run: Run = (args, cwd, env, onOutput, onError, signal) => {
    const argv = args.includes("--non-interactive") ? args : [...args, "--non-interactive"];
    const log = UPDATES.includes(args[0] ?? "") ? opts.log : undefined;
    return exec(
      command.command,
      argv,
      cwd,
      environment(command.command, env),
      { ...opts, log },
      signal,
      (text, from) => {
        (from === "stdout" ? onOutput : onError)?.(text);
      },
    );
  };
  return Object.assign(Object.create(command) as PulumiCommand, { run });
}

function environment(command: string, extra: Record<string, string>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...extra, PULUMI_AUTOMATION_API: "true" };
  // Plugins that came with an installation of our own are found beside it.
  if (isAbsolute(command)) env["PATH"] = `${dirname(command)}${delimiter}${env["PATH"] ?? ""}`;
  return env;
}

function exec(
  file: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  opts: { log?: string | undefined; kill?: AbortSignal },
  cancel: AbortSignal | undefined,
  onData: (text: string, from: "stdout" | "stderr") => void,
): Promise<{ stdout: string; stderr: string; code: number }> {
  return new Promise((resolve, reject) => {
    const log = opts.log === undefined ? undefined : openLog(opts.log);
    const child = spawn(file, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", log?.fd ?? "pipe", log?.fd ?? "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onData(text, "stdout");
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onData(text, "stderr");
    });
    const onCancel = (): void => {
      // To the CLI alone: it tells its plugins.
      signalTo(child.pid, "SIGINT");
    };
    const onKill = (): void => {
      signalTo(child.pid === undefined ? undefined : -child.pid, "SIGKILL");
    };
    cancel?.addEventListener("abort", onCancel, { once: true });
    opts.kill?.addEventListener("abort", onKill, { once: true });
    if (cancel?.aborted === true) onCancel();
    const end = (): void => {
      cancel?.removeEventListener("abort", onCancel);
      opts.kill?.removeEventListener("abort", onKill);
      if (log !== undefined) closeSync(log.fd);
    };
    child.on("error", (e) => {
      end();
      reject(e);
    });
    child.on("close", (code) => {
      end();
      const written = opts.log === undefined || log === undefined ? "" : readFrom(opts.log, log.size);
      if (code === 0) resolve({ stdout, stderr, code });
      else reject(new CliError(args, code, log === undefined ? stderr || stdout : written));
    });
  });
}

function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "ESRCH") throw e;
  }
}

function openLog(path: string): { fd: number; size: number } {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, "a", 0o600);
  return { fd, size: fstatSync(fd).size };
}

function readFrom(path: string, offset: number): string {
  return readFileSync(path).subarray(offset).toString("utf8");
}
