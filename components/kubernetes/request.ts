import http from "node:http";
import https, { type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";

/** What the API server answered, when it was not what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface ApiAnswer {
  code: number;
  text: string;
  /** Seconds after which the server wants to be asked again. */
  retryAfter?: number;
}

export interface ApiCall {
  method: string;
  /** With its query. */
  path: string;
  body?: { type: string; text: string };
  /** Ends the call, also in the middle of an answer. */
  signal: AbortSignal;
}

/**
 * One call to the API server that a kubeconfig names, with whatever credentials it has, as text.
 * @throws Error where no whole answer came
 */
export async function callApi(
  kubeconfig: KubeConfig,
  { method, path, body, signal }: ApiCall,
): Promise<ApiAnswer> {
  const server = kubeconfig.getCurrentCluster()?.server;
  if (server === undefined) throw new Error("the kubeconfig names no cluster");
  const options: RequestOptions = { method };
  await kubeconfig.applyToHTTPSOptions(options);
  const headers = {
    ...(options.headers as Record<string, string> | undefined),
    accept: "application/json",
    // Said in full: of a DELETE Node would send the body without its length.
    ...(body === undefined
      ? {}
      : { "content-type": body.type, "content-length": String(Buffer.byteLength(body.text)) }),
  };
  return send(new URL(server.replace(/\/$/, "") + path), { ...options, headers, signal }, body?.text);
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    // A kubeconfig may name a local proxy, as `kubectl proxy` is one.
    const plain = url.protocol === "http:";
    const { agent, ...rest } = options;
    const asked = (plain ? http : https).request(
      url,
      plain || agent === undefined ? rest : { ...rest, agent },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        // A body cut short ends with `close` alone.
        answer.on("close", () => {
          if (!answer.complete) reject(new Error("the answer was cut off"));
        });
        answer.on("end", () => {
          const after = Number(answer.headers["retry-after"]);
          resolve({
            code: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString("utf8"),
            ...(Number.isFinite(after) ? { retryAfter: after } : {}),
          });
        });
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

/** What the API server says in an answer that is no success. */
export function refusalText({ code, text }: ApiAnswer): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? `HTTP ${code}`;
  } catch {
    return `HTTP ${code}`;
  }
}
