import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../aws/network";
import type { EksPlan } from "./plan/eks-plan";
import { kubeconfigYaml } from "./plan/eks-kubeconfig";
import { controlPlaneLogGroup } from "../aws/plan/iam-policies";
import type { AccessConfig } from "./eks-config";

export interface ControlPlaneArgs {
  plan: EksPlan;
  /** What names of children begin with. */
  prefix: string;
  network: ClusterNetwork;
  provider: aws.Provider;
  /** @pulumi/eks is a component of another program; it needs a provider of its own. */
  eksProvider: eks.Provider;
}

/** The control plane on EKS: no nodes, no add-ons, nothing in it that this project did not put there. */
export class ControlPlane extends pulumi.ComponentResource {
  /** The cluster with everything that EKS makes for it. */
  readonly cluster: eks.Cluster;
  /** URL of the API server. */
  readonly endpoint: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly kubernetes: k8s.Provider;
  /** The security group that EKS gives nodes and control plane. */
  readonly securityGroupId: pulumi.Output<string>;
  /** The issuer that IAM trusts, for roles of ServiceAccounts. */
  readonly oidc: aws.iam.OpenIdConnectProvider;
  /** Says which cluster it is; known at preview. */
  readonly identity: string;
  private readonly args: ControlPlaneArgs;
  private readonly prefix: string;

  constructor(name: string, args: ControlPlaneArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:eks:ControlPlane", name, {}, { ...opts, providers: [args.provider] });
    const { plan } = args;
    this.args = args;
    this.prefix = args.prefix;
    this.cluster = this.makeCluster(this.logGroup(), this.key());
    this.securityGroupId = this.cluster.eksCluster.vpcConfig.clusterSecurityGroupId;
    this.endpoint = this.cluster.eksCluster.endpoint;
    this.oidc = this.issuer();
    this.tagSecurityGroup();
    this.kubeconfig = pulumi.secret(
      this.cluster.kubeconfigJson.apply((text) => kubeconfigYaml(text, plan.profile)),
    );
    // What EKS cannot change in place makes another cluster.
    this.identity = [plan.place.region, plan.name, plan.network.vpcCidr, plan.serviceCidr].join("/");
    this.kubernetes = new k8s.Provider(
      `${args.prefix}-kubernetes`,
      { kubeconfig: this.kubeconfig, clusterIdentifier: this.identity, enableServerSideApply: true },
      { parent: this, dependsOn: this.cluster },
    );
    this.registerOutputs({ clusterName: plan.name });
  }

  private makeCluster(logs: aws.cloudwatch.LogGroup[], key: pulumi.Input<string> | undefined): eks.Cluster {
    const { plan, network, provider, eksProvider } = this.args;
    const open = plan.publicCidrs.length > 0;
    return new eks.Cluster(
      `${this.prefix}-cluster`,
      {
        name: plan.name,
        version: plan.kubernetes,
        vpcId: network.vpcId,
        privateSubnetIds: network.subnetIds("private", plan.controlPlaneZones),
        kubernetesServiceIpAddressRange: plan.serviceCidr,
        endpointPrivateAccess: true,
        // Said explicitly, the component waits until the API server answers.
        endpointPublicAccess: open,
        ...(open ? { publicAccessCidrs: [...plan.publicCidrs] } : {}),
        authenticationMode: eks.AuthenticationMode.Api,
        accessEntries: accessEntries(plan),
        enabledClusterLogTypes: [...plan.logs],
        ...(key === undefined ? {} : { encryptionConfigKeyArn: key }),
        ...(plan.profile === undefined ? {} : { providerCredentialOpts: { profileName: plan.profile } }),
        deletionProtection: plan.deletionProtection,
        // Nodes are managed groups, in the group that EKS makes: everything between nodes and control plane is open.
        skipDefaultNodeGroup: true,
        skipDefaultSecurityGroups: true,
        // Add-ons are resources of their own, each in its place in the order. For these two, true means: make none.
        bootstrapSelfManagedAddons: false,
        useDefaultVpcCni: true,
        kubeProxyAddonOptions: { enabled: false },
        corednsAddonOptions: { enabled: false },
      },
      {
        parent: this,
        provider: eksProvider,
        providers: { aws: provider },
        // Ways out last until the last load balancer is gone; EKS would make the log group itself, without an end.
        dependsOn: [...network.ways, ...logs],
        // AWS would refuse only once all else is gone: the engine refuses before it begins.
        protect: plan.deletionProtection,
      },
    );
  }

  /** Made before EKS does, so that logs end and the group goes with the stack. */
  private logGroup(): aws.cloudwatch.LogGroup[] {
    const { plan } = this.args;
    if (plan.logs.length === 0) return [];
    const name = controlPlaneLogGroup(plan.name);
    return [
      new aws.cloudwatch.LogGroup(
        `${this.prefix}-logs`,
        { name, retentionInDays: plan.logRetentionDays },
        {
          parent: this,
          // EKS made it once more after the last cluster was gone. Taken over as it is: the engine imports only what
          // equals its inputs. The first `up` with the cluster there sets the rest.
          ...(plan.logGroupLeft
            ? { import: name, ignoreChanges: ["retentionInDays", "tags", "tagsAll"] }
            : {}),
        },
      ),
    ];
  }

  private key(): pulumi.Input<string> | undefined {
    const { encryptSecrets, name } = this.args.plan;
    if (typeof encryptSecrets === "string") return encryptSecrets;
    if (!encryptSecrets) return undefined;
    return new aws.kms.Key(
      `${this.prefix}-secrets`,
      {
        description: `Secrets of EKS cluster ${name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 7,
      },
      { parent: this },
    ).arn;
  }

  /** Our own and not the component's, which asks the issuer's address for its certificate during `up`. */
  private issuer(): aws.iam.OpenIdConnectProvider {
    const url = this.cluster.eksCluster.identities.apply((ids) => ids[0]?.oidcs[0]?.issuer ?? "");
    return new aws.iam.OpenIdConnectProvider(
      `${this.prefix}-issuer`,
      { url, clientIdLists: ["sts.amazonaws.com"] },
      { parent: this, dependsOn: this.cluster },
    );
  }

  /** EKS makes this group itself, out of reach of the provider's default tags. */
  private tagSecurityGroup(): void {
    for (const [key, value] of Object.entries(this.args.plan.tags)) {
      new aws.ec2.Tag(
        `${this.prefix}-group-${key.replace(/[^A-Za-z0-9]+/g, "-")}`,
        { resourceId: this.securityGroupId, key, value },
        // The group goes with the cluster.
        { parent: this, deletedWith: this.cluster },
      );
    }
  }
}

const POLICIES = {
  "cluster-admin": "AmazonEKSClusterAdminPolicy",
  admin: "AmazonEKSAdminPolicy",
  edit: "AmazonEKSEditPolicy",
  view: "AmazonEKSViewPolicy",
} as const satisfies Record<AccessConfig["policy"], string>;

/** Who may use the cluster, by API alone: no aws-auth. Whoever makes the cluster is its admin. */
function accessEntries(plan: EksPlan): Record<string, eks.types.input.AccessEntryArgs> {
  return Object.fromEntries(
    Object.entries(plan.access).map(([who, { principalArn, policy, namespaces }]) => [
      who,
      {
        principalArn,
        accessPolicies: {
          [policy]: {
            policyArn: `arn:${plan.place.partition}:eks::aws:cluster-access-policy/${POLICIES[policy]}`,
            accessScope:
              namespaces.length === 0
                ? { type: "cluster" }
                : { type: "namespace", namespaces: [...namespaces] },
          },
        },
      },
    ]),
  );
}
