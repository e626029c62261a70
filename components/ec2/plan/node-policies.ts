import type { Place, PolicyDocument, Statement } from "../../aws/plan/iam-policies";

/** Where control plane, workers and the user meet: SecureString parameters, whose values no user data has. */
export interface Handover {
  /** Token and hash by which workers join; made again every twelve hours. */
  join: string;
  /** The admin's kubeconfig. */
  kubeconfig: string;
}

export const handover = (cluster: string): Handover => ({
  join: `/labs/${cluster}/join`,
  kubeconfig: `/labs/${cluster}/kubeconfig`,
});

/**
 * What a node may do. AWS's policy for Session Manager, AmazonSSMManagedInstanceCore, is not used: it may read every
 * parameter, the admin's kubeconfig too.
 */
export function nodePolicy(place: Place, controlPlane: boolean, felix: boolean): PolicyDocument {
  const { partition, region, account, cluster } = place;
  const { join, kubeconfig } = handover(cluster);
  const parameter = (name: string) => `arn:${partition}:ssm:${region}:${account}:parameter${name}`;
  const allow = (
    Sid: string,
    Action: string[],
    Resource: string[],
    Condition?: Statement["Condition"],
  ): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition === undefined ? {} : { Condition }),
  });
  return {
    Version: "2012-10-17",
    Statement: [
      // Systems Manager guide, "minimal Session Manager permissions": these know no resources.
      allow("Session", SESSION, ["*"]),
      controlPlane
        ? allow("HandOver", ["ssm:PutParameter"], [parameter(join), parameter(kubeconfig)])
        : allow("Join", ["ssm:GetParameter"], [parameter(join)]),
      ...(felix
        ? [
            allow("FindInstance", ["ec2:DescribeInstances"], ["*"]),
            allow(
              "SourceDestCheck",
              ["ec2:ModifyNetworkInterfaceAttribute"],
              [`arn:${partition}:ec2:${region}:${account}:network-interface/*`],
              { StringEquals: { "aws:ResourceTag/labs:cluster": cluster } },
            ),
          ]
        : []),
    ],
  };
}

const SESSION = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];
