import type { KubeObject } from "../kube/objects";

/** On namespaces that hold what only one stack can install in a cluster: the name of the cluster whose stack it was. */
export const OWNER_LABEL = "k8s-network-labs/cluster";

/** Of this stack; before there was a label, what Pulumi has made counts as its own. */
export function isOurs(ns: KubeObject | undefined, cluster: string): boolean {
  const owner = ns?.metadata.labels?.[OWNER_LABEL];
  if (owner !== undefined) return owner === cluster;
  const managers = (ns?.metadata["managedFields"] ?? []) as { manager?: string }[];
  return managers.some((m) => m.manager?.startsWith("pulumi-kubernetes") === true);
}
