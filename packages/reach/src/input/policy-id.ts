import type { KubeObject } from "../../../../kube/objects";
import type { Policy } from "../reach-model";

export type PolicyId = Pick<Policy, "kind" | "name" | "namespace">;

/** How a policy that is read is told from others. */
export function policyId({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): PolicyId {
  if (kind === "GlobalNetworkPolicy") return { kind, name };
  return {
    kind: apiVersion.startsWith("networking.k8s.io/") ? "KubernetesNetworkPolicy" : kind,
    name,
    namespace: namespace ?? "default",
  };
}
