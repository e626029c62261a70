import { parse } from "yaml";
import { ebpfContentProblems } from "../../components/existing/plan/ebpf-contents";
import { carriesEbpf } from "../../components/ebpf-kernel";
import type { KubeObject } from "../../kube/objects";
import { ProblemsError } from "../../kube/problems";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig, stackGraph, type Graph } from "../support/graph";

const calico = { dataplane: "BPF" };
const existing = {
  context: "mine",
  podCidrs: ["10.244.0.0/16"],
  kubeProxyMode: "none",
  apiServer: { host: "10.0.0.10" },
};
const eks = { region: "us-west-2", account: "123456789012", endpoint: { publicCidrs: ["203.0.113.7/32"] } };

const told = (config: Record<string, unknown>): string[] => {
  try {
    planStack("test", rawConfig(config));
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message} FIX ${p.fix ?? ""}`);
  }
};
const notes = (config: Record<string, unknown>): string =>
  planStack("test", rawConfig(config)).notes.join("\n");
const valuesOf = (graph: Graph) => graph.named("calico-operator").inputs["values"] as Record<string, unknown>;
const dataplaneOf = (graph: Graph) =>
  (graph.named("calico-installation-default").inputs["spec"] as { calicoNetwork: { linuxDataplane: string } })
    .calicoNetwork.linuxDataplane;
const kindNetworking = (graph: Graph) =>
  (parse(String(graph.named("kind-cluster").inputs["stdin"])) as { networking: Record<string, unknown> })
    .networking;

describe.each([false, true])("on kind (preview %s)", (preview) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await stackGraph({ calico }, { stack: "kind", preview });
  });

  test("the cluster is made without kube-proxy, and Calico told to stand in its place", () => {
    expect(kindNetworking(graph)["kubeProxyMode"]).toBe("none");
    expect(dataplaneOf(graph)).toBe("BPF");
  });

  test("the operator reaches the API server with no Service, and asks the node's DNS for it", () => {
    expect(valuesOf(graph)).toMatchObject({
      kubernetesServiceEndpoint: { host: "labs-kind-control-plane", port: "6443" },
      dnsPolicy: "Default",
    });
  });

  test("load balancers find kube-proxy's health port", () => {
    const felix = graph.resources.find((r) => r.type.endsWith("FelixConfigurationPatch"));
    expect(felix?.inputs["spec"]).toMatchObject({ bpfKubeProxyHealthzPort: 10256 });
  });
});

test("no other dataplane gets any of it", async () => {
  const graph = await stackGraph({}, { stack: "kind" });
  expect(kindNetworking(graph)["kubeProxyMode"]).toBe("iptables");
  expect(Object.keys(valuesOf(graph))).not.toEqual(expect.arrayContaining(["kubernetesServiceEndpoint"]));
  expect(JSON.stringify(graph.resources.map((r) => r.inputs))).not.toMatch(/bpfKubeProxy|CLUSTER_ENDPOINT/);
});

test("on kind a change to BPF or back replaces the cluster, and the plan says so; a second up changes nothing", async () => {
  const [plain, ebpf, again] = [
    await stackGraph({}),
    await stackGraph({ calico }),
    await stackGraph({ calico }),
  ];
  const triggers = (g: Graph): unknown => g.named("kind-shape").inputs["triggers"];
  expect(triggers(ebpf)).not.toEqual(triggers(plain));
  expect(again.resources.map((r) => [r.name, r.inputs])).toEqual(
    ebpf.resources.map((r) => [r.name, r.inputs]),
  );
  for (const config of [{}, { calico }])
    expect(notes(config)).toMatch(
      /`calico\.dataplane` to or from BPF \(kube-proxy off or on\) replaces the cluster/,
    );
});

describe("on EKS", () => {
  test.each(["aws", "calico"])("cni %s: no kube-proxy, and the endpoint's own name", async (cni) => {
    const graph = await stackGraph({ target: "eks", eks: { ...eks, cni }, calico }, { preview: false });
    expect(graph.has("eks-addon-kube-proxy")).toBe(false);
    expect(dataplaneOf(graph)).toBe("BPF");
    expect(graph.named("calico-installation-default").inputs["spec"]).toMatchObject({
      flexVolumePath: "None",
    });
    expect(valuesOf(graph)).toMatchObject({
      kubernetesServiceEndpoint: {
        host: "0123456789abcdef.gr7.us-west-2.eks.amazonaws.com",
        port: "443",
      },
      dnsPolicy: "Default",
    });
    if (cni === "calico") return;
    // Nodes come before Calico: aws-node could not reach the API server's Service.
    const { env } = JSON.parse(String(graph.named("eks-addon-vpc-cni").inputs["configurationValues"])) as {
      env: Record<string, string>;
    };
    expect(env["CLUSTER_ENDPOINT"]).toBe("https://0123456789ABCDEF.gr7.us-west-2.eks.amazonaws.com");
  });

  test("a preview, which does not know the endpoint, goes through", async () => {
    const graph = await stackGraph({ target: "eks", eks: { ...eks, cni: "aws" }, calico }, { preview: true });
    expect(dataplaneOf(graph)).toBe("BPF");
  });

  test("the change is in place: the cluster stays, kube-proxy goes after Calico has changed", async () => {
    const [plain, ebpf] = [
      await stackGraph({ target: "eks", eks }, { preview: false }),
      await stackGraph({ target: "eks", eks, calico }, { preview: false }),
    ];
    expect(ebpf.named("eks-cluster").inputs).toEqual(plain.named("eks-cluster").inputs);
    expect(plain.names().filter((n) => !ebpf.has(n))).toEqual(["eks-addon-kube-proxy"]);
    expect(notes({ target: "eks", eks, calico })).toMatch(/EKS gets no kube-proxy.*connections.*may break/);
  });

  test("a version for the add-on that is left out is refused", () => {
    expect(
      told({ target: "eks", eks: { ...eks, addons: { kubeProxy: "v1.36.0-eksbuild.1" } }, calico }),
    ).toEqual([expect.stringMatching(/^eks\.addons\.kubeProxy: is a version of what calico\.dataplane BPF/)]);
  });
});

describe("on a cluster that is there", () => {
  test("the address is the config's, and the operator goes with its namespace: its Job asks by a Service", async () => {
    const graph = await stackGraph({ target: "existing", existing, calico });
    expect(valuesOf(graph)).toMatchObject({ kubernetesServiceEndpoint: { host: "10.0.0.10", port: "6443" } });
    expect(graph.named("calico-operator").deletedWith).toBe(
      graph.named("calico-namespace-tigera-operator").urn,
    );
    // The operator still lives when the Installation goes.
    expect(graph.waitsFor("calico-installation-default", "calico-operator")).toBe(true);
  });

  test.each<[string, Record<string, unknown>, RegExp[]]>([
    [
      "kube-proxy, and no address: both at once",
      { context: "mine", podCidrs: ["10.244.0.0/16"] },
      [
        /^calico\.dataplane: takes kube-proxy's place.*FIX turn it off yourself.*existing\.kubeProxyMode to none$/,
        /^existing\.apiServer: is needed by calico\.dataplane BPF/,
      ],
    ],
  ])("%s is refused", (_what, described, texts) => {
    expect(told({ target: "existing", existing: described, calico })).toEqual(
      texts.map((t) => expect.stringMatching(t) as unknown),
    );
  });

  test("Calico that is there already is changed where it was installed", () => {
    expect(
      told({
        target: "existing",
        existing: { ...existing, installedCni: "calico" },
        calico: { ...calico, install: false },
      }),
    ).toEqual([
      expect.stringMatching(/^calico\.dataplane: is a setting of a Calico that this stack installs/),
    ]);
  });
});

test("on kind: kube-proxy beside it, and SCTP, are refused with path and fix", () => {
  expect(
    told({
      calico,
      kind: {
        kubeProxyMode: "iptables",
        portMappings: [{ nodePort: 30002 }, { nodePort: 30003, protocol: "SCTP" }],
      },
    }),
  ).toEqual([
    expect.stringMatching(/^calico\.dataplane: takes kube-proxy's place.*FIX remove kind\.kubeProxyMode/),
    expect.stringMatching(/^kind\.portMappings\.1\.protocol: .*neither policies nor Services/),
  ]);
});

test("IPIP works, and the plan says what Calico recommends", () => {
  const pools = [{ cidr: "192.168.0.0/16", encapsulation: "IPIP" }];
  expect(notes({ calico: { ...calico, pools } })).toMatch(/pool default-ipv4-ippool: .*recommends VXLAN/);
  expect(notes({ calico: { pools } })).not.toMatch(/recommends VXLAN/);
});

test.each([
  ["5.10.0-26-generic", true],
  ["6.12.40-linuxkit", true],
  ["5.9.16", false],
  ["4.18.0-305.el8.x86_64", true],
  ["4.18.0-240.el8.x86_64", false],
  ["4.19.0-999.el8", false],
  ["a kernel", false],
])("kernel %s: %s", (release, carried) => {
  expect(carriesEbpf(release)).toBe(carried);
});

describe("what a cluster that is there says of itself", () => {
  const node = (name: string, nodeInfo: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: { nodeInfo },
  });
  const linux = { kernelVersion: "6.8.0", architecture: "amd64", operatingSystem: "linux" };
  const kubeProxy = (desiredNumberScheduled: number): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-proxy", namespace: "kube-system" },
    status: { desiredNumberScheduled },
  });

  test("nothing stands in the way of good nodes, also with a kube-proxy that is turned off", () => {
    expect(ebpfContentProblems([node("a", linux), node("b", {})], undefined)).toEqual([]);
    expect(ebpfContentProblems([node("a", linux)], kubeProxy(0))).toEqual([]);
  });

  test("old kernels, other architectures, Windows and a kube-proxy that runs: all at once", () => {
    const found = ebpfContentProblems(
      [
        node("old", { ...linux, kernelVersion: "5.4.0-42-generic" }),
        node("power", { ...linux, architecture: "ppc64le" }),
        node("win", { ...linux, operatingSystem: "windows" }),
      ],
      kubeProxy(3),
    );
    expect(found.map((p) => `${p.path}: ${String(p.value)}: ${p.message}`)).toEqual([
      expect.stringMatching(/^Node old: 5\.4\.0-42-generic: is older .*Linux 5\.10/),
      expect.stringMatching(/^Node power: ppc64le: is no architecture/),
      expect.stringMatching(/^Node win: windows: /),
      expect.stringMatching(/^existing\.kubeProxyMode: none: DaemonSet .* runs on 3 nodes/),
    ]);
  });
});
