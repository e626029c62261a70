import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import type { ClusterFacts } from "../../kube/cluster-facts";
import { KindLoadBalancer } from "./kind-load-balancer";
import { KindNetwork } from "./kind-network";
import { kindFootprint, kubeconfigFile, making, removal, shaping } from "./machine-objects";
import type { KindPlan } from "./plan/kind-plan";

export interface KindClusterArgs {
  plan: KindPlan;
  facts: ClusterFacts;
  local: command.Provider;
}

/** A kind cluster, made and taken away by kind's own CLI. */
export class KindCluster extends pulumi.ComponentResource {
  readonly cluster: Cluster;

  constructor(name: string, args: KindClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("labs:kind:KindCluster", name, {}, { ...opts, providers: [args.local] });
    const { plan } = args;
    const network =
      plan.network === undefined
        ? []
        : [
            new KindNetwork(`${name}-outside`, { plan: plan.network, local: args.local }, { parent: this })
              .network,
          ];
    const made = this.make(name, plan, this.shape(name, plan, network), network);
    const kubeconfig = this.readKubeconfig(name, plan, made);
    const balancers =
      plan.loadBalancer === undefined
        ? []
        : [
            new KindLoadBalancer(
              `${name}-load-balancer`,
              { plan: plan.loadBalancer, local: args.local, cluster: made },
              { parent: this },
            ).running,
          ];
    const provider = new k8s.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig,
        // Another cluster has another id, and a new port or certificate of the same one is only an update. It must
        // come from the resource: the engine then sees that objects go before their cluster does, not after it.
        clusterIdentifier: made.id,
        enableServerSideApply: true,
      },
      { parent: this, dependsOn: made },
    );
    this.cluster = {
      name: plan.name,
      provider,
      local: args.local,
      kubeconfig,
      facts: args.facts,
      // As kubeadm tells the workers: the node's name, which Docker's DNS knows and the certificate has.
      apiServer: { host: plan.nodes.find((n) => n.controlPlane)?.name ?? plan.name, port: 6443 },
      identity: made.id,
      goesWith: made,
      servesLoadBalancers: balancers,
      nodes: [],
    };
    this.registerOutputs({ clusterName: plan.name });
  }

  /**
   * What kind cannot change in place, as a resource of its own above the cluster. The engine skips objects that go
   * with their cluster only where the cluster itself is condemned by another replacement, not where it is the first.
   */
  private shape(
    name: string,
    plan: KindPlan,
    network: readonly command.local.Command[],
  ): command.local.Command {
    return new command.local.Command(
      `${name}-shape`,
      {
        environment: shaping(plan.name),
        // With the network's id in it, another network condemns the cluster first: docker keeps one that is in use.
        triggers: [plan.fingerprint, ...network.map((n) => n.id)],
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }

  private make(
    name: string,
    plan: KindPlan,
    shape: command.local.Command,
    network: command.local.Command[],
  ): command.local.Command {
    const { cluster } = kindFootprint(plan.name);
    return new command.local.Command(
      `${name}-cluster`,
      {
        create: "kind create cluster --config -",
        // Nothing of the cluster changes; where its kubeconfig lies may.
        update: "kind export kubeconfig",
        delete: removal.cluster,
        stdin: plan.config,
        environment: {
          ...making(cluster),
          KUBECONFIG: kubeconfigFile(plan.name),
          // kind takes a network that is there as it is (pkg/cluster/internal/providers/docker/network.go).
          ...(plan.network === undefined ? {} : { KIND_EXPERIMENTAL_DOCKER_NETWORK: plan.network.name }),
        },
        logging: command.local.Logging.Stderr,
        triggers: [shape.id],
      },
      {
        parent: this,
        dependsOn: network,
        // Both would have the same name, and the same ports on the machine.
        deleteBeforeReplace: true,
        // Pulling the node image takes a while on a slow line.
        customTimeouts: { create: "15m" },
      },
    );
  }

  private readKubeconfig(name: string, plan: KindPlan, made: command.local.Command): pulumi.Output<string> {
    const read = new command.local.Command(
      `${name}-kubeconfig`,
      {
        create: "kind get kubeconfig",
        environment: { KIND_CLUSTER_NAME: plan.name },
        logging: command.local.Logging.None,
        // Another cluster, also one made again under the same name, has other keys.
        triggers: [made.id],
      },
      { parent: this, dependsOn: made, additionalSecretOutputs: ["stdout"] },
    );
    return pulumi.secret(read.stdout);
  }
}
