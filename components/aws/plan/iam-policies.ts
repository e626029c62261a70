import { serviceTrust, type TrustPolicy } from "../../aws-trust";

/** IAM policy documents as plain data: written here, checked by tests, turned into text by the component. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: Statement[];
}

export interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Where a policy holds. */
export interface Place {
  partition: "aws" | "aws-cn" | "aws-us-gov";
  region: string;
  /** `*` where not known while planning: a role acts in its own account only. */
  account: string;
  cluster: string;
}

export function partitionOf(region: string): Place["partition"] {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/**
 * What the AWS Load Balancer Controller may do for Services of one cluster: network load balancers, their listeners
 * and target groups, and security groups. It may read all, and write only what carries this cluster's tag or is being
 * made with it. Application load balancers only where the stack's Ingresses become one; WAF, Shield and Cognito are left
 * out.
 */
export function loadBalancerPolicy(
  place: Place,
  { vpcId, alb = false }: { vpcId?: string | undefined; alb?: boolean } = {},
): PolicyDocument {
  const { partition, region, account, cluster } = place;
  const ec2 = (what: string) => `arn:${partition}:ec2:${region}:${account}:${what}`;
  const elb = (what: string) => `arn:${partition}:elasticloadbalancing:${region}:${account}:${what}`;
  const OWNER = "elbv2.k8s.aws/cluster";
  const kinds = alb ? ["net", "app"] : ["net"];
  const made = kinds.map((kind) => elb(`loadbalancer/${kind}/*/*`));
  const balancers = [...made, elb("targetgroup/*/*")];
  const listeners = kinds.map((kind) => elb(`listener/${kind}/*/*/*`));
  const rules = [elb("listener-rule/app/*/*/*/*")];
  const owned = { StringEquals: { [`aws:ResourceTag/${OWNER}`]: cluster } };
  const madeAsOwned = { StringEquals: { [`aws:RequestTag/${OWNER}`]: cluster } };
  /** Tags of what is owned may change, but not the one that says whose it is. */
  const ownedForGood = { ...owned, Null: { [`aws:RequestTag/${OWNER}`]: "true" } };
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
      // Describe calls know no resources (Service Authorization Reference).
      allow("Read", READS, ["*"]),
      allow(
        "ServiceRoleOnce",
        ["iam:CreateServiceLinkedRole"],
        [
          `arn:${partition}:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
        ],
        { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
      ),
      allow("MakeGroups", ["ec2:CreateSecurityGroup"], [ec2("security-group/*")], madeAsOwned),
      // A VPC that was there before has no tag of this stack.
      vpcId === undefined
        ? allow("MakeGroupsInVpc", ["ec2:CreateSecurityGroup"], [ec2("vpc/*")], {
            StringEquals: { "aws:ResourceTag/labs:cluster": cluster },
          })
        : allow("MakeGroupsInVpc", ["ec2:CreateSecurityGroup"], [ec2(`vpc/${vpcId}`)]),
      allow("TagNewGroups", ["ec2:CreateTags"], [ec2("security-group/*")], {
        StringEquals: { ...madeAsOwned.StringEquals, "ec2:CreateAction": "CreateSecurityGroup" },
      }),
      allow("TagGroups", ["ec2:CreateTags", "ec2:DeleteTags"], [ec2("security-group/*")], ownedForGood),
      allow(
        "ChangeGroups",
        ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:DeleteSecurityGroup"],
        [ec2("security-group/*")],
        owned,
      ),
      // EKS makes the nodes' group and tags it so; load balancers reach the nodes through rules in it.
      allow(
        "LetBalancersReachNodes",
        ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
        [ec2("security-group/*")],
        { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: "owned" } },
      ),
      allow(
        "MakeBalancers",
        ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
        balancers,
        madeAsOwned,
      ),
      allow("TagNewBalancers", ["elasticloadbalancing:AddTags"], [...balancers, ...listeners], {
        StringEquals: {
          ...madeAsOwned.StringEquals,
          "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer", "CreateListener"],
        },
      }),
      allow(
        "TagBalancers",
        ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
        [...balancers, ...listeners],
        ownedForGood,
      ),
      allow("MakeListeners", ["elasticloadbalancing:CreateListener"], made, owned),
      allow("ChangeListeners", LISTENER_CHANGES, listeners, owned),
      allow("ChangeBalancers", BALANCER_CHANGES, balancers, owned),
      ...(alb
        ? [
            allow("MakeRules", ["elasticloadbalancing:CreateRule"], [elb("listener/app/*/*/*")], owned),
            allow("TagNewRules", ["elasticloadbalancing:AddTags"], rules, {
              StringEquals: {
                ...madeAsOwned.StringEquals,
                "elasticloadbalancing:CreateAction": "CreateRule",
              },
            }),
            allow(
              "TagRules",
              ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
              rules,
              ownedForGood,
            ),
            allow(
              "ChangeRules",
              ["elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyRule"],
              rules,
              owned,
            ),
            // AWS knows no tag of a rule when its order is changed (Service Authorization Reference).
            allow("OrderRules", ["elasticloadbalancing:SetRulePriorities"], rules),
          ]
        : []),
    ],
  };
}

const READS = [
  "ec2:DescribeAccountAttributes",
  "ec2:DescribeAddresses",
  "ec2:DescribeAvailabilityZones",
  "ec2:DescribeInstances",
  "ec2:DescribeInternetGateways",
  "ec2:DescribeIpamPools",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeRouteTables",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeTags",
  "ec2:DescribeVpcPeeringConnections",
  "ec2:DescribeVpcs",
  "ec2:GetSecurityGroupsForVpc",
  "elasticloadbalancing:DescribeCapacityReservation",
  "elasticloadbalancing:DescribeListenerAttributes",
  "elasticloadbalancing:DescribeListenerCertificates",
  "elasticloadbalancing:DescribeListeners",
  "elasticloadbalancing:DescribeLoadBalancerAttributes",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeRules",
  "elasticloadbalancing:DescribeSSLPolicies",
  "elasticloadbalancing:DescribeTags",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
  "elasticloadbalancing:DescribeTrustStores",
  // Certificates of listeners, by host name.
  "acm:DescribeCertificate",
  "acm:ListCertificates",
];

const LISTENER_CHANGES = [
  "elasticloadbalancing:AddListenerCertificates",
  "elasticloadbalancing:DeleteListener",
  "elasticloadbalancing:ModifyListener",
  "elasticloadbalancing:ModifyListenerAttributes",
  "elasticloadbalancing:RemoveListenerCertificates",
];

const BALANCER_CHANGES = [
  "elasticloadbalancing:DeleteLoadBalancer",
  "elasticloadbalancing:DeleteTargetGroup",
  "elasticloadbalancing:DeregisterTargets",
  "elasticloadbalancing:ModifyLoadBalancerAttributes",
  "elasticloadbalancing:ModifyTargetGroup",
  "elasticloadbalancing:ModifyTargetGroupAttributes",
  "elasticloadbalancing:RegisterTargets",
  "elasticloadbalancing:SetIpAddressType",
  "elasticloadbalancing:SetSecurityGroups",
  "elasticloadbalancing:SetSubnets",
];

/** Flow logs: into one log group. */
export function flowLogsPolicy({ partition, region, account, cluster }: Place): PolicyDocument {
  const group = `arn:${partition}:logs:${region}:${account}:log-group:${flowLogGroup(cluster)}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Write",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: [group, `${group}:*`],
      },
    ],
  };
}

/** Who writes flow logs: VPC, for flow logs of this account (VPC guide, flow-logs-iam-role). */
export const flowLogsTrust = ({ partition, region, account }: Place): TrustPolicy =>
  serviceTrust("vpc-flow-logs.amazonaws.com", {
    account,
    arn: `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*`,
  });

export const flowLogGroup = (cluster: string): string => `/labs/${cluster}/flow-logs`;
/** EKS writes its control plane's logs there, whether or not the group exists. */
export const controlPlaneLogGroup = (cluster: string): string => `/aws/eks/${cluster}/cluster`;
