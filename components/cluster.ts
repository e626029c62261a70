import type * as command from "@pulumi/command";
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "../kube/cluster-facts";

/** The cluster seam: all that anything above a cluster may know of it. */
export interface Cluster {
  /** Name of the cluster: a DNS label. */
  name: string;
  /** The one provider for objects in this cluster. */
  provider: k8s.Provider;
  /** Runs work on the machine where Pulumi runs: waiting for the cluster, one-time applies. */
  local: command.Provider;
  /** Access to the cluster, as YAML; always a secret. */
  kubeconfig: pulumi.Output<string>;
  facts: ClusterFacts;
  /** Where nodes reach the API server with no Service between; absent where it is not known. */
  apiServer?: ApiServerAddress;
  /**
   * Changes when this is another cluster, never otherwise. One-time work in the cluster (CRDs, waiting) is done
   * again when it changes.
   */
  identity: pulumi.Input<string>;
  /**
   * The resource that takes everything in the cluster with it: objects are then not deleted one by one.
   * Absent where the cluster stays (bring your own): there each object is deleted.
   */
  goesWith?: pulumi.Resource;
  /**
   * Makes and removes load balancers. Services that ask for one wait for it, so at destroy they go first and leave
   * nothing behind in the cloud. Empty or absent where the cluster brings it.
   */
  servesLoadBalancers?: pulumi.Resource[];
  /** What must exist before a pod can be scheduled: nodes. Empty where the provider already waits for them. */
  nodes: pulumi.Resource[];
}

export interface ApiServerAddress {
  host: pulumi.Input<string>;
  port: number;
}

/** Options for a component in the cluster: its providers, and how it goes away. Children inherit them in the engine. */
export function inCluster(
  cluster: Cluster,
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  return { ...opts, providers: [cluster.provider, cluster.local], ...goesWith(cluster) };
}

/** What goes away with the cluster costs no API call at destroy. Said on each object, so that every graph shows it. */
export function goesWith(cluster: Cluster): { deletedWith?: pulumi.Resource } {
  return cluster.goesWith === undefined ? {} : { deletedWith: cluster.goesWith };
}

/**
 * Options for what owns a load balancer, a component or a single object: never `deletedWith` the cluster, because the
 * load balancer outside would stay and hold the network. Children inherit deletedWith, so no parent may carry it.
 */
export function afterLoadBalancers(cluster: Cluster): { dependsOn: pulumi.Resource[] } {
  return { dependsOn: cluster.servesLoadBalancers ?? [] };
}

/** A component in the cluster whose children say themselves how they go away. */
export function onCluster(
  cluster: Cluster,
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  return { ...opts, providers: [cluster.provider, cluster.local] };
}
