import * as aws from "@pulumi/aws";
import type * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../aws/network";
import type { EksPlan } from "./plan/eks-plan";
import { eksEffect, type NodeGroupPlan } from "./plan/node-plan";
import { serviceTrust } from "../aws-trust";
import { ServiceRole } from "../aws/service-role";

export interface NodeGroupsArgs {
  plan: EksPlan;
  network: ClusterNetwork;
  cluster: eks.Cluster;
  provider: aws.Provider;
  /** What a node needs to become Ready: add-ons, or Calico. Without a CNI EKS gives a group up after half an hour. */
  after: pulumi.Resource[];
}

/** Managed node groups on launch templates of our own: EKS's image and updates, our disks, metadata, tags, max pods. */
export class NodeGroups extends pulumi.ComponentResource {
  readonly groups: aws.eks.NodeGroup[];
  private readonly args: NodeGroupsArgs;
  private readonly prefix: string;

  constructor(name: string, args: NodeGroupsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:eks:NodeGroups", name, {}, { ...opts, providers: [args.provider] });
    this.args = args;
    this.prefix = name;
    const role = this.role();
    this.groups = args.plan.nodeGroups.map((group) => this.group(group, role));
    this.registerOutputs({});
  }

  private role(): ServiceRole {
    const { place } = this.args.plan;
    // Not the rights over interfaces: aws-node has a role of its own.
    const managed = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];
    return new ServiceRole(
      `${this.prefix}-role`,
      {
        trust: serviceTrust("ec2.amazonaws.com"),
        managed: managed.map((policy) => `arn:${place.partition}:iam::aws:policy/${policy}`),
      },
      { parent: this },
    );
  }

  private group(group: NodeGroupPlan, role: ServiceRole): aws.eks.NodeGroup {
    const { plan, network, cluster, after } = this.args;
    const template = this.template(group);
    const made = new aws.eks.NodeGroup(
      `${this.prefix}-${group.name}`,
      {
        clusterName: plan.name,
        version: plan.kubernetes,
        nodeRoleArn: role.arn,
        subnetIds: network.nodeSubnetIds(group.zones),
        amiType: group.amiType,
        capacityType: group.capacityType,
        instanceTypes: [...group.instanceTypes],
        scalingConfig: { minSize: group.min, desiredSize: group.desired, maxSize: group.max },
        updateConfig: { maxUnavailable: 1 },
        labels: group.labels,
        taints: group.taints.map((t) => ({
          key: t.key,
          effect: eksEffect(t.effect),
          ...(t.value === "" ? {} : { value: t.value }),
        })),
        launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
      },
      {
        parent: this,
        // Rights first and last: without them a node neither joins nor gives its interfaces back.
        dependsOn: [cluster, ...role.all, ...network.ways, ...network.reservations, ...after],
        // An autoscaler, or a person before a class, sets it. The plan sets where it starts, and moves it with the bounds.
        ignoreChanges: group.keepsDesired ? ["scalingConfig.desiredSize"] : [],
        // Nodes are drained one by one.
        customTimeouts: { create: "40m", update: "90m", delete: "40m" },
      },
    );
    this.tagScalingGroup(group, made);
    return made;
  }

  private template(group: NodeGroupPlan): aws.ec2.LaunchTemplate {
    const { plan } = this.args;
    const tags = { ...plan.tags, Name: `${plan.name}-${group.name}` };
    return new aws.ec2.LaunchTemplate(
      `${this.prefix}-${group.name}-template`,
      {
        updateDefaultVersion: true,
        blockDeviceMappings: [
          {
            deviceName: group.diskDevice,
            ebs: {
              volumeSize: group.diskGiB,
              volumeType: "gp3",
              encrypted: "true",
              deleteOnTermination: "true",
            },
          },
        ],
        // Tokens only, and one hop: pods do not get the node's rights from the metadata service.
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        // What a launch makes gets no tags from the provider.
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags,
        })),
        userData: Buffer.from(group.userData).toString("base64"),
      },
      { parent: this },
    );
  }

  /** EKS makes the scaling group, and passes no tags on to it. */
  private tagScalingGroup(group: NodeGroupPlan, made: aws.eks.NodeGroup): void {
    const name = made.resources.apply((r) => r[0]?.autoscalingGroups[0]?.name ?? "");
    for (const [key, value] of Object.entries(this.args.plan.tags)) {
      new aws.autoscaling.Tag(
        `${this.prefix}-${group.name}-${key.replace(/[^A-Za-z0-9]+/g, "-")}`,
        { autoscalingGroupName: name, tag: { key, value, propagateAtLaunch: false } },
        // The scaling group goes with its node group.
        { parent: this, deletedWith: made },
      );
    }
  }
}
