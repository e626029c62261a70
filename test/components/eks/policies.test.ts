import { podIdentityTrust } from "../../../components/aws-trust";
import { challengePolicy } from "../../../components/dns/plan/challenge-policy";
import {
  flowLogsPolicy,
  flowLogsTrust,
  loadBalancerPolicy,
  partitionOf,
  type PolicyDocument,
  type Statement,
} from "../../../components/aws/plan/iam-policies";

const place = {
  partition: "aws",
  region: "us-west-2",
  account: "123456789012",
  cluster: "labs-test",
} as const;
const policies: [string, PolicyDocument][] = [
  ["load balancer controller", loadBalancerPolicy(place)],
  ["load balancer controller, with ALBs", loadBalancerPolicy(place, { alb: true })],
  ["flow logs", flowLogsPolicy(place)],
];

const isRead = (action: string) => /:(Describe|Get|List)/.test(action);
const keysOf = (s: Statement) => Object.values(s.Condition ?? {}).flatMap((c) => Object.keys(c));
/** Conditions that tie a statement to this cluster. */
const ties = (s: Statement) =>
  Object.entries(s.Condition?.["StringEquals"] ?? {}).some(
    ([key, value]) =>
      (/(ResourceTag|RequestTag)\/(elbv2\.k8s\.aws|labs:)/.test(key) && value === "labs-test") ||
      key === "aws:ResourceTag/kubernetes.io/cluster/labs-test",
  );

describe.each(policies)("%s", (_, policy) => {
  test("is a policy that IAM takes: size, unique ids, known shape", () => {
    expect(policy.Version).toBe("2012-10-17");
    // An inline policy of a role is limited to 10,240 characters.
    expect(JSON.stringify(policy).length).toBeLessThan(10_240);
    const sids = policy.Statement.map((s) => s.Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const s of policy.Statement) {
      expect(s.Sid).toMatch(/^[A-Za-z0-9]+$/);
      for (const action of s.Action) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
      for (const resource of s.Resource)
        expect(resource).toMatch(/^(\*|arn:aws:[a-z0-9]+:[a-z0-9-]*:\d{12}:.+)$/);
    }
  });

  test("no wildcard in actions; `*` as resource only for reading", () => {
    for (const s of policy.Statement) {
      expect(s.Action.filter((a) => a.includes("*"))).toEqual([]);
      if (s.Resource.includes("*")) expect(s.Action.filter((a) => !isRead(a))).toEqual([]);
    }
  });
});

test("every write on load balancers, security groups and tags is tied to this cluster", () => {
  const writes = loadBalancerPolicy(place).Statement.filter((s) => s.Action.some((a) => !isRead(a)));
  const loose = writes.filter((s) => !ties(s)).map((s) => s.Sid);
  // The role that AWS itself needs once per account; it has one name.
  expect(loose).toEqual(["ServiceRoleOnce"]);
});

test("what owns a thing cannot be changed by retagging it", () => {
  const retag = loadBalancerPolicy(place).Statement.filter(
    (s) => s.Action.some((a) => /:(AddTags|CreateTags|DeleteTags|RemoveTags)$/.test(a)) && !/New/.test(s.Sid),
  );
  expect(retag.length).toBe(2);
  for (const s of retag)
    expect(s.Condition!["Null"]).toEqual({ "aws:RequestTag/elbv2.k8s.aws/cluster": "true" });
});

test("all that the controller calls for a Service is there", () => {
  const allowed = new Set(loadBalancerPolicy(place).Statement.flatMap((s) => s.Action));
  for (const action of [
    "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:CreateTargetGroup",
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:AddTags",
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:ModifyListenerAttributes",
    "elasticloadbalancing:SetSecurityGroups",
    "elasticloadbalancing:SetSubnets",
    "elasticloadbalancing:DeleteListener",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:DeleteLoadBalancer",
    "ec2:CreateSecurityGroup",
    "ec2:DeleteSecurityGroup",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:CreateTags",
    "ec2:DescribeSubnets",
    "ec2:GetSecurityGroupsForVpc",
  ])
    expect([action, allowed.has(action)]).toEqual([action, true]);
});

test("one ServiceAccount of one cluster takes the role", () => {
  const [statement] = podIdentityTrust(place, "kube-system", "lbc").Statement;
  expect(statement!.Condition).toEqual({
    StringEquals: {
      "aws:SourceAccount": "123456789012",
      "aws:RequestTag/eks-cluster-name": "labs-test",
      "aws:RequestTag/kubernetes-namespace": "kube-system",
      "aws:RequestTag/kubernetes-service-account": "lbc",
    },
  });
});

test("flow logs are written for this account alone; an unknown account asks nothing that could not hold", () => {
  const of = (account: string) => flowLogsTrust({ ...place, account }).Statement[0]!.Condition;
  expect(of("123456789012")).toEqual({
    StringEquals: { "aws:SourceAccount": "123456789012" },
    ArnLike: { "aws:SourceArn": "arn:aws:ec2:us-west-2:123456789012:vpc-flow-log/*" },
  });
  expect(of("*")).toBeUndefined();
  expect(JSON.stringify(podIdentityTrust({ ...place, account: "*" }, "a", "b"))).not.toContain("Source");
});

test("challenges: TXT records that prove a name, and no other record", () => {
  const prove = challengePolicy("aws", "zone").Statement.find((s) => s.Sid === "Prove");
  expect(prove?.Condition).toEqual({
    "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
    "ForAllValues:StringLike": {
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"],
    },
  });
});

test("partitions", () => {
  expect(partitionOf("cn-north-1")).toBe("aws-cn");
  expect(partitionOf("us-gov-west-1")).toBe("aws-us-gov");
  expect(partitionOf("eu-central-1")).toBe("aws");
  const text = JSON.stringify(loadBalancerPolicy({ ...place, partition: "aws-cn", region: "cn-north-1" }));
  expect(text).not.toContain("arn:aws:");
});

test("conditions name keys once", () => {
  for (const s of loadBalancerPolicy(place).Statement) expect(new Set(keysOf(s)).size).toBe(keysOf(s).length);
});
