import { offlineFacts, type AwsFacts } from "../../../components/eks/plan/aws-facts";
import { eksSchema } from "../../../components/eks/eks-config";
import { planEks } from "../../../components/eks/plan/eks-plan";

// What AWS refuses only when it is asked to make it is refused here, before anything is made.
const planned = (config: object, facts: Partial<AwsFacts> = {}) =>
  planEks(
    eksSchema.parse({ endpoint: { publicCidrs: ["198.51.101.7/32"] }, ...config }),
    {
      stack: "test",
      clusterName: "labs-test",
      kubernetes: "1.36",
      pools: ["192.168.0.0/16"],
      today: new Date("2026-11-20"),
    },
    { ...offlineFacts, ...facts },
  );
const said = (config: object, facts?: Partial<AwsFacts>): string[] =>
  planned(config, facts).problems.map((p) => `${p.path}: ${p.message}`);
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

describe("who may use the cluster", () => {
  const one = (principalArn: string, facts?: Partial<AwsFacts>) =>
    said({ access: { ana: { principalArn } } }, facts);
  test.each([
    ["arn:aws:iam::123456789012:group/Students", /is a group/],
    ["arn:aws:iam::123456789012:root", /is a whole account/],
    ["arn:aws:iam::123456789012:role/*", /has a wildcard/],
    [role("AWSReservedSSO_Admin_0123456789abcdef"), /lacks the path/],
    ["arn:aws:iam::1234:role/Teachers", /is not the ARN of an IAM user or role/],
    ["arn:aws-cn:iam::123456789012:role/Teachers", /another partition/],
    ["arn:aws:sts::123456789012:assumed-role/Teachers/ana", /is a session/],
    [role("aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"), /role of a service of AWS/],
    ["Teachers", /is not the ARN/],
  ])("%s is refused", (arn, why) => {
    expect(one(arn)).toEqual([expect.stringMatching(why)]);
  });

  test.each([
    role("Teachers"),
    role("class/2026/Teachers"),
    role("aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"),
    "arn:aws:iam::123456789012:user/ana@example.org",
  ])("%s may", (arn) => {
    expect(one(arn)).toEqual([]);
  });

  test("each once", () => {
    const access = { ana: { principalArn: role("T") }, bo: { principalArn: role("T"), policy: "view" } };
    expect(said({ access })).toEqual([
      "eks.access.bo.principalArn: is named by eks.access.ana already, and EKS takes each user or role once",
    ]);
  });

  test("capitals alone make no other role", () => {
    const access = { ana: { principalArn: role("Teachers") }, bo: { principalArn: role("teachers") } };
    expect(said({ access })).toEqual([
      expect.stringMatching(/^eks\.access\.bo\.principalArn: .*in capitals only/),
    ]);
  });

  test.each([
    ["arn:aws:iam::123456789012:user/ana", "arn:aws:iam::123456789012:user/ana"],
    [role("class/Teachers"), "arn:aws:sts::123456789012:assumed-role/Teachers/ana"],
  ])("not who makes the cluster: %s", (arn, caller) => {
    expect(one(arn, { caller })).toEqual([expect.stringMatching(/is who makes the cluster/)]);
  });

  test("another role of the same account", () => {
    expect(one(role("Students"), { caller: "arn:aws:sts::123456789012:assumed-role/Teachers/ana" })).toEqual(
      [],
    );
  });
});

describe("the API server's endpoint", () => {
  const cidrs = (...publicCidrs: string[]) => said({ endpoint: { publicCidrs } });
  test.each([
    "10.1.2.3/32",
    "192.168.1.4/32",
    "172.16.0.0/12",
    "100.64.1.1/32",
    "127.0.0.1/32",
    "224.0.0.1/32",
  ])("%s is no address of the internet", (cidr) => {
    expect(cidrs(cidr)).toEqual([
      expect.stringMatching(/^eks\.endpoint\.publicCidrs\[0\]: is no address of the/),
    ]);
  });
  test("41 ranges", () => {
    const many = Array.from({ length: 41 }, (_, i) => `52.0.${i}.0/24`);
    expect(cidrs(...many)).toEqual(["eks.endpoint.publicCidrs: EKS takes at most 40"]);
    expect(cidrs(...many.slice(1))).toEqual([]);
  });
  test("nobody gets in, unless that is what is wanted", () => {
    expect(said({ endpoint: {} })).toEqual([expect.stringMatching(/nobody gets in/)]);
    expect(said({ endpoint: { private: true } })).toEqual([]);
    expect(said({ endpoint: { private: true, publicCidrs: ["52.0.0.1/32"] } })).toHaveLength(1);
  });
});

