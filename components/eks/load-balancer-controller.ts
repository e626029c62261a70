import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { chartRef, mirroredImage, type Mirrors } from "../mirrors";
import { charts } from "../versions";
import type { ControlPlane } from "./control-plane";
import type { ClusterNetwork } from "../aws/network";
import type { EksPlan } from "./plan/eks-plan";
import { LBC_IMAGE, LBC_NAMESPACE, LBC_SERVICE_ACCOUNT, loadBalancerValues } from "./plan/load-balancer-plan";
import { irsaTrust, podIdentityTrust, type TrustPolicy } from "../aws-trust";
import { loadBalancerPolicy } from "../aws/plan/iam-policies";
import { ServiceRole } from "../aws/service-role";

export interface LoadBalancerControllerArgs {
  plan: EksPlan;
  network: ClusterNetwork;
  controlPlane: ControlPlane;
  provider: aws.Provider;
  mirrors: Mirrors;
  /** Nodes, pod network, DNS. */
  after: pulumi.Resource[];
  wait: boolean;
}

/**
 * The AWS Load Balancer Controller with rights over this cluster's load balancers and nothing else. Services with a
 * load balancer depend on it: they go first, while it is there to take the load balancers away.
 */
export class LoadBalancerController extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: LoadBalancerControllerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super(
      "labs:eks:LoadBalancerController",
      name,
      {},
      {
        ...opts,
        providers: [args.provider, args.controlPlane.kubernetes],
      },
    );
    const { plan, network, controlPlane, mirrors, wait } = args;
    const byAssociation = plan.loadBalancer.identity === "pod-identity";
    const role = new ServiceRole(
      `${name}-role`,
      {
        trust: trust(plan, controlPlane),
        policy: loadBalancerPolicy(plan.place, { vpcId: plan.network.existing?.vpcId, alb: plan.alb }),
      },
      { parent: this },
    );
    const values = loadBalancerValues({
      cluster: plan.name,
      region: plan.place.region,
      controlPlaneReachesPods: plan.cni !== "calico",
      tags: plan.tags,
      nodes: plan.nodes,
    });
    const association = byAssociation ? [this.associate(name, args, role)] : [];
    this.release = new k8s.helm.v3.Release(
      `${name}-controller`,
      {
        name: LBC_SERVICE_ACCOUNT,
        namespace: LBC_NAMESPACE,
        ...chartRef(charts["aws-load-balancer-controller"], mirrors),
        values: {
          ...values,
          image: { repository: mirroredImage(LBC_IMAGE, mirrors) },
          vpcId: network.vpcId,
          serviceAccount: {
            create: true,
            name: LBC_SERVICE_ACCOUNT,
            ...(byAssociation ? {} : { annotations: { "eks.amazonaws.com/role-arn": role.arn } }),
          },
        },
        skipAwait: !wait,
        timeout: 600,
      },
      {
        parent: this,
        // Its pods get their rights when they start: the role and the association come first.
        dependsOn: [...args.after, ...role.all, ...association],
        deletedWith: controlPlane.cluster,
      },
    );
    this.registerOutputs({});
  }

  private associate(
    name: string,
    { plan, controlPlane }: LoadBalancerControllerArgs,
    role: ServiceRole,
  ): aws.eks.PodIdentityAssociation {
    return new aws.eks.PodIdentityAssociation(
      `${name}-identity`,
      {
        clusterName: plan.name,
        namespace: LBC_NAMESPACE,
        serviceAccount: LBC_SERVICE_ACCOUNT,
        roleArn: role.arn,
      },
      { parent: this, dependsOn: controlPlane.cluster, deletedWith: controlPlane.cluster },
    );
  }
}

function trust(plan: EksPlan, controlPlane: ControlPlane): pulumi.Input<TrustPolicy> {
  if (plan.loadBalancer.identity === "pod-identity") {
    return podIdentityTrust(plan.place, LBC_NAMESPACE, LBC_SERVICE_ACCOUNT);
  }
  const { arn, url } = controlPlane.oidc;
  return pulumi
    .all([arn, url])
    .apply(([providerArn, issuer]) =>
      irsaTrust(providerArn, issuer.replace(/^https:\/\//, ""), LBC_NAMESPACE, LBC_SERVICE_ACCOUNT),
    );
}
