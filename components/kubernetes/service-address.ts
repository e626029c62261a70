import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Name or address of the load balancer of a Service that this stack has not made. */
export function balancerOf(
  name: string,
  id: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string | undefined> {
  const service = k8s.core.v1.Service.get(name, id, opts);
  return service.status.apply((s) => addressOf(s as ServiceStatus | undefined));
}

interface ServiceStatus {
  loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] };
}

function addressOf(status: ServiceStatus | undefined): string | undefined {
  const first = status?.loadBalancer?.ingress?.[0];
  return first?.hostname ?? first?.ip;
}
