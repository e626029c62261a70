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

/** Lets an AWS service take a role. */
export function serviceTrust(service: string): TrustPolicy {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole"] }],
  };
}

/** Lets one ServiceAccount of one cluster take a role by EKS Pod Identity (EKS guide, pod-id-role and pod-id-abac). */
export function podIdentityTrust(cluster: string, namespace: string, serviceAccount: string): TrustPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
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
