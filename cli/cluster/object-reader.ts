import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../kube/objects";
import { ApiError, type ClusterApi } from "./api-client";
import { path } from "./api-paths";

interface ServedKinds {
  resources?: { name: string; kind: string; namespaced: boolean }[];
}

/** Reads objects of any kind: where each stands is asked of the server once. */
export class ObjectReader {
  private readonly roots = new Map<string, Promise<ServedKinds>>();

  constructor(readonly api: ClusterApi) {}

  /** The object as it is in the cluster; undefined where it is not there, or the server does not know its kind. */
  async read(object: KubeObject): Promise<KubeObject | undefined> {
    const at = await this.pathOf(object);
    return at === undefined ? undefined : absent(this.api.get(at));
  }

  /** undefined where the server does not know its kind. */
  async pathOf({ apiVersion, kind, metadata }: KubeObject): Promise<string | undefined> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const served = this.roots.get(root) ?? this.kindsOf(root);
    this.roots.set(root, served);
    const found = (await served).resources?.find((r) => r.kind === kind && !r.name.includes("/"));
    if (found === undefined) return undefined;
    const namespace = found.namespaced ? (metadata.namespace ?? "default") : undefined;
    return path(root, namespace, found.name, metadata.name);
  }

  private async kindsOf(root: string): Promise<ServedKinds> {
    // An APIResourceList is no object, but as much JSON as one.
    return ((await absent(this.api.get(root))) ?? {}) as ServedKinds;
  }
}

async function absent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Whether a value has all that another one asks for; what it has besides does not count. Lists have the same length. */
export function includes(has: unknown, asked: unknown): boolean {
  if (Array.isArray(asked))
    return (
      Array.isArray(has) && has.length === asked.length && asked.every((a: unknown, i) => includes(has[i], a))
    );
  if (typeof asked === "object" && asked !== null)
    return (
      typeof has === "object" &&
      has !== null &&
      Object.entries(asked).every(([key, a]) => includes((has as Record<string, unknown>)[key], a))
    );
  return isDeepStrictEqual(has, asked);
}
