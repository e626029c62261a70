import type { ClusterFacts } from "./cluster-facts";
import type { KubeObject } from "./objects";

/**
 * Whether a load balancer in the cloud stands behind an object. It is deleted for itself, waited for, and while what
 * serves it lives.
 */
export function ownsLoadBalancer(
  o: KubeObject,
  facts: Pick<ClusterFacts, "loadBalancer" | "albClass">,
): boolean {
  if (o.kind === "Ingress")
    return (
      facts.albClass !== undefined &&
      (o["spec"] as { ingressClassName?: string }).ingressClassName === facts.albClass
    );
  const type = (o["spec"] as { type?: string } | undefined)?.type;
  return (
    o.kind === "Service" && type === "LoadBalancer" && !["none", "container"].includes(facts.loadBalancer)
  );
}
