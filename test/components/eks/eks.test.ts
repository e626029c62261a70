import { vpcCniValues } from "../../../components/eks/plan/addon-plan";
import { planEks, type EksContext } from "../../../components/eks/plan/eks-plan";
import { factsBeforeLookup, offlineFacts } from "../../../components/eks/plan/aws-facts";
import { kubeconfigYaml } from "../../../components/eks/plan/eks-kubeconfig";
import { loadBalancerValues } from "../../../components/eks/plan/load-balancer-plan";
import { eksSummary } from "../../../components/eks/plan/eks-summary";
import { stackTags } from "../../../components/aws/plan/aws-tags";
import { eksSchema } from "../../../components/eks/eks-config";

const context: EksContext = {
  stack: "test",
  clusterName: "labs-test",
  kubernetes: "1.36",
  pools: ["192.168.0.0/16"],
  today: new Date("2026-11-20"),
};
const plan = (config: object, facts = offlineFacts, more: Partial<EksContext> = {}) =>
  planEks(
    eksSchema.parse({ endpoint: { publicCidrs: ["198.51.101.7/32"] }, ...config }),
    { ...context, ...more },
    facts,
  );
const messages = (config: object, facts = offlineFacts) =>
  plan(config, facts).problems.map((p) => `${p.path}: ${p.message}`);

