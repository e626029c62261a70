import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { inCluster, type Cluster } from "../cluster";
import { CLUSTER_JOB } from "./cluster-job/variable";

export interface ClusterJobArgs {
  cluster: Cluster;
  /** What the job does, as arguments of cluster-job/main.ts: `crds …`, `apply …`, `ready …`. */
  work: readonly string[];
  /** Done again when one of these changes; the cluster's identity is always among them. */
  triggers: readonly string[];
  /** Seconds until the job gives up. */
  timeout: number;
}

/**
 * Work in a cluster that is no object: waiting for conditions, one server-side apply. Pulumi has no resource that
 * waits for something it does not own. It runs once and costs a preview nothing; what waits for it depends on it.
 */
export class ClusterJob extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterJobArgs, opts: pulumi.ComponentResourceOptions) {
    super("labs:kubernetes:ClusterJob", name, {}, inCluster(args.cluster, opts));
    new command.local.Command(
      `${name}-run`,
      {
        create: "node --import tsx components/kubernetes/cluster-job/main.ts",
        environment: { [CLUSTER_JOB]: JSON.stringify([`--timeout=${args.timeout}`, ...args.work]) },
        // A new kubeconfig for the same cluster is no reason to do the work again.
        update: "node --version",
        stdin: args.cluster.kubeconfig,
        logging: command.local.Logging.Stderr,
        triggers: [args.cluster.identity, ...args.triggers],
      },
      {
        parent: this,
        customTimeouts: { create: `${args.timeout + 60}s` },
      },
    );
    this.registerOutputs({});
  }
}
