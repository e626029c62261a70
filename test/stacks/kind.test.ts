import { parse } from "yaml";
import { stackGraph, type Graph } from "../support/graph";

const labs = { stars: { step: 4 }, yaobank: { step: 4 } };

describe("the kind stack", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await stackGraph({ labs }, { stack: "kind", preview: false });
  });

  test("kind gets its config by stdin: no CNI, one control plane, two workers, its pod range", () => {
    const { inputs } = graph.named("kind-cluster");
    expect(inputs["create"]).toBe("kind create cluster --config -");
    expect(inputs["delete"]).toBe("kind delete cluster");
    // Else kind writes the user's own kubeconfig, and switches its context.
    const own = { KIND_CLUSTER_NAME: "labs-kind", KUBECONFIG: ".labs/kubeconfig/labs-kind" };
    expect(inputs["environment"]).toMatchObject(own);
    const config = parse(String(inputs["stdin"])) as {
      nodes: { role: string; image: string }[];
      networking: Record<string, unknown>;
    };
    expect(config.nodes.map((n) => n.role)).toEqual(["control-plane", "worker", "worker"]);
    for (const { image } of config.nodes)
      expect(image).toMatch(/^kindest\/node:v1\.36\.4@sha256:[0-9a-f]{64}$/);
    expect(config.networking).toMatchObject({
      disableDefaultCNI: true,
      podSubnet: "192.168.0.0/16",
      serviceSubnet: "10.96.0.0/16",
    });
  });

  test("the bank's node port is open on loopback only", () => {
    const config = parse(String(graph.named("kind-cluster").inputs["stdin"])) as {
      nodes: { extraPortMappings?: unknown[] }[];
    };
    expect(config.nodes[0]?.extraPortMappings).toContainEqual({
      containerPort: 30180,
      hostPort: 30180,
      listenAddress: "127.0.0.1",
      protocol: "TCP",
    });
  });

  test("CRDs, operator, Installation, APIServer, gate, policies: in this order, and deleted in reverse", () => {
    const order = [
      "lab-stars-networkpolicy-stars-default-deny",
      "calico-ready-run",
      "calico-apiserver-default",
      "calico-installation-default",
      "calico-crds-run",
      "calico-operator",
      "calico-namespace-tigera-operator",
      "kind-kubernetes",
      "kind-cluster",
    ];
    for (const [i, name] of order.slice(0, -1).entries())
      expect([name, order[i + 1], graph.waitsFor(name, order[i + 1]!)]).toEqual([name, order[i + 1], true]);
  });

  test("what is in the cluster goes with the cluster: destroy deletes none of it one by one", () => {
    const cluster = graph.named("kind-cluster").urn;
    const inside = graph.resources.filter((r) => r.type.startsWith("kubernetes:"));
    expect(inside.length).toBeGreaterThan(30);
    expect(inside.filter((r) => r.deletedWith !== cluster).map((r) => r.name)).toEqual([]);
  });

  test("kubeconfig is read again when the cluster is made again", () => {
    const triggers = graph.named("kind-kubeconfig").inputs["triggers"] as unknown[];
    expect(triggers).toContain("kind-cluster-id");
    expect(graph.named("kind-kubeconfig").additionalSecretOutputs).toContain("stdout");
  });

  test("the operator alone comes by the chart; its resources are ours", () => {
    const release = graph.named("calico-operator");
    expect(release.type).toBe("kubernetes:helm.sh/v3:Release");
    expect(release.inputs).toMatchObject({
      chart: "tigera-operator",
      version: "v3.33.1",
      repositoryOpts: { repo: "https://docs.tigera.io/calico/charts" },
      namespace: "tigera-operator",
      timeout: 900,
      values: {
        installation: { enabled: false },
        apiServer: { enabled: false },
        goldmane: { enabled: false },
        whisker: { enabled: false },
      },
    });
    // CRDs as chart resources would cost every preview 18 seconds.
    expect(graph.resources.filter((r) => /CustomResourceDefinition|helm.sh\/v4/.test(r.type))).toEqual([]);
  });
});

test.each([
  ["workers", { workers: 3 }],
  ["podCidr", { podCidr: "10.10.0.0/16" }],
  ["serviceCidr", { serviceCidr: "10.97.0.0/16" }],
  ["portMappings", { portMappings: [{ nodePort: 30180, hostPort: 8080 }] }],
  ["kubeProxyMode", { kubeProxyMode: "nftables" }],
])("a change of kind.%s replaces the cluster", async (_key, kind) => {
  const [before, after] = [await stackGraph({}), await stackGraph({ kind })];
  const triggers = (g: Graph): unknown => g.named("kind-shape").inputs["triggers"];
  expect(triggers(after)).not.toEqual(triggers(before));
});

test("a replaced cluster: shape, cluster, kubeconfig and provider fall one after the other, so objects go with it", async () => {
  // Seen with the real engine: where the cluster itself was the first to be replaced, its objects were deleted one by
  // one, and with a plain clusterIdentifier after the cluster was gone.
  const graph = await stackGraph({}, { preview: false });
  const of = (name: string): Record<string, string[]> => graph.named(name).propertyDependencies;
  expect(of("kind-cluster")["triggers"]).toEqual([graph.named("kind-shape").urn]);
  expect(of("kind-kubeconfig")["triggers"]).toEqual([graph.named("kind-cluster").urn]);
  expect(of("kind-kubernetes")["clusterIdentifier"]).toEqual([graph.named("kind-cluster").urn]);
  expect(graph.named("kind-shape").deleteBeforeReplace).toBe(true);
  expect(graph.named("kind-cluster").deleteBeforeReplace).toBe(true);
});

test("a step forwards and back changes only that lab's policies", async () => {
  const at = async (step: number): Promise<Graph> =>
    stackGraph({ labs: { stars: { step }, yaobank: { step: 2 } } });
  const [two, three, twoAgain] = [await at(2), await at(3), await at(2)];
  const added = three.names().filter((n) => !two.has(n));
  expect(added).toEqual(["lab-stars-networkpolicy-stars-backend-policy"]);
  expect(two.names().filter((n) => !three.has(n))).toEqual([]);
  expect(twoAgain.names().sort()).toEqual(two.names().sort());
});

test("flow logs come with the lab that reads them, after the API server, and are waited for", async () => {
  const graph = await stackGraph({ labs: { staged: { step: 1 } } });
  for (const kind of ["goldmane", "whisker"])
    expect(graph.waitsFor(`calico-${kind}-default`, "calico-apiserver-default")).toBe(true);
  expect(JSON.stringify(graph.named("calico-ready-run").inputs)).toContain("TigeraStatus/whisker=Available");
  const without = await stackGraph({ labs: { stars: { step: 1 } } });
  expect(without.resources.filter((r) => /goldmane|whisker/.test(r.name))).toEqual([]);
});

test("a lab in the place of another takes over the objects that both have", async () => {
  // Seen with the real engine: it creates before it deletes, so a namespace of both was "already there", at every up.
  const graph = await stackGraph({ labs: { "global-policy": { step: 2 } } });
  expect(graph.named("lab-global-policy-namespace-yaobank").aliases).toContain(
    "lab-yaobank-namespace-yaobank",
  );
  expect(graph.named("lab-global-policy-deployment-yaobank-customer").aliases).toEqual([
    "lab-yaobank-deployment-yaobank-customer",
    "lab-host-endpoints-deployment-yaobank-customer",
  ]);
  const apart = await stackGraph({ labs: { bank: { lab: "yaobank", namespaces: { bank: "my-bank" } } } });
  expect(apart.named("lab-bank-namespace-my-bank").aliases).toEqual([]);
});