describe("labels and taints of nodes", () => {
  const labels = (given: Record<string, string>) => said({ nodeGroups: { workers: { labels: given } } });
  test.each([
    ["node-role.kubernetes.io/worker", "yes", /is under node-role\.kubernetes\.io\//],
    ["k8s.io/x", "yes", /is under k8s\.io\//],
    ["eks.amazonaws.com/foo", "bar", /is under eks\.amazonaws\.com\//],
    ["bad key", "x", /is no key/],
    ["pool", "ünïcode", /is no value/],
    ["pool", "a".repeat(64), /has 64 characters/],
    [`example.org/${"a".repeat(60)}`, "x", /has 72 characters/],
    ["pool", "", /no label without a value/],
  ])("%s=%s is refused", (key, value, why) => {
    expect(labels({ [key]: value })).toEqual([expect.stringMatching(why)]);
  });
  test("what AWS takes", () => {
    expect(labels({ pool: "spot", "example.org/team_1": "a.b-C", "mykubernetes.io/x": "1" })).toEqual([]);
  });
  test.each([
    [{ key: "a b", value: "x" }, "key", /is no key/],
    [{ key: "a", value: "ü" }, "value", /is no value/],
    [{ key: "node.kubernetes.io/x", value: "" }, "key", /is under node\.kubernetes\.io\//],
  ])("taint %j", (taint, where, why) => {
    const given = { nodeGroups: { workers: { taints: [{ ...taint, effect: "PreferNoSchedule" }] } } };
    expect(said(given)).toEqual([expect.stringMatching(why)]);
    expect(planned(given).problems[0]!.path).toBe(`eks.nodeGroups.workers.taints[0].${where}`);
  });
  test("a taint twice", () => {
    const taint = { key: "a", effect: "PreferNoSchedule" };
    expect(said({ nodeGroups: { workers: { taints: [taint, taint] } } })).toHaveLength(1);
  });
});

describe("tags", () => {
  test.each([
    ["owner!*", /takes only letters/],
    ["kubernetes.io/cluster/other", /is a tag of Kubernetes/],
    ["elbv2.k8s.aws/cluster", /is a tag of the load balancer controller/],
    ["labs:stack", /is a tag of this project/],
  ])("%s is refused", (key, why) => {
    expect(said({ tags: { [key]: "x" } })).toEqual([expect.stringMatching(why)]);
  });
  test("keys that IAM takes for one", () => {
    expect(said({ tags: { Team: "a", team: "b" } })).toEqual([
      expect.stringMatching(/IAM compares keys without case/),
    ]);
  });
  test("60 of them", () => {
    const tags = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, "v"]));
    expect(said({ tags })).toEqual([expect.stringMatching(/^eks\.tags: AWS takes 50 on a resource/)]);
  });
});

test.each(["latest", "1.20", "v1.20.4"])("an add-on of version %s", (coredns) => {
  expect(said({ addons: { coredns } })).toEqual(["eks.addons.coredns: is not a version of an add-on"]);
});

describe("images", () => {
  const image = (instanceType: string, os = "al2023") =>
    planned({ nodeGroups: { workers: { instanceTypes: [instanceType], os } } }).plan?.nodeGroups[0]?.amiType;
  test.each([
    ["m5.large", "al2023", "AL2023_x86_64_STANDARD"],
    ["m7g.large", "al2023", "AL2023_ARM_64_STANDARD"],
    ["g5.xlarge", "al2023", "AL2023_x86_64_NVIDIA"],
    ["g5g.xlarge", "al2023", "AL2023_ARM_64_NVIDIA"],
    ["p4d.24xlarge", "al2023", "AL2023_x86_64_NVIDIA"],
    ["inf2.xlarge", "al2023", "AL2023_x86_64_NEURON"],
    ["trn1.2xlarge", "al2023", "AL2023_x86_64_NEURON"],
    ["g4ad.xlarge", "al2023", "AL2023_x86_64_STANDARD"],
    ["m5.large", "bottlerocket", "BOTTLEROCKET_x86_64"],
    ["g5.xlarge", "bottlerocket", "BOTTLEROCKET_x86_64_NVIDIA"],
  ])("of %s with %s: %s", (type, os, expected) => {
    expect(image(type, os)).toBe(expected);
  });
  test.each([
    [["m5.large", "g5.xlarge"], "al2023", /mixes types with neither GPU nor Neuron device and NVIDIA GPUs/],
    [["m5.large", "m7g.large"], "al2023", /mixes amd64 and arm64/],
    [["inf2.xlarge"], "bottlerocket", /no Bottlerocket with drivers for Neuron/],
  ])("%j with %s is refused", (instanceTypes, os, why) => {
    expect(said({ nodeGroups: { workers: { instanceTypes, os } } })).toEqual([expect.stringMatching(why)]);
  });
});

test.each([
  ["eu-west-1", 1],
  ["us-west-2", 0],
])("a key of %s for Secrets of a cluster in us-west-2", (region, refusals) => {
  const encryptSecrets = `arn:aws:kms:${region}:123456789012:key/0a1b2c3d`;
  expect(said({ encryptSecrets })).toHaveLength(refusals);
});

test.each([
  ["aws:owner", /is a tag of AWS/],
  ["AWS:owner", /is a tag of AWS/],
  ["", /has 0 characters/],
  ["x".repeat(129), /has 129 characters/],
])("the tag %p is refused with the reason", (key, why) => {
  expect(said({ tags: { [key]: "x" } })).toEqual([expect.stringMatching(why)]);
});
