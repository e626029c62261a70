import type { KubeObject } from "../../../kube/objects";
import { reasonOf } from "../../../kube/problems";
import { RUN_LABEL } from "../core/probe-pod";
import { ApiError, type ClusterApi } from "../../cluster/api-client";
import { tolerant } from "./find-inventory";
import { core } from "../../cluster/api-paths";
import { abandoned } from "./probe-pods";

export interface LeftoverOptions {
  namespaces: readonly string[];
  lifetimeSeconds: number;
  /** Takes what other runs that still live have made, too. */
  all: boolean;
  say: (line: string) => void;
  /** @default the machine's */
  now?: number;
  signal?: AbortSignal;
}

/** Removes what earlier runs left that could not clean up: found by label, in every namespace that may be read. */
export async function removeLeftovers(
  api: ClusterApi,
  options: LeftoverOptions,
): Promise<{ removed: number; left: number }> {
  const { all, lifetimeSeconds, say, now = Date.now() } = options;
  const counts = { removed: 0, left: 0 };
  for (const plural of ["pods", "configmaps"]) {
    for (const object of await found(api, plural, options)) {
      const { namespace = "", name } = object.metadata;
      const kind = plural === "pods" ? "Pod" : "ConfigMap";
      if (!all && !abandoned(object, now, lifetimeSeconds)) {
        counts.left++;
        continue;
      }
      say(`- ${kind} ${namespace}/${name} (left by an earlier run)`);
      try {
        await api.remove(core(namespace, plural, name));
        counts.removed++;
      } catch (error) {
        counts.left++;
        say(`! ${kind} ${namespace}/${name} is still there: ${reasonOf(error)}`);
      }
    }
  }
  return counts;
}

async function found(
  api: ClusterApi,
  plural: string,
  { namespaces, signal }: LeftoverOptions,
): Promise<KubeObject[]> {
  const query = { labelSelector: RUN_LABEL };
  try {
    return await api.list(core(undefined, plural), query, signal);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 403)) throw error;
    const each = await Promise.all(
      namespaces.map((ns) => tolerant(api.list(core(ns, plural), query, signal))),
    );
    return each.flat();
  }
}
