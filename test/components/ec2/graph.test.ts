import { Graph, stackGraph } from "../../support/graph";

const config = {
  target: "ec2",
  owner: "ada",
  expires: "2026-12-01T12:00:00Z",
  ec2: { endpoint: { publicCidrs: ["198.51.101.7/32"] } },
  labs: { stars: {} },
};
const INSTANCE = "aws:ec2/instance:Instance";

describe.each([true, false])("preview %s", (preview) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await stackGraph(config, { preview });
  });

  test("three nodes: tokens only, one hop, encrypted disks, no key, no rights of more than their own", () => {
    const nodes = graph.ofType(INSTANCE);
    expect(nodes.map((n) => n.name)).toEqual([
      "ec2-nodes-control-plane",
      "ec2-nodes-worker-1",
      "ec2-nodes-worker-2",
    ]);
    for (const { inputs } of nodes) {
      expect(inputs).toMatchObject({
        instanceType: "t3.medium",
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { volumeType: "gp3", encrypted: true },
      });
      expect(inputs).not.toHaveProperty("keyName");
    }
  });

  test("nodes boot with a way out, their rules, and the parameters that they write and read", () => {
    for (const node of graph.ofType(INSTANCE))
      for (const other of [
        "ec2-network-public-out",
        "ec2-nodes-security-out",
        "ec2-nodes-security-bgp",
        "ec2-nodes-join",
        "ec2-nodes-kubeconfig",
        "ec2-nodes-control-plane-attached",
      ])
        expect([node.name, other, graph.waitsFor(node.name, other)]).toEqual([node.name, other, true]);
    expect(graph.waitsFor("ec2-nodes-worker-1", "ec2-nodes-worker-role-policy")).toBe(true);
    expect(graph.waitsFor("ec2-nodes-control-plane", "ec2-nodes-control-plane-role-policy")).toBe(true);
  });

  test("what is in the cluster goes with the control plane, which goes before the network", () => {
    const control = graph.named("ec2-nodes-control-plane").urn;
    for (const o of graph.resources.filter((r) => r.type.startsWith("kubernetes:") && r.custom))
      expect([o.name, o.deletedWith]).toEqual([o.name, control]);
    expect(graph.waitsFor("ec2-kubeconfig", "ec2-nodes-control-plane")).toBe(true);
    expect(graph.waitsFor("calico-operator", "ec2-nodes-worker-2")).toBe(true);
  });

  test("labs wait until every node is Ready", () => {
    const [pods] = graph.ofType("kubernetes:apps/v1:Deployment");
    expect(graph.waitsFor(pods!.name, "ec2-nodes-ready-run")).toBe(true);
    const run = graph.named("ec2-nodes-ready-run");
    expect(JSON.stringify(run.inputs["environment"])).toContain("v1/Node/labs-test-worker-2");
    expect(graph.waitsFor("ec2-nodes-ready-run", "calico-ready-run")).toBe(true);
  });

  test("names of the VPC's resources are those that EKS has, under this cluster's name", () => {
    expect(graph.named("ec2-network").type).toBe("labs:eks:Network");
    expect(graph.has("ec2-network-nat-a")).toBe(false);
  });
});

test("known values: address in user data, none in the clear that is secret", async () => {
  const graph = await stackGraph(config, { preview: false });
  const data = graph.named("ec2-nodes-control-plane").inputs["userData"] as string;
  expect(data).toContain("https://203.0.113.10:6443");
  expect(graph.named("ec2-nodes-worker-1").inputs["userData"]).toContain("ec2-nodes-control-plane-id");
  expect(graph.named("ec2-nodes-control-plane-interface").inputs).toMatchObject({ sourceDestCheck: false });
});

test("the check is Felix's: its right holds for interfaces with the cluster's tag, which workers get", async () => {
  const ec2 = { ...config.ec2, sourceDestCheck: "felix" };
  const graph = await stackGraph({ ...config, ec2 }, { preview: false });
  expect(graph.named("ec2-nodes-worker-1").inputs).toMatchObject({ sourceDestCheck: true });
  expect(graph.named("ec2-nodes-worker-1-interface").inputs).toMatchObject({
    resourceId: "eni-ec2-nodes-worker-1",
    key: "labs:cluster",
    value: "labs-test",
  });
  const felix = graph.objects().find((o) => o.kind === "FelixConfiguration");
  expect(felix).toMatchObject({ spec: { awsSrcDstCheck: "Disable" } });
});

test("without Calico from the stack, nobody waits for Ready nodes", async () => {
  const graph = await stackGraph({ ...config, labs: {}, calico: { install: false } }, { preview: false });
  expect(graph.has("ec2-nodes-ready-run")).toBe(false);
});

test("eBPF: no kube-proxy, and Calico is told the control plane's own address", async () => {
  const graph = await stackGraph({ ...config, calico: { dataplane: "BPF" } }, { preview: false });
  expect(graph.named("ec2-nodes-control-plane").inputs["userData"]).toContain("disabled: true");
  expect(JSON.stringify(graph.named("calico-operator").inputs)).toMatch(/"10\.0\.\d+\.10"/);
});
