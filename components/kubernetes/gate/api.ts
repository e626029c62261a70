import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../policies/objects";

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

/**
 * The few calls that a gate makes, as plain JSON. The typed client is not used for objects: it drops fields of CRDs
 * whose names are no identifiers (`x-kubernetes-…`, `default`), which a real API server then refuses.
 */
export class Api {
  private readonly kinds = new Map<string, { plural: string; namespaced: boolean }>();

  constructor(private readonly kubeconfig: KubeConfig) {}

  async get(apiVersion: string, kind: string, name: string): Promise<KubeObject> {
    return (await this.call("GET", await this.path({ apiVersion, kind, metadata: { name } }))) as KubeObject;
  }

  /** Server-side apply, taking fields that others hold: what is applied is ours as a whole. */
  async apply(object: KubeObject): Promise<void> {
    const path = `${await this.path(object)}?fieldManager=k8s-network-labs&force=true`;
    await this.call("PATCH", path, JSON.stringify(object));
  }

  private async path(o: KubeObject): Promise<string> {
    const apiVersion = o.apiVersion;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const key = `${apiVersion} ${o.kind}`;
    const found = this.kinds.get(key) ?? (await this.discover(root, o.kind));
    this.kinds.set(key, found);
    const namespace = found.namespaced ? `/namespaces/${o.metadata.namespace ?? "default"}` : "";
    return `${root}${namespace}/${found.plural}/${encodeURIComponent(o.metadata.name)}`;
  }

  private async discover(root: string, kind: string): Promise<{ plural: string; namespaced: boolean }> {
    const list = (await this.call("GET", root)) as {
      resources?: { name: string; kind: string; namespaced: boolean }[];
    };
    const found = list.resources?.find((r) => r.kind === kind && !r.name.includes("/"));
    if (found === undefined) throw new ApiError(404, `${root} serves no ${kind} yet`);
    return { plural: found.name, namespaced: found.namespaced };
  }

  private async call(method: string, path: string, body?: string): Promise<unknown> {
    const server = this.kubeconfig.getCurrentCluster()?.server;
    if (server === undefined) throw new Error("the kubeconfig names no cluster");
    const options: RequestOptions = { method, timeout: 30_000 };
    await this.kubeconfig.applyToHTTPSOptions(options);
    const { code, text } = await send(new URL(server.replace(/\/$/, "") + path), options, body);
    if (code >= 200 && code < 300) return JSON.parse(text) as unknown;
    throw new ApiError(code, messageOf(text) ?? `HTTP ${code}`);
  }
}

function send(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(options.headers as Record<string, string> | undefined),
      accept: "application/json",
    };
    // A kubeconfig may name a local proxy, as `kubectl proxy` is one.
    const request = url.protocol === "http:" ? httpRequest : httpsRequest;
    const req = request(
      url,
      {
        ...options,
        headers:
          body === undefined ? headers : { ...headers, "content-type": "application/apply-patch+yaml" },
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on("data", (c: Buffer) => chunks.push(c));
        res.on("error", reject);
        res.on("end", () => {
          resolve({ code: res.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      },
    );
    req.on("timeout", () => req.destroy(new Error(`${url.host} did not answer in time`)));
    req.on("error", reject);
    req.end(body);
  });
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}
