import type { Place } from "./iam-policies";
import type { NetworkPlan, SubnetPlan } from "./network-request";

/** What the VPC of a cluster is made from, whatever the cluster is. */
export interface VpcPlan {
  name: string;
  place: Place;
  network: NetworkPlan;
  s3Endpoint: boolean;
  /** Services of AWS that the VPC reaches by an endpoint of its own. */
  endpoints: readonly string[];
  flowLogs?: { retentionDays: number };
}

/** Tags by which load balancers find their subnets (AWS Load Balancer Controller, subnet discovery). */
export function subnetTags({ role }: Pick<SubnetPlan, "role">, cluster: string): Record<string, string> {
  if (role === "pod") return {};
  const tag = role === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb";
  return { [tag]: "1", [`kubernetes.io/cluster/${cluster}`]: "shared" };
}
