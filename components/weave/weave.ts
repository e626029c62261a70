import * as pulumi from "@pulumi/pulumi";
import { goesWith, inCluster, type Cluster } from "../cluster";
import { logicalName, registerObject } from "../kubernetes/objects";
import type { Mirrors } from "../mirrors";
import { weaveObjects } from "./plan/weave-objects";

export interface WeaveArgs {
  cluster: Cluster;
  /** Range of pod addresses. */
  podCidr: string;
  mirrors: Mirrors;
  /** false: nothing is waited for. */
  wait: boolean;
}

/** Weave Net in Calico's place. All of it goes with the cluster, what it makes itself on the nodes too. */
export class Weave extends pulumi.ComponentResource {
  /** After these, pods get addresses and policies are enforced. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: WeaveArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:weave:Weave", name, {}, inCluster(args.cluster, opts));
    const { cluster, podCidr, mirrors, wait } = args;
    const place = { parent: this, ...goesWith(cluster) };
    const made: pulumi.Resource[] = [];
    // Rights before what needs them: without, its first start fails.
    for (const o of weaveObjects(podCidr))
      made.push(
        registerObject(
          logicalName(name, o),
          o,
          { mirrors, wait },
          { ...place, dependsOn: [...made, ...cluster.nodes] },
        ),
      );
    this.ready = made;
    this.registerOutputs({});
  }
}
