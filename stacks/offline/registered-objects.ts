import type { KubeObject } from "../../kube/objects";
import type { ClusterObjects } from "../../labs/prediction/state";
import { creationOrder } from "./creation-order";
import type { Registered } from "./registration";

/** Types of the Kubernetes provider that are no objects of the cluster. */
const notObjects = /^kubernetes:(helm\.sh|yaml|kustomize)/;

export interface RegisteredObject {
  object: KubeObject;
  /** Fields set on an object that something else owns. */
  patch: boolean;
  resource: Registered;
}

/** The Kubernetes objects that a stack registers, in order of creation. */
export function registeredObjects(
  resources: readonly Registered[],
  values: "inputs" | "unmasked" = "inputs",
): RegisteredObject[] {
  return creationOrder(resources)
    .filter((r) => r.custom && r.type.startsWith("kubernetes:") && !notObjects.test(r.type))
    .map((resource) => {
      const patch = resource.type.endsWith("Patch");
      return { resource, patch, object: objectOf(resource, values) };
    });
}

/** The same as the evaluator reads them. Unmasked: a secret may hold no policy, but what is masked cannot be read. */
export function clusterObjects(resources: readonly Registered[]): ClusterObjects {
  const all = registeredObjects(resources, "unmasked");
  return { objects: all.filter((o) => !o.patch), patches: all.filter((o) => o.patch) };
}

function objectOf(resource: Registered, values: "inputs" | "unmasked"): KubeObject {
  const inputs = resource[values];
  const [, group, kind] = resource.type.split(":");
  const object = {
    apiVersion: group?.replace(/^core\//, "") ?? "",
    kind: kind?.replace(/Patch$/, "") ?? "",
    ...inputs,
  } as KubeObject;
  return withoutEngineMarks(object);
}

/** Annotations for the engine mean nothing to a cluster. */
function withoutEngineMarks(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  const own = Object.entries(annotations ?? {}).filter(([k]) => !k.startsWith("pulumi.com/"));
  return {
    ...object,
    metadata: { ...metadata, ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }) },
  };
}