describe("the VPC CNI's settings", () => {
  test("Calico enforces policy: the CNI's own engine is off, and pod addresses are annotated", () => {
    expect(vpcCniValues("aws", {}, { a: "b" })).toEqual({
      enableNetworkPolicy: "false",
      env: { ANNOTATE_POD_IP: "true", WARM_ENI_TARGET: "1", ADDITIONAL_ENI_TAGS: '{"a":"b"}' },
    });
  });
  test("prefixes", () => {
    const { env } = vpcCniValues("aws-prefix", {}, {});
    expect(env).toMatchObject({ ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" });
    expect(env["WARM_ENI_TARGET"]).toBeUndefined();
  });
  test("pods on subnets of their own, found by the node's zone", () => {
    expect(vpcCniValues("aws-custom", {}, {}).env).toMatchObject({
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true",
      ENI_CONFIG_LABEL_DEF: "topology.kubernetes.io/zone",
    });
  });
  test("prefixes of subnets of their own: both settings", () => {
    expect(vpcCniValues("aws-custom-prefix", {}, {}).env).toMatchObject({
      ENABLE_PREFIX_DELEGATION: "true",
      WARM_PREFIX_TARGET: "1",
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true",
    });
  });
  test("a warm pool counted in addresses", () => {
    const { env } = vpcCniValues("aws", { warmIp: 2, minimumIp: 8 }, {});
    expect(env).toMatchObject({ WARM_IP_TARGET: "2", MINIMUM_IP_TARGET: "8" });
    expect(env["WARM_ENI_TARGET"]).toBeUndefined();
  });
});

describe("what a config must have", () => {
  test("every error at once, each where it stands", () => {
    const { problems } = plan({
      region: "us-west-9",
      zones: 5,
      network: { vpcCidr: "10.0.0.0/15", serviceCidr: "10.0.0.0/20" },
      warm: { minimumIp: 4 },
      nodeGroups: { big: { instanceTypes: ["m5.larg"], min: 3, desired: 2, max: 1 } },
    });
    const paths = problems.map((p) => p.path);
    for (const path of [
      "eks.region",
      "eks.zones",
      "eks.network.vpcCidr",
      "eks.network.serviceCidr",
      "eks.warm.warmIp",
      "eks.nodeGroups.big.instanceTypes[0]",
      "eks.nodeGroups.big.desired",
      "eks.nodeGroups.big.max",
    ])
      expect(paths).toContain(path);
    expect(problems.find((p) => p.value === "m5.larg")!.fix).toBe("did you mean m5.large?");
  });

  test("somewhere for CoreDNS to run", () => {
    expect(messages({ nodeGroups: {} })[0]).toMatch(/no node group has a node/);
    expect(messages({ nodeGroups: { spot: { min: 0 } } })[0]).toMatch(/no node group has a node/);
    const taints = [{ key: "gpu", effect: "NoSchedule" }];
    expect(messages({ nodeGroups: { gpu: { taints } } })[0]).toMatch(/every node group has a taint/);
    expect(messages({ nodeGroups: { gpu: { taints }, workers: {} } })).toEqual([]);
  });

  test("a Kubernetes version that EKS has", () => {
    const [problem] = plan({}, offlineFacts, { kubernetes: "1.37" }).problems;
    // Of the versions that EKS has, those that this project has a set for.
    expect(problem).toMatchObject({ path: "kubernetes", fix: "use one of: 1.36, 1.35" });
    // At AWS's word, not at the table's.
    const aws = { ...offlineFacts, stage: "looked-up" as const, versions: ["1.37", "1.36"] };
    expect(plan({}, aws, { kubernetes: "1.37" }).problems).toEqual([]);
  });

  test("a type that the table does not know: an error offline, a question where AWS is asked", () => {
    const config = { nodeGroups: { workers: { instanceTypes: ["m99.large"] } } };
    expect(messages(config)).toHaveLength(1);
    expect(messages(config, factsBeforeLookup)).toEqual([]);
  });

  test("more nodes than the network holds, at once and with ways out", () => {
    const { problems } = plan({
      network: { vpcCidr: "10.0.0.0/24" },
      nodeGroups: { workers: { instanceTypes: ["m5.large"], min: 2, max: 40 } },
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]!.fix).toMatch(/\(1\).*would do.*\(2\).*\(3\)/);
  });
});

describe("once AWS was asked", () => {
  const lookedUp = {
    ...offlineFacts,
    stage: "looked-up" as const,
    account: "123456789012",
    zones: { "us-west-2a": "usw2-az1", "us-west-2b": "usw2-az2", "us-west-2d": "usw2-az4" },
  };
  test("its zones and account are used", () => {
    const planned = plan({ zones: 3 }, lookedUp).plan!;
    expect(planned.network.zones).toEqual(["us-west-2a", "us-west-2b", "us-west-2d"]);
    expect(planned.network.subnets.map((s) => s.name)).toContain("private-d");
    expect(planned.place.account).toBe("123456789012");
  });
  test("more zones than there are", () => {
    expect(messages({ zones: 4 }, lookedUp)[0]).toBe("eks.zones: us-west-2 has 3 zones that EKS can use");
  });
  test("a type that a zone does not have", () => {
    const offerings = { "t3.medium": ["us-west-2a"] };
    expect(messages({}, { ...lookedUp, offerings })[0]).toBe(
      "eks.nodeGroups.workers.instanceTypes[0]: is not offered in us-west-2b",
    );
  });
  test("another account than the one that is meant", () => {
    expect(messages({ account: "210987654321" }, lookedUp)[0]).toMatch(
      /credentials belong to account 123456789012/,
    );
  });
  test("an address out of a document opens nothing: say your own", () => {
    const config = { endpoint: { publicCidrs: ["203.0.113.0/24"] } };
    expect(messages(config)).toEqual([]);
    expect(messages(config, lookedUp)).toHaveLength(1);
  });
});

test("groups of several types: the smallest decides pods, the hungriest the subnets", () => {
  const planned = plan({
    nodeGroups: { workers: { instanceTypes: ["m5.xlarge", "t3.medium"], min: 2, max: 2 } },
  }).plan!;
  expect(planned.nodeGroups[0]!.maxPods).toBe(17);
  // 17 pods on an m5.xlarge: 15 addresses on two interfaces of 15, and one warm.
  const needs = planned.network.subnets.find((s) => s.name === "private-a")!.needs;
  expect(needs.at(-1)).toMatchObject({ what: "nodes 1 × m5.xlarge (workers)", addresses: 45 });
});

test("the summary: every subnet with its use, every group with its capacity", () => {
  const summary = eksSummary(plan({ cni: "aws-custom", nodeGroups: { workers: { perZone: true } } }).plan!);
  expect(summary.subnets).toHaveLength(6);
  for (const s of summary.subnets) expect(s.use).toBe(Math.round((100 * s.needed) / s.usable!));
  expect(summary.nodeGroups.map((g) => [g.name, g.maxPods, g.addressesFull])).toEqual([
    ["workers-a", 12, 13],
    ["workers-b", 12, 13],
  ]);
});

test("tags: ours win, and hold only what AWS takes", () => {
  const tags = stackTags({
    stack: "a#b",
    cluster: "c",
    owner: "Ada <ada@example.org>",
    expires: undefined,
    extra: { "labs:stack": "x", team: "net" },
  });
  expect(tags).toEqual({
    team: "net",
    "labs:stack": "a-b",
    "labs:cluster": "c",
    "labs:owner": "Ada -ada@example.org-",
  });
});

test("the controller on the host network keeps to ports of its own, and can be replaced on two nodes", () => {
  const site = { cluster: "c", region: "us-west-2", tags: {}, nodes: 2 };
  expect(loadBalancerValues({ ...site, controlPlaneReachesPods: true })["hostNetwork"]).toBeUndefined();
  expect(loadBalancerValues({ ...site, controlPlaneReachesPods: false })).toMatchObject({
    hostNetwork: true,
    replicaCount: 2,
    updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  });
});

test("a kubeconfig without a profile stays as it was", () => {
  const text = JSON.stringify({ users: [{ name: "u", user: { exec: { command: "aws", env: null } } }] });
  expect(kubeconfigYaml(text)).not.toContain("AWS_PROFILE");
  expect(kubeconfigYaml(text, "p")).toMatch(/AWS_PROFILE/);
});
