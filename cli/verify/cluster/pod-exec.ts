import type { KubeConfig } from "@kubernetes/client-node";
import WebSocket, { type ClientOptions } from "ws";

/**
 * Runs a command in a container by the API server's exec protocol over WebSocket: every message begins with a channel
 * number; the last one, on channel 3, is a Status with the exit code (k8s.io/apimachinery remotecommand). The client
 * library's own Exec has no limits, throws in its event handlers when a peer speaks nonsense, and does not tell a
 * connection that died from a command that ended.
 */
const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
/** What a command may print before it is cut off. */
const MOST = 1_000_000;

export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
  command: readonly string[];
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** Absent where the connection ended before the command did. */
  code?: number;
  /** Why there is no code. */
  broken?: string;
}

export interface ExecLimits {
  /** For connecting and for the whole. */
  connectMs: number;
  totalMs: number;
  signal?: AbortSignal;
}

/** Never throws for what peers do: what came before is kept, `broken` says the rest. */
export async function exec(
  kubeconfig: KubeConfig,
  target: ExecTarget,
  limits: ExecLimits,
): Promise<ExecResult> {
  const server = kubeconfig.getCurrentCluster()?.server;
  if (server === undefined) return { stdout: "", stderr: "", broken: "the kubeconfig names no cluster" };
  const query = new URLSearchParams({
    container: target.container,
    stdout: "true",
    stderr: "true",
    stdin: "false",
    tty: "false",
  });
  for (const part of target.command) query.append("command", part);
  const path = `/api/v1/namespaces/${target.namespace}/pods/${target.pod}/exec?${query.toString()}`;
  const options: ClientOptions = {};
  try {
    await kubeconfig.applyToHTTPSOptions(options);
  } catch (error) {
    return { stdout: "", stderr: "", broken: text(error) };
  }
  const url = server.replace(/\/$/, "").replace(/^http/, "ws") + path;
  return talk(new WebSocket(url, PROTOCOLS, { ...options, handshakeTimeout: limits.connectMs }), limits);
}

function talk(socket: WebSocket, { totalMs, signal }: ExecLimits): Promise<ExecResult> {
  return new Promise((resolve) => {
    const out: Record<number, Buffer[]> = { [STDOUT]: [], [STDERR]: [] };
    let size = 0;
    let ended = false;
    const finish = (end: Pick<ExecResult, "code" | "broken">): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      const all = (channel: number): string => Buffer.concat(out[channel] ?? []).toString("utf8");
      // Not close(): a peer that no longer answers would keep it open.
      socket.terminate();
      resolve({ stdout: all(STDOUT), stderr: all(STDERR), ...end });
    };
    const timer = setTimeout(() => {
      finish({ broken: `no end in ${totalMs / 1000} s` });
    }, totalMs);
    const stop = (): void => {
      finish({ broken: "stopped" });
    };
    signal?.addEventListener("abort", stop);
    socket.on("unexpected-response", (_request, answer) => {
      const code = answer.statusCode ?? 0;
      const body: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => body.push(chunk));
      answer.on("close", () => {
        finish({ broken: refusal(code, Buffer.concat(body).toString("utf8")) });
      });
    });
    socket.on("error", (error) => {
      finish({ broken: reason(error) });
    });
    socket.on("close", (code) => {
      finish({ broken: `the connection ended (${code}) before the command did` });
    });
    socket.on("message", (data: Buffer, binary: boolean) => {
      // Text is for the base64 protocols, which were not asked for.
      const channel = binary ? data[0] : undefined;
      const rest = data.subarray(1);
      if (channel === STDOUT || channel === STDERR) {
        size += rest.length;
        if (size > MOST) finish({ broken: "it printed more than a probe does" });
        else out[channel]?.push(rest);
      } else if (channel === STATUS) finish(status(rest));
      // Other channels (v5: 255 closes a stream) need no answer.
    });
    if (signal?.aborted === true) stop();
  });
}

/** A v1 Status: Success, or Failure with the exit code among its causes. */
function status(body: Buffer): Pick<ExecResult, "code" | "broken"> {
  try {
    const parsed = JSON.parse(body.toString("utf8")) as {
      status?: string;
      message?: string;
      details?: { causes?: { reason?: string; message?: string }[] };
    };
    if (parsed.status === "Success") return { code: 0 };
    const exit = parsed.details?.causes?.find((c) => c.reason === "ExitCode")?.message;
    if (exit !== undefined && /^\d+$/.test(exit)) return { code: Number(exit) };
    return { broken: brief(parsed.message ?? "the command could not be run") };
  } catch {
    return { broken: "the end of the command could not be read" };
  }
}

function reason(error: Error): string {
  return /handshake has timed out/.test(error.message) ? "the API server did not answer" : text(error);
}

function refusal(code: number, body: string): string {
  // Over WebSocket it is a GET, and since Kubernetes 1.35 the server asks for `create` too.
  if (code === 403)
    return "exec is forbidden: the user of this kubeconfig needs the verbs get and create on pods/exec";
  if (code === 404) return "the pod is gone";
  const said = /"message":\s*"([^"]{1,200})/.exec(body)?.[1];
  return `the API server answered ${code}${said === undefined ? "" : `: ${said}`}`;
}

/** Messages carry the whole command in a URL. */
const brief = (message: string): string => message.replace(/\?[^\s"]*command=[^\s"]*/g, "").slice(0, 300);

const text = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);
