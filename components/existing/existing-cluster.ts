import { createHash } from "node:crypto";
import type * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ApiServerAddress, Cluster } from "../cluster";
import type { ClusterFacts } from "../../kube/cluster-facts";

export interface ExistingClusterArgs {
  name: string;
  /** Text of the kubeconfig, with the one context that is meant. */
  kubeconfig: pulumi.Input<string>;
  /** Address of the API server: what this cluster is. */
  server: string;
  facts: ClusterFacts;
  /** Where nodes reach the API server; it may be another address than ours. */
  apiServer?: ApiServerAddress | undefined;
  local: command.Provider;
}

/** A cluster that is there already: k3s, kops, kubeadm on EC2, … Nothing of it is made or taken away. */
export class ExistingCluster extends pulumi.ComponentResource {
  readonly cluster: Cluster;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("labs:existing:ExistingCluster", name, {}, opts);
    const identity = createHash("sha256").update(args.server).digest("hex").slice(0, 16);
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const provider = new k8s.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig,
        clusterIdentifier: identity,
        enableServerSideApply: true,
      },
      { parent: this },
    );
    const { facts, local, apiServer } = args;
    this.cluster = {
      name: args.name,
      provider,
      local,
      kubeconfig,
      facts,
      ...(apiServer === undefined ? {} : { apiServer }),
      identity,
      nodes: [],
    };
    this.registerOutputs({ clusterName: args.name });
  }
}
