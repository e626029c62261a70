import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podIdentityTrust } from "../aws-trust";
import { challengePolicy } from "./plan/challenge-policy";

export interface ChallengeRoleArgs {
  /** EKS cluster, which must have the Pod Identity agent. */
  clusterName: string;
  partition: string;
  /** `*` where not known while planning. */
  account: string;
  zoneId: pulumi.Input<string>;
  /** The ServiceAccount. */
  namespace: string;
  serviceAccount: string;
  provider: aws.Provider;
  /** The cluster must stand before something can be associated with it. */
  after: pulumi.Resource[];
}

/** Lets a ServiceAccount of the cluster answer DNS-01 challenges in one zone, and nothing else. */
export class ChallengeRole extends pulumi.ComponentResource {
  /** Pods that start after these have the right. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ChallengeRoleArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:dns:ChallengeRole", name, {}, { ...opts, providers: [args.provider] });
    const { clusterName, namespace, serviceAccount, partition, account } = args;
    const trust = podIdentityTrust({ account, cluster: clusterName }, namespace, serviceAccount);
    const role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: pulumi.jsonStringify(trust) },
      { parent: this },
    );
    const zoneArn = pulumi.interpolate`arn:${partition}:route53:::hostedzone/${args.zoneId}`;
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: pulumi.jsonStringify(challengePolicy(partition, zoneArn)) },
      { parent: this },
    );
    const identity = new aws.eks.PodIdentityAssociation(
      `${name}-identity`,
      { clusterName, namespace, serviceAccount, roleArn: role.arn },
      { parent: this, dependsOn: args.after },
    );
    this.ready = [role, policy, identity];
    this.registerOutputs({});
  }
}
