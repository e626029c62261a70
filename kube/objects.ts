/** A Kubernetes object as plain data: what YAML holds, what a stack registers, what the API server stores. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  /** Absent for cluster-wide kinds. */
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [field: string]: unknown;
}

/** `Kind namespace/name`, or `Kind name` for cluster-wide objects: how an object is named in messages. */
export function objectTitle(o: Pick<KubeObject, "kind" | "metadata">): string {
  const { name, namespace } = o.metadata;
  return `${o.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** API group of an apiVersion; empty for the core's. Calico stores its objects as crd.projectcalico.org: the same group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "").replace(/^crd\./, "") : "";
}

/** Identity of an object: API group, kind, namespace, name. Kubernetes and Calico both have a NetworkPolicy. */
export function objectKey(o: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): string {
  return [groupOf(o.apiVersion), o.kind, o.metadata.namespace ?? "", o.metadata.name].join("/");
}
