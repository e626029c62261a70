import type { AwsFacts, SubnetFacts } from "../../../components/eks/plan/aws-facts";
import { planEks } from "../../../components/eks/plan/eks-plan";
import { offlineFacts } from "../../../components/eks/plan/aws-facts";
import { loadBalancerPolicy } from "../../../components/aws/plan/iam-policies";
import { eksSchema } from "../../../components/eks/eks-config";
import { stackGraph } from "../../support/graph";

const id = (n: number): string => `subnet-0000000000000000${n}`;
const vpcId = "vpc-00000000000000001";
const existing = { vpcId, privateSubnets: [id(1), id(2)], publicSubnets: [id(3), id(4)] };
const endpoint = { publicCidrs: ["198.51.101.7/32"] };
const subnet = (zone: string, more: Partial<SubnetFacts> = {}): SubnetFacts => ({
  vpcId,
  zone: `us-west-2${zone}`,
  cidr: "10.20.0.0/24",
  free: 200,
  publicIp: false,
  way: "nat",
  tags: { "kubernetes.io/role/internal-elb": "1" },
  ...more,
});
const open = (zone: string, more: Partial<SubnetFacts> = {}): SubnetFacts =>
  subnet(zone, { way: "internet", tags: { "kubernetes.io/role/elb": "1" }, ...more });
const subnets = { [id(1)]: subnet("b"), [id(2)]: subnet("d"), [id(3)]: open("b"), [id(4)]: open("d") };
const facts = (
  over: Record<string, SubnetFacts> = {},
  vpc: object = {},
  more: Partial<AwsFacts> = {},
): AwsFacts => ({
  ...offlineFacts,
  stage: "looked-up",
  zones: { "us-west-2b": "usw2-az2", "us-west-2d": "usw2-az4" },
  network: {
    cidr: "10.20.0.0/16",
    ranges: ["10.20.0.0/16"],
    dns: true,
    subnets: { ...subnets, ...over },
    ...vpc,
  },
  ...more,
});
const plan = (config: object, aws: AwsFacts, network: object = {}, theirs: object = {}) =>
  planEks(
    eksSchema.parse({
      endpoint,
      network: { vpcCidr: "10.20.0.0/16", existing: { ...existing, ...theirs }, ...network },
      ...config,
    }),
    {
      stack: "s",
      clusterName: "labs-s",
      kubernetes: "1.36",
      pools: ["192.168.0.0/16"],
      today: new Date("2026-11-20"),
    },
    aws,
  );
const problems = (...args: Parameters<typeof plan>): string[] =>
  plan(...args).problems.map((p) => `${p.path}: ${p.message}`);

test("zones, names and free addresses are those of the subnets", () => {
  const { network, s3Endpoint } = plan({}, facts()).plan!;
  expect(network.zones).toEqual(["us-west-2b", "us-west-2d"]);
  expect(network.subnets.map((s) => [s.name, s.id, s.usable])).toEqual([
    ["private-b", id(1), 200],
    ["private-d", id(2), 200],
    ["public-b", id(3), 200],
    ["public-d", id(4), 200],
  ]);
  // The need of nodes, and of no NAT gateway.
  expect(network.subnets[2]!.needs.map((n) => n.what)).toEqual(["4 load balancers"]);
  expect(s3Endpoint).toBe(false);
});

test("before AWS was asked nothing is said of the subnets", () => {
  const { plan: planned, warnings } = plan({}, offlineFacts);
  expect(planned!.network.subnets.map((s) => s.cidr)).toEqual(Array(4).fill("unknown"));
  expect(warnings.join()).toContain("is asked of AWS when the stack is built");
});

