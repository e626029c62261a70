import * as aws from "@pulumi/aws";
import type * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { podIdentityTrust } from "../aws-trust";
import type { ControlPlane } from "./control-plane";
import type { ClusterNetwork } from "../aws/network";
import type { VpcCniValues } from "./plan/addon-plan";
import type { EksPlan } from "./plan/eks-plan";
import { networkingOf, zoneLetter } from "../aws/plan/network-request";
import { ServiceRole } from "../aws/service-role";

/** ServiceAccount of the VPC CNI. */
const AWS_NODE = "aws-node";

export interface AddonsArgs {
  plan: EksPlan;
  network: ClusterNetwork;
  controlPlane: ControlPlane;
  provider: aws.Provider;
}

/**
 * The add-ons of EKS, each at its time: what makes a node Ready before the nodes, CoreDNS when pods can run. Without a
 * version AWS takes its default once; it does not move on its own afterwards.
 */
export class Addons extends pulumi.ComponentResource {
  /** Before nodes. */
  readonly beforeNodes: pulumi.Resource[];
  /** Gives pods their AWS rights: the load balancer controller, and cert-manager for Route 53. */
  readonly podIdentity: pulumi.Resource[];
  private readonly args: AddonsArgs;
  private readonly prefix: string;

  constructor(name: string, args: AddonsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:eks:Addons", name, {}, { ...opts, providers: [args.provider, args.controlPlane.kubernetes] });
    this.args = args;
    this.prefix = name;
    const { plan } = args;
    const kubeProxy = plan.kubeProxy ? [this.addon("kube-proxy", plan.addons.kubeProxy, [])] : [];
    this.podIdentity = [this.podIdentityAgent()];
    const cni = this.vpcCni();
    this.beforeNodes = [...kubeProxy, ...cni, ...this.podIdentity];
    this.registerOutputs({});
  }

  /** CoreDNS is ACTIVE only with a pod that runs: after nodes, and after Calico where it is the CNI. */
  coredns(after: pulumi.Resource[]): aws.eks.Addon {
    return this.addon("coredns", this.args.plan.addons.coredns, after);
  }

  /**
   * The VPC CNI and, with subnets for pods, an ENIConfig for each zone; a node reads both when it starts. Its rights come
   * by Pod Identity, before it: the agent is on the host's network and needs no CNI to run, so on a new node aws-node
   * waits for the agent, and the node for aws-node (EKS guide, add-ons-iam and cni-iam-role).
   */
  private vpcCni(): pulumi.Resource[] {
    const { plan, network, controlPlane } = this.args;
    if (plan.vpcCni === undefined) return [];
    const role = new ServiceRole(
      `${this.prefix}-cni-role`,
      {
        trust: podIdentityTrust(plan.place, "kube-system", AWS_NODE),
        managed: [`arn:${plan.place.partition}:iam::aws:policy/AmazonEKS_CNI_Policy`],
      },
      { parent: this },
    );
    const addon = this.addon(
      "vpc-cni",
      plan.addons.vpcCni,
      [...role.all, ...this.podIdentity, ...this.trunkRights()],
      {
        configurationValues: this.vpcCniValues(plan.vpcCni),
        podIdentityAssociations: [{ serviceAccount: AWS_NODE, roleArn: role.arn }],
      },
    );
    if (!networkingOf(plan.cni).customNetworking) return [addon];
    const configs = plan.network.zones.map(
      (zone) =>
        new k8s.apiextensions.CustomResource(
          `${this.prefix}-eniconfig-${zoneLetter(zone)}`,
          {
            apiVersion: "crd.k8s.amazonaws.com/v1alpha1",
            kind: "ENIConfig",
            // Nodes find it by the label that holds their zone.
            metadata: { name: zone },
            spec: {
              subnet: network.subnetIds("pod", [zone])[0],
              securityGroups: [controlPlane.securityGroupId],
            },
          },
          // The add-on brings the CRD.
          { parent: this, dependsOn: addon, deletedWith: controlPlane.cluster },
        ),
    );
    return [addon, ...configs];
  }

  /**
   * EKS attaches trunk and branch interfaces with the rights of the cluster's role: before the CNI asks for the first, and
   * until the last node is gone.
   */
  private trunkRights(): pulumi.Resource[] {
    const { plan, controlPlane } = this.args;
    if (!plan.podSecurityGroups) return [];
    return [
      new aws.iam.RolePolicyAttachment(
        `${this.prefix}-trunk-rights`,
        {
          role: controlPlane.cluster.eksCluster.roleArn.apply((arn) => arn.split("/").at(-1) ?? ""),
          policyArn: `arn:${plan.place.partition}:iam::aws:policy/AmazonEKSVPCResourceController`,
        },
        { parent: this },
      ),
    ];
  }

  /** Where nothing translates the API server's Service yet, aws-node goes to the server itself (README, CLUSTER_ENDPOINT). */
  private vpcCniValues(values: VpcCniValues): pulumi.Input<string> {
    const { plan, controlPlane } = this.args;
    if (plan.kubeProxy) return JSON.stringify(values);
    return controlPlane.endpoint.apply((url) =>
      JSON.stringify({ ...values, env: { ...values.env, CLUSTER_ENDPOINT: url } }),
    );
  }

  private podIdentityAgent(): pulumi.Resource {
    return this.addon("eks-pod-identity-agent", this.args.plan.addons.podIdentityAgent, [], {
      // A node with a taint that the agent did not bear would have no CNI.
      configurationValues: JSON.stringify({ tolerations: [{ operator: "Exists" }] }),
    });
  }

  private addon(
    addonName: string,
    addonVersion: string | undefined,
    after: pulumi.Resource[],
    more: Pick<aws.eks.AddonArgs, "configurationValues" | "podIdentityAssociations"> = {},
  ): aws.eks.Addon {
    const cluster: eks.Cluster = this.args.controlPlane.cluster;
    return new aws.eks.Addon(
      `${this.prefix}-${addonName}`,
      {
        clusterName: this.args.plan.name,
        addonName,
        ...(addonVersion === undefined ? {} : { addonVersion }),
        ...more,
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
      },
      {
        parent: this,
        dependsOn: [cluster, ...after],
        // It goes with the cluster; taken away alone, nodes would lose their network while they are drained.
        deletedWith: cluster,
      },
    );
  }
}
