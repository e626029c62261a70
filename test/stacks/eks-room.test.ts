import { factsBeforeLookup, type AwsFacts } from "../../components/eks/plan/aws-facts";
import { ProblemsError } from "../../kube/problems";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { rawConfig } from "../support/graph";

// Pods that no node has a place for wait for ever: AWS takes the stack, and `up` ends in a timeout after it is paid for.
const both = { stars: {}, yaobank: {} };
const raw = (eks: object, labs: object = both, more: object = {}) =>
  rawConfig({
    target: "eks",
    labs,
    ...more,
    eks: { endpoint: { publicCidrs: ["198.51.101.7/32"] }, ...eks },
  });
const workers = (instanceType: string, more: object = {}) => ({
  nodeGroups: { workers: { instanceTypes: [instanceType], max: 20, ...more } },
});
function planned(config: ReturnType<typeof raw>, aws?: AwsFacts): StackPlan | string[] {
  try {
    return planStack("test", config, aws);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message} FIX ${p.fix ?? ""}`);
  }
}
const notes = (plan: StackPlan | string[]) =>
  (Array.isArray(plan) ? plan : plan.notes).filter((n) => /^nodes:|pods want|eks\.pods/.test(n));

test("two t3.micro carry nothing but their own four pods", () => {
  expect(planned(raw(workers("t3.micro")))).toEqual([
    "eks.nodeGroups.workers: 16 pods want to run (coredns 2, aws-load-balancer-controller 2, tigera-operator 1, calico-typha 1, " +
      "calico-kube-controllers 1, calico-webhooks 1, stars 4, yaobank 4), and 0 fit on 2 nodes (a node takes 4 pods, of which 4 are its own: " +
      "kube-proxy, aws-node, eks-pod-identity-agent, calico-node) FIX a larger type: nodeGroups.workers.instanceTypes [t3.medium]; " +
      "or prefixes: cni aws-prefix, with 34 pods on a node",
  ]);
});

test.each<[string, object, object, RegExp]>([
  ["the default", {}, both, /^fits$/],
  [
    "a node that takes one less",
    workers("t3.small"),
    both,
    /16 pods .* 14 fit .*min 3; .*t3\.medium.*aws-prefix.*fewer labs/,
  ],
  ["one node", workers("t3.medium", { min: 1 }), both, /15 pods .* 13 fit on 1 node .*min 2; /],
  // Only what tolerates every taint runs there; nothing of the labs does.
  [
    "tainted nodes",
    {
      nodeGroups: {
        workers: { min: 1 },
        gpu: { min: 4, taints: [{ key: "gpu", effect: "NoSchedule" }] },
      },
    },
    both,
    /fit on 5 nodes/,
  ],
  [
    "a taint that is a wish",
    {
      nodeGroups: {
        workers: { min: 1 },
        more: { min: 4, taints: [{ key: "gpu", effect: "PreferNoSchedule" }] },
      },
    },
    both,
    /^fits$/,
  ],
  ["desired counts, not min", workers("t3.small", { min: 1, desired: 3 }), both, /^fits$/],
  [
    "pods on subnets of their own",
    { cni: "aws-custom", ...workers("t3.medium") },
    { ...both, c: { lab: "stars", namespaces: { ui: "u", stars: "s", client: "c" } } },
    /20 pods .* 16 fit/,
  ],
  [
    "one group a zone",
    workers("t3.small", { min: 1, perZone: true }),
    both,
    /16 pods .* 14 fit on 2 nodes.*min 2; /,
  ],
  // The overlay has room for 110 pods on a node, and 1 GiB of memory for none of them.
  [
    "memory",
    { cni: "calico", ...workers("t3.micro") },
    { boutique: {} },
    /the pods ask for \d+ MiB of memory, and 2 nodes have at most \d+ MiB/,
  ],
])("%s", (_, eks, labs, expected) => {
  const plan = planned(raw(eks, labs));
  const more = Array.isArray(plan) ? plan : ["fits"];
  expect(more).toEqual([expect.stringMatching(expected)]);
});

test("what is no certain refusal is told: little room, fewer nodes later, more pods later, subnets for fewer pods", () => {
  const tight = { cni: "aws-custom", pods: 5, ...workers("t3.medium", { min: 1, desired: 2 }) };
  expect(notes(planned(raw(tight)))).toEqual([
    expect.stringContaining("room for 1 pod more"),
    "nodes: scaled down to min (1), 8 of 15 pods would have a place",
    "eks.pods: subnets are checked for 5 pods, and this stack alone runs 13 with an address",
  ]);
  expect(notes(planned(raw({}, { stars: {} })))).toEqual([]);
  const grows = workers("t3.small", { min: 3 });
  expect(notes(planned(raw(grows, { "services-and-dns": {}, stars: {}, "pod-and-host-views": {} })))).toEqual(
    [],
  );
});

test("on a cluster that stands somebody's autoscaler may add nodes, up to max and no further", () => {
  const cluster = (desired: number) => ({
    zones: ["us-west-2a", "us-west-2b"],
    vpcCni: true,
    nodeGroups: { workers: { min: 2, desired, max: 20 } },
  });
  const config = raw(workers("t3.small", { min: 2 }));
  expect(notes(planned(config, { ...factsBeforeLookup, cluster: cluster(2) }))).toEqual([
    expect.stringMatching(/16 pods .* 14 fit .*; they run once there are more nodes$/),
  ]);
  expect(notes(planned(config, { ...factsBeforeLookup, cluster: cluster(4) }))).toEqual([
    expect.stringContaining("scaled down to min"),
  ]);
  const micro = raw(workers("t3.micro", { min: 2 }));
  expect(planned(micro, { ...factsBeforeLookup, cluster: cluster(2) })).toEqual([
    expect.stringContaining("0 fit on 2 nodes"),
  ]);
});

test("rules of a security group: what AWS has said is refused, what it has not is told", () => {
  const sourceRanges = Array.from({ length: 40 }, (_, i) => `198.51.${i}.0/24`);
  const config = raw({}, { stars: {} }, { ingress: { install: true, loadBalancer: { sourceRanges } } });
  const rules = (value: number) => planned(config, { ...factsBeforeLookup, limits: { rules: { value } } });
  expect(rules(60)).toEqual([
    expect.stringMatching(/quota of 60 \(Inbound or outbound rules per security group\)/),
  ]);
  expect(rules(100)).toMatchObject({ stack: "test" });
  const { notes: all } = planned(config) as StackPlan;
  expect(all.filter((n) => n.includes("rules of a security group"))).toHaveLength(1);
});
