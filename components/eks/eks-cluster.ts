import type * as aws from "@pulumi/aws";
import type * as command from "@pulumi/command";
import type * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import type { ClusterFacts } from "../../kube/cluster-facts";
import type { Mirrors } from "../mirrors";
import { Addons } from "./addons";
import { ControlPlane } from "./control-plane";
import { LoadBalancerController } from "./load-balancer-controller";
import { Network, type ClusterNetwork } from "../aws/network";
import { ExistingNetwork } from "./existing-network";
import { NodeGroups } from "./node-groups";
import { Storage } from "./storage";
import type { EksPlan } from "./plan/eks-plan";

export interface EksClusterArgs {
  plan: EksPlan;
  facts: ClusterFacts;
  aws: aws.Provider;
  eks: eks.Provider;
  local: command.Provider;
  mirrors: Mirrors;
  wait: boolean;
}

/**
 * A cluster on EKS: network, control plane, add-ons, nodes. Where Calico is the CNI, nodes come only after it
 * (`addNodes`): a node without a CNI never gets Ready, and EKS gives its group up. What needs running pods comes last
 * (`complete`).
 */
export class EksCluster extends pulumi.ComponentResource {
  readonly cluster: Cluster;
  /** What pods with AWS rights by pod identity wait for. */
  readonly podIdentity: pulumi.Resource[];
  private readonly args: EksClusterArgs;
  private readonly prefix: string;
  private readonly network: ClusterNetwork;
  private readonly controlPlane: ControlPlane;
  private readonly addons: Addons;

  constructor(name: string, args: EksClusterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:eks:EksCluster", name, {}, { ...opts, providers: [args.aws] });
    const { plan } = args;
    this.args = args;
    this.prefix = name;
    const parts = { plan, provider: args.aws };
    const Made = plan.network.existing === undefined ? Network : ExistingNetwork;
    this.network = new Made(`${name}-network`, parts, { parent: this });
    this.controlPlane = new ControlPlane(
      `${name}-control-plane`,
      { ...parts, prefix: name, network: this.network, eksProvider: args.eks },
      { parent: this },
    );
    this.addons = new Addons(
      `${name}-addon`,
      { ...parts, network: this.network, controlPlane: this.controlPlane },
      { parent: this },
    );
    this.podIdentity = this.addons.podIdentity;
    this.cluster = {
      name: plan.name,
      provider: this.controlPlane.kubernetes,
      local: args.local,
      kubeconfig: this.controlPlane.kubeconfig,
      facts: args.facts,
      // Its load balancer's name, which resolves to addresses of the VPC.
      apiServer: { host: this.controlPlane.endpoint.apply((url) => new URL(url).hostname), port: 443 },
      identity: this.controlPlane.identity,
      goesWith: this.controlPlane.cluster,
      nodes: plan.cni === "calico" ? [] : this.addNodes([]),
    };
    this.registerOutputs({ clusterName: plan.name });
  }

  /** The node groups, once what they need is there. */
  addNodes(after: pulumi.Resource[]): pulumi.Resource[] {
    return new NodeGroups(
      `${this.prefix}-nodes`,
      {
        plan: this.args.plan,
        network: this.network,
        cluster: this.controlPlane.cluster,
        provider: this.args.aws,
        after: [...this.addons.beforeNodes, ...after],
      },
      { parent: this },
    ).groups;
  }

  /**
   * CoreDNS, and who serves load balancers: on nodes, and on Calico where it is the CNI. From then on the cluster says
   * what Services with a load balancer wait for.
   */
  complete(nodes: pulumi.Resource[], network: pulumi.Resource[]): pulumi.Resource[] {
    const { plan, mirrors, wait } = this.args;
    const ready = plan.cni === "calico" ? [...nodes, ...network] : nodes;
    const dns = this.addons.coredns(ready);
    const running = [...ready, ...this.addons.podIdentity, dns];
    const storage = plan.storage === "none" ? [] : this.storage(running);
    if (plan.loadBalancer.controller === "aws-in-tree") return [dns, ...storage];
    const { release } = new LoadBalancerController(
      `${this.prefix}-lb`,
      {
        plan,
        network: this.network,
        controlPlane: this.controlPlane,
        provider: this.args.aws,
        mirrors,
        after: running,
        wait,
      },
      { parent: this },
    );
    this.cluster.servesLoadBalancers = [release];
    return [dns, ...storage];
  }

  private storage(after: pulumi.Resource[]): pulumi.Resource[] {
    const { plan, aws: provider } = this.args;
    return new Storage(
      `${this.prefix}-storage`,
      { plan, cluster: this.cluster, provider, after },
      { parent: this },
    ).ready;
  }
}
