import * as aws from "@pulumi/aws";
import type * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ControlPlane } from "./control-plane";
import type { Network } from "./eks-network";
import type { EksPlan } from "./plan/eks-plan";
import { zoneLetter } from "./plan/network-request";

export interface AddonsArgs {
  plan: EksPlan;
  network: Network;
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
    const kubeProxy = this.addon("kube-proxy", plan.addons.kubeProxy, []);
    const cni = this.vpcCni();
    this.podIdentity = this.podIdentityAgent();
    this.beforeNodes = [kubeProxy, ...cni, ...this.podIdentity];
    this.registerOutputs({});
  }

  /** CoreDNS is ACTIVE only with a pod that runs: after nodes, and after Calico where it is the CNI. */
  coredns(after: pulumi.Resource[]): aws.eks.Addon {
    return this.addon("coredns", this.args.plan.addons.coredns, after);
  }

  /** The VPC CNI and, with subnets for pods, an ENIConfig for each zone; a node reads both when it starts. */
  private vpcCni(): pulumi.Resource[] {
    const { plan, network, controlPlane } = this.args;
    if (plan.vpcCni === undefined) return [];
    const addon = this.addon("vpc-cni", plan.addons.vpcCni, [], JSON.stringify(plan.vpcCni));
    if (plan.cni !== "aws-custom") return [addon];
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

  private podIdentityAgent(): pulumi.Resource[] {
    return [this.addon("eks-pod-identity-agent", this.args.plan.addons.podIdentityAgent, [])];
  }

  private addon(
    addonName: string,
    addonVersion: string | undefined,
    after: pulumi.Resource[],
    configurationValues?: string,
  ): aws.eks.Addon {
    const cluster: eks.Cluster = this.args.controlPlane.cluster;
    return new aws.eks.Addon(
      `${this.prefix}-${addonName}`,
      {
        clusterName: this.args.plan.name,
        addonName,
        ...(addonVersion === undefined ? {} : { addonVersion }),
        ...(configurationValues === undefined ? {} : { configurationValues }),
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