test.each<[string, Parameters<typeof plan>, RegExp]>([
  [
    "a range that is not the VPC's",
    [{}, facts({}, { cidr: "10.30.0.0/16", ranges: ["10.30.0.0/16"] })],
    /^eks\.network\.vpcCidr: VPC vpc-\d+ has the range 10\.30/,
  ],
  [
    "further ranges",
    [{}, facts({}, { ranges: ["10.20.0.0/16", "100.64.0.0/16"] })],
    /secondaryCidrs: the VPC's further ranges are 100\.64/,
  ],
  ["no names", [{}, facts({}, { dns: false })], /existing\.vpcId: .*DNS hostnames/],
  [
    "a subnet of another VPC",
    [{}, facts({ [id(2)]: subnet("d", { vpcId: "vpc-2" }) })],
    /privateSubnets\[1\]: is in VPC vpc-2/,
  ],
  ["two in a zone", [{}, facts({ [id(4)]: open("b") })], /publicSubnets\[1\]: is in us-west-2b, as subnet-/],
  [
    "one zone only",
    [{}, facts({ [id(2)]: subnet("b"), [id(4)]: open("b") })],
    /EKS needs subnets in two zones/,
  ],
  [
    "a public subnet elsewhere",
    [{}, facts({ [id(4)]: open("c") })],
    /publicSubnets\[1\]: is in us-west-2c, where no private/,
  ],
  [
    "private ones in public lists",
    [{}, facts({ [id(3)]: open("b", { way: "nat" }) })],
    /publicSubnets\[0\]: .*no load balancer/,
  ],
  [
    "no way out",
    [{}, facts({ [id(1)]: subnet("b", { way: "none" }) })],
    /privateSubnets\[0\]: .*neither EKS nor a registry/,
  ],
  [
    "a gateway without public addresses",
    [{}, facts({ [id(1)]: subnet("b", { way: "internet" }) })],
    /no public address to pass it/,
  ],
  [
    "missing tags",
    [{}, facts({ [id(1)]: subnet("b", { tags: {} }) })],
    /privateSubnets: has no tag kubernetes\.io\/role\/internal-elb=1/,
  ],
  [
    "too few addresses",
    [{}, facts({ [id(1)]: subnet("b", { free: 11 }) })],
    /privateSubnets: needs 60 addresses \(control plane 16, .*\) and has 11 free: 49 missing/,
  ],
  ["NAT", [{}, facts(), { nat: "perZone" }], /network\.nat: is of a network that the stack makes/],
  ["prefixes", [{}, facts(), { prefixes: { private: 24 } }], /network\.prefixes\.private: is of a network/],
  [
    "zones by name",
    [{ zones: ["us-west-2b", "us-west-2d"] }, facts()],
    /eks\.zones: zones are those of the private/,
  ],
  ["no pod subnets", [{ cni: "aws-custom" }, facts()], /existing\.podSubnets: cni aws-custom puts pods/],
  [
    "pod subnets for nothing",
    [{}, facts(), {}, { podSubnets: [id(3)] }],
    /existing\.podSubnets: cni aws has no pod/,
  ],
])("%s: refused", (_what, args, expected) => {
  expect(problems(...args)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
});

test("public subnets whose instances have addresses carry nodes; tags can be the stack's affair", () => {
  expect(problems({}, facts({ [id(1)]: subnet("b", { way: "internet", publicIp: true }) }))).toEqual([]);
  const none = Object.fromEntries(Object.entries(subnets).map(([k, s]) => [k, { ...s, tags: {} }]));
  expect(problems({}, facts(none), {}, { tagSubnets: true })).toEqual([]);
});

test("what a cluster that stands has taken is not missing to it", () => {
  const cluster = { zones: ["us-west-2b", "us-west-2d"], nodeGroups: {} };
  expect(problems({}, facts({ [id(1)]: subnet("b", { free: 3 }) }, {}, { cluster }))).toEqual([]);
});

test("nothing of the network is made; the load balancer controller may work in that VPC alone", async () => {
  const eks = { endpoint, network: { vpcCidr: "10.20.0.0/16", existing: { ...existing, tagSubnets: true } } };
  const graph = await stackGraph({ target: "eks", eks, ingress: { install: true } }, { preview: false });
  const made = graph.resources.filter((r) => r.type.startsWith("aws:ec2/")).map((r) => r.type);
  expect(new Set(made)).toEqual(new Set(["aws:ec2/tag:Tag", "aws:ec2/launchTemplate:LaunchTemplate"]));
  expect(graph.named("eks-cluster").inputs).toMatchObject({ vpcId, privateSubnetIds: [id(1), id(2)] });
  expect(graph.named("eks-nodes-workers").inputs["subnetIds"]).toEqual([id(1), id(2)]);
  expect(graph.named("eks-network-public-b-kubernetes-io-role-elb").inputs).toMatchObject({
    resourceId: id(4),
  });
  // Load balancers are found by the tags, and taken away while these are there.
  expect(graph.waitsFor("ingress-release", "eks-network-public-a-kubernetes-io-role-elb")).toBe(true);
  const place = { partition: "aws", region: "us-west-2", account: "1", cluster: "c" } as const;
  const rule = loadBalancerPolicy(place, { vpcId }).Statement.find((s) => s.Sid === "MakeGroupsInVpc")!;
  expect([rule.Resource, rule.Condition]).toEqual([[`arn:aws:ec2:us-west-2:1:vpc/${vpcId}`], undefined]);
});
