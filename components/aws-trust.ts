/** Who may take an AWS role: trust policies as plain data. */
export interface TrustPolicy {
  Version: "2012-10-17";
  Statement: {
    Effect: "Allow";
    Principal: { Service: string } | { Federated: string };
    Action: string[];
    Condition?: Record<string, Record<string, string>>;
  }[];
}

/** For whom a service must act: else another account could have it take this role (the confused deputy). */
export interface TrustSource {
  /** `*` where not known while planning: then nothing is asked of it. */
  account: string;
}

const ofAccount = ({ account }: TrustSource): Record<string, string> =>
  account === "*" ? {} : { "aws:SourceAccount": account };

/** Lets an AWS service take a role. @param source of services that say for whom they act: EC2 does not */
export function serviceTrust(service: string, source?: TrustSource & { arn: string }): TrustPolicy {
  const known = source !== undefined && source.account !== "*";
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: ["sts:AssumeRole"],
        ...(known
          ? { Condition: { StringEquals: ofAccount(source), ArnLike: { "aws:SourceArn": source.arn } } }
          : {}),
      },
    ],
  };
}

/**
 * Lets one ServiceAccount of one cluster take a role by EKS Pod Identity. Tags: EKS guide, pod-id-role and pod-id-abac;
 * the account: aws-samples/sample-eks-nitro-sandbox.
 */
export function podIdentityTrust(
  { account, cluster }: TrustSource & { cluster: string },
  namespace: string,
  serviceAccount: string,
): TrustPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            ...ofAccount({ account }),
            "aws:RequestTag/eks-cluster-name": cluster,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": serviceAccount,
          },
        },
      },
    ],
  };
}

/** Lets one ServiceAccount take a role by the cluster's OIDC issuer (IRSA). `issuer`: without https://. */
export function irsaTrust(
  providerArn: string,
  issuer: string,
  namespace: string,
  serviceAccount: string,
): TrustPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: "sts.amazonaws.com",
            [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
          },
        },
      },
    ],
  };
}
