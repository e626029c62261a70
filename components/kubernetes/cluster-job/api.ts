import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import { ApiError, refusalText, callApi } from "../request";

export { ApiError };

/** For one call, to the end of its answer. */
const LIMIT_MS = 30_000;

/**
 * The few calls that a cluster job makes, as plain JSON. The typed client is not used for objects: it drops fields of CRDs
 * whose names are no identifiers (`x-kubernetes-…`, `default`), which a real API server then refuses.
 */
export class Api {
  private readonly kinds = new Map<string, { plural: string; namespaced: boolean }>();

  constructor(private readonly kubeconfig: KubeConfig) {}

  async get(object: KubeObject): Promise<KubeObject> {
    return (await this.call("GET", await this.path(object))) as KubeObject;
  }

  /** All of a kind, in every namespace. */
  async list(apiVersion: string, kind: string): Promise<KubeObject[]> {
    const root = rootOf(apiVersion);
    const { plural } = await this.kind(apiVersion, kind);
    return ((await this.call("GET", `${root}/${plural}`)) as { items: KubeObject[] }).items;
  }

  /** Deletes an object that was read; that it is gone already is as good. */
  async remove(apiVersion: string, kind: string, { metadata }: Pick<KubeObject, "metadata">): Promise<void> {
    const path = await this.path({ apiVersion, kind, metadata });
    await this.call("DELETE", path).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
    });
  }

  /** Server-side apply, taking fields that others hold: what is applied is ours as a whole. */
  async apply(object: KubeObject): Promise<void> {
    const path = `${await this.path(object)}?fieldManager=k8s-network-labs&force=true`;
    await this.call("PATCH", path, JSON.stringify(object));
  }

  private async path(o: KubeObject): Promise<string> {
    const found = await this.kind(o.apiVersion, o.kind);
    const namespace = found.namespaced ? `/namespaces/${o.metadata.namespace ?? "default"}` : "";
    return `${rootOf(o.apiVersion)}${namespace}/${found.plural}/${encodeURIComponent(o.metadata.name)}`;
  }

  private async kind(apiVersion: string, kind: string): Promise<{ plural: string; namespaced: boolean }> {
    const key = `${apiVersion} ${kind}`;
    const found = this.kinds.get(key) ?? (await this.discover(rootOf(apiVersion), kind));
    this.kinds.set(key, found);
    return found;
  }

  private async discover(root: string, kind: string): Promise<{ plural: string; namespaced: boolean }> {
    const list = (await this.call("GET", root)) as {
      resources?: { name: string; kind: string; namespaced: boolean }[];
    };
    const found = list.resources?.find((r) => r.kind === kind && !r.name.includes("/"));
    if (found === undefined) throw new ApiError(404, `${root} serves no ${kind} yet`);
    return { plural: found.name, namespaced: found.namespaced };
  }

  private async call(method: string, path: string, apply?: string): Promise<unknown> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const body = apply === undefined ? {} : { body: { type: "application/apply-patch+yaml", text: apply } };
    const answer = await callApi(this.kubeconfig, { method, path, signal, ...body }).catch(
      (error: unknown) => {
        throw signal.aborted ? new Error(`no answer in ${LIMIT_MS / 1000} s`) : error;
      },
    );
    if (answer.code >= 200 && answer.code < 300) return JSON.parse(answer.text) as unknown;
    throw new ApiError(answer.code, refusalText(answer));
  }
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
