import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podIdentityTrust } from "../aws-trust";
import { goesWith, type Cluster } from "../cluster";
import { ClusterJob } from "../kubernetes/cluster-job";
import { registerObject } from "../kubernetes/objects";
import type { EksPlan } from "./plan/eks-plan";
import {
  EBS_ADDON,
  EBS_DRIVER,
  EBS_NAMESPACE,
  EBS_SERVICE_ACCOUNT,
  ebsValues,
  gp3Class,
} from "./plan/storage-plan";
import { ServiceRole } from "../aws/service-role";

export interface StorageArgs {
  plan: EksPlan;
  cluster: Cluster;
  provider: aws.Provider;
  /** Nodes, pod network, DNS, and the agent that hands out rights. */
  after: pulumi.Resource[];
}

/** Seconds for volumes to go: their pods end first. */
const VOLUMES_GO = 900;

/**
 * Volumes on EBS: the driver with rights over the volumes that it makes, and the default class. At destroy the class
 * goes first, then claims and volumes, which live outside the state and the cluster, while the driver is there.
 */
export class Storage extends pulumi.ComponentResource {
  /** What pods with claims wait for. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: StorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { plan, cluster, provider, after } = args;
    super("labs:eks:Storage", name, {}, { ...opts, providers: [provider, cluster.provider, cluster.local] });
    const role = new ServiceRole(
      `${name}-role`,
      {
        trust: podIdentityTrust(plan.place, EBS_NAMESPACE, EBS_SERVICE_ACCOUNT),
        managed: [`arn:${plan.place.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy`],
      },
      { parent: this },
    );
    const { ebsCsi } = plan.addons;
    const addon = new aws.eks.Addon(
      `${name}-driver`,
      {
        clusterName: plan.name,
        addonName: EBS_ADDON,
        ...(ebsCsi === undefined ? {} : { addonVersion: ebsCsi }),
        configurationValues: JSON.stringify(ebsValues(plan.place.region, plan.tags)),
        podIdentityAssociations: [{ serviceAccount: EBS_SERVICE_ACCOUNT, roleArn: role.arn }],
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
      },
      {
        parent: this,
        // Its pods get their rights when they start, and need them until the last volume is gone.
        dependsOn: [...after, ...role.all],
        ...goesWith(cluster),
      },
    );
    const volumes = new ClusterJob(
      `${name}-volumes`,
      { cluster, work: ["volumes", EBS_DRIVER], triggers: [], timeout: VOLUMES_GO, atDestroy: true },
      { parent: this, dependsOn: addon },
    );
    const storageClass = registerObject(
      `${name}-gp3`,
      gp3Class,
      { mirrors: { charts: {}, images: {} }, wait: true },
      // Deleted for real, and before the claims: a StatefulSet would claim a volume again.
      { parent: this, dependsOn: volumes },
    );
    this.ready = [storageClass];
    this.registerOutputs({});
  }
}
