import type { Role } from "./known-kinds";
import type { SourceObject } from "./source-object";

const CLUSTER_WIDE: readonly Role[] = [
  "namespace",
  "node",
  "tier",
  "hostEndpoint",
  "profile",
  "clusterPolicy",
  "pool",
  "felix",
  "controllers",
  "installation",
];

/** Fills in the namespace `default` where one is needed and none is given. */
export function scoped(source: SourceObject, role: Role): SourceObject {
  const { object } = source;
  const { namespace } = object.metadata;
  const wide = CLUSTER_WIDE.includes(role) || object.kind.includes("Global");
  if (wide) {
    const { namespace: _none, ...metadata } = object.metadata;
    return { ...source, object: { ...object, metadata } };
  }
  return {
    ...source,
    object: { ...object, metadata: { ...object.metadata, namespace: namespace || "default" } },
  };
}
