import { eksSchema } from "../../../components/eks/eks-config";
import { offlineFacts } from "../../../components/eks/plan/aws-facts";
import { planEks } from "../../../components/eks/plan/eks-plan";
import { desiredNow, plannedName, type StandingCluster } from "../../../components/eks/plan/standing-cluster";

test.each([
  ["a group that does not stand", undefined, undefined],
  ["the same bounds, whatever an autoscaler did", { min: 2, desired: 3, max: 4 }, undefined],
  ["more nodes at least", { min: 1, desired: 1, max: 4 }, 2],
  ["fewer nodes at most", { min: 2, desired: 6, max: 6 }, 4],
  ["a number that lies between the new bounds", { min: 1, desired: 3, max: 9 }, 3],
])("nodes of a group from now on: %s", (_, standing, desired) => {
  expect(desiredNow({ min: 2, max: 4 }, standing)).toBe(desired);
});

test.each([
  ["eks-nodes-workers-0a1b2c3", "workers"],
  ["eks-nodes-workers-a-0a1b2c3", "workers-a"],
  ["somebody-elses-0a1b2c3", undefined],
  ["eks-nodes-workers", undefined],
])("%s is the group %s of the plan", (name, planned) => {
  expect(plannedName(name)).toBe(planned);
});

// Each of these AWS refuses, or it would take the cluster away with all that is in it.
const STANDING: StandingCluster = {
  zones: ["us-west-2a", "us-west-2b"],
  version: "1.35",
  serviceCidr: "172.20.0.0/16",
  vpcCidr: "10.0.0.0/22",
  subnets: { "us-west-2a": "10.0.0.0/25", "us-west-2b": "10.0.0.128/25" },
  nodeGroups: {},
};
test.each<[string, { kubernetes?: string; network?: object; cni?: string }, string[]]>([
  ["what it has", {}, []],
  ["the next version", { kubernetes: "1.36" }, []],
  [
    "an older version",
    { kubernetes: "1.34" },
    ["kubernetes: the cluster that stands has 1.35, and EKS never goes back"],
  ],
  [
    "two versions at once",
    { kubernetes: "1.37" },
    ["kubernetes: the cluster that stands has 1.35, and EKS goes up one minor version at a time"],
  ],
  [
    "another Service range",
    { network: { serviceCidr: "172.21.0.0/16" } },
    ["eks.network.serviceCidr: the cluster that stands has 172.20.0.0/16, and EKS never changes it"],
  ],
  [
    "another VPC",
    { network: { vpcCidr: "10.1.0.0/22" } },
    ["eks.network.vpcCidr: the cluster that stands has 10.0.0.0/22, and the cluster cannot leave its VPC"],
  ],
  [
    "a mode for which the layout is another",
    { cni: "aws-custom" },
    [
      "eks.network: the private subnet of us-west-2a would become 10.0.0.0/26, and 10.0.0.0/25 stands: AWS makes no subnet over another, and the control plane holds the old one",
      "eks.network: the private subnet of us-west-2b would become 10.0.0.64/26, and 10.0.0.0/25 stands: AWS makes no subnet over another, and the control plane holds the old one",
    ],
  ],
])("a cluster that stands is to have %s", (_, { kubernetes = "1.35", network, ...more }, expected) => {
  const config = eksSchema.parse({
    endpoint: { publicCidrs: ["198.51.101.7/32"] },
    network: { vpcCidr: "10.0.0.0/22", ...network },
    ...more,
  });
  const context = { stack: "t", clusterName: "labs-t", kubernetes, pools: [], today: new Date("2026-11-20") };
  const aws = { ...offlineFacts, versions: ["1.34", "1.35", "1.36", "1.37"], cluster: STANDING };
  const said = planEks(config, context, aws).problems.map((p) => `${p.path}: ${p.message}`);
  expect(said).toEqual(expected);
});
