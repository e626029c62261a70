import http from "node:http";
import https, { type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../policies/objects";
import { realClock, type Clock } from "./clock";

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

/** No answer: refused, cut off, or silent for too long. */
export class NoAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NoAnswer";
  }
}

export interface ApiOptions {
  /** For one call, from connecting to the last byte. @default 15 s */
  timeoutMs?: number;
  clock?: Clock;
}

export interface Api {
  readonly kubeconfig: KubeConfig;
  get(path: string, signal?: AbortSignal): Promise<KubeObject>;
  /** Every page of a list; empty where the server does not serve the kind. */
  list(path: string, query?: Record<string, string>, signal?: AbortSignal): Promise<KubeObject[]>;
  create(path: string, object: KubeObject, signal?: AbortSignal): Promise<KubeObject>;
  /** True where it is gone or going; an object that is not there is no error. */
  remove(path: string, graceSeconds?: number): Promise<void>;
}

/**
 * The few calls that verify makes, as plain JSON with a limit on each. The typed client has neither limits nor a way to
 * stop, and drops fields of CRDs.
 */
export function openApi(kubeconfig: KubeConfig, options: ApiOptions = {}): Api {
  const caller = new Caller(kubeconfig, options.timeoutMs ?? 15_000, options.clock ?? realClock);
  return {
    kubeconfig,
    get: async (path, signal) => (await caller.call("GET", path, { signal })) as KubeObject,
    list: (path, query, signal) => list(caller, path, query, signal),
    create: (path, object, signal) => create(caller, path, object, signal),
    remove: async (path, graceSeconds = 1) => {
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        gracePeriodSeconds: graceSeconds,
        propagationPolicy: "Background",
      };
      await caller.call("DELETE", path, { body }).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 404) return;
        throw error;
      });
    },
  };
}

async function list(
  caller: Caller,
  path: string,
  query: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  do {
    const params = new URLSearchParams({
      limit: "500",
      ...query,
      ...(next === undefined ? {} : { continue: next }),
    });
    const page = (await caller.call("GET", `${path}?${params.toString()}`, { signal })) as {
      kind?: string;
      apiVersion?: string;
      items?: KubeObject[];
      metadata?: { continue?: string };
    };
    // Items of a list carry no kind of their own.
    const kind = (page.kind ?? "").replace(/List$/, "");
    for (const item of page.items ?? [])
      items.push({
        ...item,
        apiVersion: item.apiVersion || (page.apiVersion ?? ""),
        kind: item.kind || kind,
      });
    next = page.metadata?.continue === "" ? undefined : page.metadata?.continue;
  } while (next !== undefined);
  return items;
}

async function create(
  caller: Caller,
  path: string,
  object: KubeObject,
  signal?: AbortSignal,
): Promise<KubeObject> {
  try {
    return (await caller.call("POST", path, { body: object, signal })) as KubeObject;
  } catch (error) {
    // An answer that was lost on the way: names are ours alone, so what is there is what was asked for.
    if (!(error instanceof ApiError && error.code === 409 && /exists/i.test(error.message))) throw error;
    return (await caller.call("GET", `${path}/${object.metadata.name}`, { signal })) as KubeObject;
  }
}

interface Call {
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** Attempts of one call. Every call here may be made twice: reads, deletions, creations under names of our own. */
const ATTEMPTS = 3;

class Caller {
  constructor(
    private readonly kubeconfig: KubeConfig,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
  ) {}

  async call(method: string, path: string, { body, signal }: Call): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const last = attempt === ATTEMPTS;
      try {
        const answer = await this.once(method, path, body, signal);
        if (answer.code >= 200 && answer.code < 300) return json(answer.text);
        const busy = answer.code === 429 || answer.code === 503;
        if (!busy || last) throw new ApiError(answer.code, messageOf(answer.text) ?? `HTTP ${answer.code}`);
        await this.clock.sleep(Math.min(5, answer.retryAfter ?? attempt) * 1000, signal);
      } catch (error) {
        if (error instanceof ApiError || last || signal?.aborted === true) throw error;
        // A server that is silent for the whole limit will be silent again.
        if (error instanceof NoAnswer && error.message.includes("no answer in")) throw error;
        await this.clock.sleep(attempt * 200, signal);
      }
    }
  }

  private async once(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<{ code: number; text: string; retryAfter?: number }> {
    const server = this.kubeconfig.getCurrentCluster()?.server;
    if (server === undefined) throw new NoAnswer("the kubeconfig names no cluster");
    const url = new URL(server.replace(/\/$/, "") + path);
    const options: RequestOptions = { method };
    const text = body === undefined ? undefined : JSON.stringify(body);
    await this.kubeconfig.applyToHTTPSOptions(options);
    const headers = {
      ...(options.headers as Record<string, string> | undefined),
      accept: "application/json",
      // Said in full: of a DELETE Node would send the body without its length.
      ...(text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
    };
    const limit = AbortSignal.timeout(this.timeoutMs);
    const both = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    try {
      return await send(url, { ...options, headers, signal: both }, text);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (limit.aborted) throw new NoAnswer(`${url.host}: no answer in ${this.timeoutMs / 1000} s`);
      throw new NoAnswer(`${url.host}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function send(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ code: number; text: string; retryAfter?: number }> {
  return new Promise((resolve, reject) => {
    const module = url.protocol === "http:" ? http : https;
    const { agent, ...plain } = options;
    const request = module.request(
      url,
      url.protocol === "http:" ? plain : { ...plain, ...(agent === undefined ? {} : { agent }) },
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
    request.on("error", reject);
    request.end(body);
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new NoAnswer("the API server's answer is no JSON");
  }
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}
