import fc from "fast-check";
import { addressAt, covers } from "../../../kube/ip";

import { planKind, type KindSpec } from "../../../components/kind/plan/kind-plan";
import { planKindNetwork } from "../../../components/kind/plan/kind-network-plan";
import { stackGraph, type Graph } from "../../support/graph";

const own = { subnet: "198.19.0.0/20", host1: true, asNumber: 64512 };
const kind: KindSpec = {
  workers: 2,
  podCidr: "198.19.16.0/20",
  serviceCidr: "198.19.32.0/20",
  cni: "calico",
  ipFamily: "ipv4",
  kubeProxyMode: "iptables",
  portMappings: [],
};

describe("the plan", () => {
  test("has fixed addresses: nodes from the first, host1 at the last", () => {
    const { plan, outside, problems } = planKindNetwork("labs-bgp", own, []);
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ name: "labs-bgp", gateway: "198.19.15.253", range: "198.19.0.0/24" });
    expect(outside).toEqual({
      address: "198.19.15.254",
      network: "198.19.0.0/20",
      gateway: "198.19.15.253",
      asNumber: 64512,
      container: "labs-bgp-host1",
    });
  });

  test("docker's own choices never take the fixed addresses, in any range", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 8, max: 24 }), (octet, prefix) => {
        const subnet = prefix >= 16 ? `10.${octet}.0.0/${prefix}` : "10.0.0.0/8";
        const { plan } = planKindNetwork("c", { ...own, subnet }, []);
        const fixed = [plan.gateway, plan.host1?.address ?? ""];
        for (const address of fixed) {
          expect(covers(subnet, address)).toBe(true);
          expect(covers(plan.range, address)).toBe(false);
        }
        expect(new Set(fixed).size).toBe(2);
        expect(addressAt(subnet, -1)).not.toBe(plan.host1?.address);
      }),
    );
  });

  test("the router takes neighbours of its AS from the network, and reflects what it learns", () => {
    const { plan } = planKindNetwork("c", { ...own, asNumber: 65001 }, []);
    expect(plan.host1?.config).toMatch(/^router bgp 65001$/m);
    expect(plan.host1?.config).toMatch(/^ neighbor nodes remote-as 65001$/m);
    expect(plan.host1?.config).toMatch(/^ bgp listen range 198\.19\.0\.0\/20 peer-group nodes$/m);
    expect(plan.host1?.config).toMatch(/route-reflector-client/);
  });

  test("all that is wrong at once: too small, and in the way of pods and Services", () => {
    const found = planKind("c", { ...kind, network: { ...own, subnet: "198.19.16.0/25" } }, "img").problems;
    expect(found.map((p) => [p.path, p.message])).toEqual([
      ["kind.network.subnet", "is too small to keep nodes, gateway and host1 apart"],
      ["kind.network.subnet", "overlaps the pod range 198.19.16.0/20"],
    ]);
  });

  test("another network is another cluster; the AS number is not", () => {
    const fingerprint = (network?: typeof own) =>
      planKind("c", network === undefined ? kind : { ...kind, network }, "img").plan.fingerprint;
    expect(fingerprint(own)).not.toBe(fingerprint());
    expect(fingerprint({ ...own, subnet: "198.18.0.0/20" })).not.toBe(fingerprint(own));
    expect(fingerprint({ ...own, asNumber: 65001 })).toBe(fingerprint(own));
  });
});

describe.each([true, false])("the stack (preview %s)", (preview) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await stackGraph({ kind: { network: {} } }, { stack: "net", preview });
  });

  test("cluster and host1 wait for the network, so it goes last", () => {
    const network = "kind-outside-network";
    expect(graph.waitsFor("kind-cluster", network)).toBe(true);
    expect(graph.waitsFor("kind-outside-host1", network)).toBe(true);
  });

  test("host1's image comes from the mirror, where there is one", async () => {
    const mirrored = await stackGraph(
      { kind: { network: {} }, mirrors: { images: { "quay.io": "mirror.local:5000/quay" } } },
      { stack: "net", preview },
    );
    expect(mirrored.named("kind-outside-host1").inputs["environment"]).toMatchObject({
      IMAGE: expect.stringMatching(/^mirror\.local:5000\/quay\/frrouting\/frr:/) as string,
    });
  });

  test("another network condemns what is on it by its id, so that docker can take the old one away", () => {
    const network = graph.named("kind-outside-network");
    for (const name of ["kind-shape", "kind-outside-host1"])
      expect(graph.named(name).propertyDependencies["triggers"]).toContain(network.urn);
  });

  test("kind is told the network, and each thing of docker's is taken away by docker", () => {
    expect(graph.named("kind-cluster").inputs["environment"]).toEqual({
      LABS_MAKES: "cluster labs-net",
      KIND_CLUSTER_NAME: "labs-net",
      KIND_EXPERIMENTAL_DOCKER_NETWORK: "labs-net",
      KUBECONFIG: ".labs/kubeconfig/labs-net",
    });
    expect(graph.named("kind-outside-network").inputs).toMatchObject({
      delete: 'docker network rm "$LABS_NAME"',
      environment: { LABS_NAME: "labs-net", SUBNET: "198.19.0.0/20", RANGE: "198.19.0.0/24" },
    });
    const host1 = graph.named("kind-outside-host1").inputs;
    expect(host1["delete"]).toBe('docker rm --force "$LABS_NAME"');
    expect(host1["create"]).toContain("--sysctl net.ipv4.ip_forward=1");
    expect(host1["environment"]).toMatchObject({
      LABS_NAME: "labs-net-host1",
      NETWORK: "labs-net",
      ADDRESS: "198.19.15.254",
      IMAGE: expect.stringMatching(/^quay\.io\/frrouting\/frr:[0-9.]+@sha256:[0-9a-f]{64}$/) as string,
    });
    for (const name of ["kind-outside-network", "kind-outside-host1"])
      expect(graph.named(name).deletedWith).toBeUndefined();
  });
});
