import { branchInterfaces } from "../../../components/aws/plan/branch-interfaces";
import { planEks } from "../../../components/eks/plan/eks-plan";
import { offlineFacts } from "../../../components/eks/plan/aws-facts";
import { eksSchema } from "../../../components/eks/eks-config";
import { stackGraph } from "../../support/graph";

const endpoint = { publicCidrs: ["198.51.101.7/32"] };
const m5 = { workers: { instanceTypes: ["m5.large"] } };
const plan = (config: object, kubeProxy = true) =>
  planEks(
    eksSchema.parse({ endpoint, nodeGroups: m5, podSecurityGroups: {}, ...config }),
    { stack: "s", clusterName: "c", kubernetes: "1.36", pools: [], kubeProxy, today: new Date("2026-11-20") },
    offlineFacts,
  );

test.each([
  ["m5.large", 9],
  ["m5.xlarge", 18],
  ["c5.4xlarge", 54],
  ["t3.medium", 0],
  ["toString", undefined],
])("%s carries %p branch interfaces", (type, branches) => {
  expect(branchInterfaces(type)).toBe(branches);
});

test("what cannot carry them is refused, all at once", () => {
  const { problems } = plan(
    {
      cni: "calico",
      network: { nat: "none" },
      nodeGroups: { a: { instanceTypes: ["m5.large", "t3.medium"] } },
    },
    false,
  );
  expect(problems.map(({ path, value }) => [path, value])).toEqual([
    ["eks.cni", "calico"],
    ["eks.podSecurityGroups", { enforcing: "strict" }],
    ["eks.network.nat", "none"],
    ["eks.nodeGroups.a.instanceTypes[1]", "t3.medium"],
  ]);
  for (const { fix } of problems) expect(fix).toBeTruthy();
});

test("standard leaves the node's translation and Calico's policies", () => {
  const {
    problems,
    plan: made,
    warnings,
  } = plan({
    podSecurityGroups: { enforcing: "standard" },
    network: { nat: "none" },
  });
  expect(problems).toEqual([]);
  expect(made?.vpcCni?.env).toMatchObject({ POD_SECURITY_GROUP_ENFORCING_MODE: "standard" });
  expect(made?.vpcCni?.init).toBeUndefined();
  expect(warnings.join("\n")).toContain("a node of workers carries 9 pods");
  expect(warnings.join("\n")).not.toContain("have no say");
});

test.each([
  ["aws", "private"],
  ["aws-custom", "pod"],
] as const)("cni %s: each branch interface and the trunk have an address on %s subnets", (cni, role) => {
  const needs = plan({ cni }).plan!.network.subnets.filter((s) =>
    s.needs.some((n) => n.what === "branch interfaces of workers" && n.addresses % 10 === 0),
  );
  expect(new Set(needs.map((s) => s.role))).toEqual(new Set([role]));
});

test("the add-on is told, after the cluster's role got the rights, which outlast the nodes", async () => {
  const eks = { endpoint, nodeGroups: m5, podSecurityGroups: {} };
  const graph = await stackGraph(
    { target: "eks", labs: { stars: {} }, owner: "ada", eks },
    { preview: false },
  );
  const { env, init } = JSON.parse(
    String(graph.named("eks-addon-vpc-cni").inputs["configurationValues"]),
  ) as Record<string, object>;
  expect(env).toMatchObject({ ENABLE_POD_ENI: "true", POD_SECURITY_GROUP_ENFORCING_MODE: "strict" });
  expect(init).toEqual({ env: { DISABLE_TCP_EARLY_DEMUX: "true" } });
  expect(graph.named("eks-addon-trunk-rights").inputs["policyArn"]).toBe(
    "arn:aws:iam::aws:policy/AmazonEKSVPCResourceController",
  );
  for (const name of ["eks-addon-vpc-cni", "eks-nodes-workers"])
    expect([name, graph.waitsFor(name, "eks-addon-trunk-rights")]).toEqual([name, true]);
});
