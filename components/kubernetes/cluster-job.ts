import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { inCluster, onCluster, type Cluster } from "../cluster";
import { CLUSTER_JOB } from "./cluster-job/variable";

export interface ClusterJobArgs {
  cluster: Cluster;
  /** What the job does, as arguments of cluster-job/main.ts: `crds …`, `apply …`, `ready …`, `gone …`, `volumes …`. */
  work: readonly string[];
  /** Done again when one of these changes; the cluster's identity is always among them. */
  triggers: readonly string[];
  /** Seconds until the job gives up. */
  timeout: number;
  /** Done when the stack, or this job, is taken away, and then for real; while it stands it does nothing. */
  atDestroy?: boolean;
}

const WORK = "node --import tsx components/kubernetes/cluster-job/main.ts";
const NOTHING = "node --version";

/**
 * Work in a cluster that is no object: waiting for conditions, one server-side apply. Pulumi has no resource that
 * waits for something it does not own. It runs once and costs a preview nothing; what waits for it depends on it.
 */
export class ClusterJob extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterJobArgs, opts: pulumi.ComponentResourceOptions) {
    super(
      "labs:kubernetes:ClusterJob",
      name,
      {},
      args.atDestroy === true ? onCluster(args.cluster, opts) : inCluster(args.cluster, opts),
    );
    new command.local.Command(
      `${name}-run`,
      {
        ...(args.atDestroy === true ? { create: NOTHING, delete: WORK } : { create: WORK }),
        environment: { [CLUSTER_JOB]: JSON.stringify([`--timeout=${args.timeout}`, ...args.work]) },
        // A new kubeconfig for the same cluster is no reason to do the work again.
        update: NOTHING,
        stdin: args.cluster.kubeconfig,
        logging: command.local.Logging.Stderr,
        triggers: [args.cluster.identity, ...args.triggers],
      },
      {
        parent: this,
        customTimeouts: { [args.atDestroy === true ? "delete" : "create"]: `${args.timeout + 60}s` },
      },
    );
    this.registerOutputs({});
  }
}
