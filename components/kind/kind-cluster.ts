import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import type { ClusterFacts } from "../facts";
import type { KindPlan } from "./plan/cluster";

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
    const made = this.make(name, plan);
    const kubeconfig = this.readKubeconfig(name, plan, made);
    const provider = new k8s.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig,
        // Says when it is another cluster; a new port or certificate for the same one is only an update.
        clusterIdentifier: plan.fingerprint,
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
      identity: plan.fingerprint,
      goesWith: made,
      nodes: [],
    };
    this.registerOutputs({ clusterName: plan.name });
  }

  private make(name: string, plan: KindPlan): command.local.Command {
    return new command.local.Command(
      `${name}-cluster`,
      {
        create: `kind create cluster --name ${plan.name} --image ${plan.image} --config -`,
        // kind changes nothing in place: what differs is in the trigger, and replaces the cluster.
        update: "kind version",
        delete: `kind delete cluster --name ${plan.name}`,
        stdin: plan.config,
        logging: command.local.Logging.Stderr,
        triggers: [plan.fingerprint],
      },
      {
        parent: this,
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
        create: `kind get kubeconfig --name ${plan.name}`,
        logging: command.local.Logging.None,
        // Another cluster, also one made again under the same name, has other keys.
        triggers: [plan.fingerprint, made.id],
      },
      { parent: this, dependsOn: made, additionalSecretOutputs: ["stdout"] },
    );
    return pulumi.secret(read.stdout);
  }
}
