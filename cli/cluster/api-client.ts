import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, refusalText, callApi, type ApiAnswer } from "../../components/kubernetes/request";
import type { KubeObject } from "../../kube/objects";
import { reasonOf } from "../../kube/problems";
import { realClock, type Clock } from "../clock";

export { ApiError };

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

export interface ClusterApi {
  readonly kubeconfig: KubeConfig;
  get(path: string, signal?: AbortSignal): Promise<KubeObject>;
  /** Every page of a list; empty where the server does not serve the kind. */
  list(path: string, query?: Record<string, string>, signal?: AbortSignal): Promise<KubeObject[]>;
  create(path: string, object: KubeObject, signal?: AbortSignal): Promise<KubeObject>;
  /** Puts a whole object in the place of the one that was read. @throws ApiError 409 where it has changed since */
  replace(path: string, object: KubeObject): Promise<void>;
  /** Server-side apply by this field manager, which takes over what others hold. */
  apply(path: string, object: KubeObject, manager: string): Promise<void>;
  /** An object that is not there is no error. */
  remove(path: string, graceSeconds?: number): Promise<void>;
}

/**
 * The few calls that commands make, as plain JSON with a limit on each. The typed client has neither limits nor a way to
 * stop, and drops fields of CRDs.
 */
export function openApi(kubeconfig: KubeConfig, options: ApiOptions = {}): ClusterApi {
  const caller = new Caller(kubeconfig, options.timeoutMs ?? 15_000, options.clock ?? realClock);
  return {
    kubeconfig,
    get: async (path, signal) => (await caller.call("GET", path, { signal })) as KubeObject,
    list: (path, query, signal) => list(caller, path, query, signal),
    create: (path, object, signal) => create(caller, path, object, signal),
    replace: async (path, object) => {
      await caller.call("PUT", path, { body: object });
    },
    apply: async (path, object, manager) => {
      const query = new URLSearchParams({ fieldManager: manager, force: "true" });
      await caller.call("PATCH", `${path}?${query.toString()}`, { body: object, type: APPLY });
    },
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

/** JSON is YAML. */
const APPLY = "application/apply-patch+yaml";

interface Call {
  body?: unknown;
  /** @default "application/json" */
  type?: string | undefined;
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

  async call(method: string, path: string, { body, signal, type }: Call): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const last = attempt === ATTEMPTS;
      try {
        const answer = await this.once(method, path, { body, signal, type });
        if (answer.code >= 200 && answer.code < 300) return json(answer.text);
        const busy = answer.code === 429 || answer.code === 503;
        if (!busy || last) throw new ApiError(answer.code, refusalText(answer));
        await this.clock.sleep(Math.min(5, answer.retryAfter ?? attempt) * 1000, signal);
      } catch (error) {
        if (error instanceof ApiError || last || signal?.aborted === true) throw error;
        // A server that is silent for the whole limit will be silent again.
        if (error instanceof NoAnswer && error.message.includes("no answer in")) throw error;
        await this.clock.sleep(attempt * 200, signal);
      }
    }
  }

  private host(): string {
    return new URL(this.kubeconfig.getCurrentCluster()?.server ?? "none:").host;
  }

  private async once(
    method: string,
    path: string,
    { body, signal, type = "application/json" }: Call,
  ): Promise<ApiAnswer> {
    const limit = AbortSignal.timeout(this.timeoutMs);
    const both = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    try {
      return await callApi(this.kubeconfig, {
        method,
        path,
        signal: both,
        ...(body === undefined ? {} : { body: { type, text: JSON.stringify(body) } }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (limit.aborted) throw new NoAnswer(`${this.host()}: no answer in ${this.timeoutMs / 1000} s`);
      throw new NoAnswer(`${this.host()}: ${reasonOf(error)}`);
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new NoAnswer("the API server's answer is not JSON");
  }
}
