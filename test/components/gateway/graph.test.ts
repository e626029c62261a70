import { stackGraph, type Graph } from "../../support/graph";
import { certificate, key } from "../tls/pem";

const labs = { boutique: { step: "canary-half" }, "game-2048": { step: "outside" } };
const balancer = "labs-0123456789.elb.us-west-2.amazonaws.com";
const options = (preview: boolean) => ({
  preview,
  outputs: (args: { name: string }, isPreview: boolean) =>
    !isPreview && args.name === "gateway-service"
      ? { status: { loadBalancer: { ingress: [{ hostname: balancer }] } } }
      : undefined,
});
const eks = (cni: string, ingress: object) => ({
  target: "eks",
  labs,
  owner: "ada",
  expires: "2026-12-01T18:00:00Z",
  eks: { cni, endpoint: { publicCidrs: ["203.0.113.7/32"] }, nodeGroups: { workers: { min: 4 } } },
  ingress: { loadBalancer: { sourceRanges: ["203.0.113.7/32"] }, ...ingress },
});
const ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute";

interface Api {
  spec: { gatewayClasses: { gatewayService: { spec: { patch: { value: { spec: object } } } } }[] };
}

describe.each([true, false])("preview: %s", (preview) => {
  describe("kind, a Gateway alone", () => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await stackGraph({ labs, ingress: { controller: "gateway" } }, options(preview));
    });

    test("the operator's Gateway comes after the pod network, routes after the Gateway", () => {
      expect(graph.waitsFor("gateway-controller-api", "calico-ready-run")).toBe(true);
      expect(graph.waitsFor("gateway-gateway", "gateway-controller-served-run")).toBe(true);
      const routes = graph.ofType(ROUTE);
      expect(routes.length).toBe(4);
      for (const r of routes) expect(graph.waitsFor(r.name, "gateway-gateway")).toBe(true);
    });

    test("cert-manager starts with the Gateway's CRDs, and makes its certificates; routes wait for them", () => {
      expect(graph.waitsFor("tls-manager", "gateway-controller-served-run")).toBe(true);
      expect(graph.waitsFor("gateway-gateway", "tls-clusterissuer-labs")).toBe(true);
      expect(graph.names().filter((n) => n.startsWith("gateway-certificate-"))).toEqual([]);
      const host = (name: string) => `cert-manager.io/v1/Certificate/labs-gateway:${name}-localhost-tls`;
      expect(graph.named("gateway-issued-run").inputs["environment"]).toEqual({
        LABS_CLUSTER_JOB: JSON.stringify([
          "--timeout=900",
          "ready",
          ...["game-2048", "shop-next", "shop"].map(host),
        ]),
      });
      for (const r of graph.ofType(ROUTE)) expect(graph.waitsFor(r.name, "gateway-issued-run")).toBe(true);
    });

    test("the Gateway is waited for until it is programmed", () => {
      expect(graph.named("gateway-gateway").inputs["metadata"]).toMatchObject({
        annotations: {
          "cert-manager.io/cluster-issuer": "labs",
          "pulumi.com/waitFor": "condition=Programmed",
        },
      });
      expect(graph.named("gateway-controller-served-run").inputs["environment"]).toEqual({
        LABS_CLUSTER_JOB: JSON.stringify([
          "--timeout=600",
          "ready",
          "gateway.networking.k8s.io/v1/GatewayClass/labs=Accepted",
        ]),
      });
    });

    test("its Service has the node ports that are open on this machine as 80 and 443", () => {
      const { spec } = graph.objects().find((o) => o.kind === "GatewayAPI") as unknown as Api;
      expect(spec.gatewayClasses[0]!.gatewayService.spec.patch.value.spec).toEqual({
        type: "NodePort",
        externalTrafficPolicy: "Cluster",
        ports: [
          { name: "http-80", port: 80, protocol: "TCP", nodePort: 31080 },
          { name: "https-443", port: 443, protocol: "TCP", nodePort: 31443 },
        ],
      });
      const cluster = JSON.stringify(graph.resources.map((r) => r.inputs));
      expect(cluster).toMatch(/containerPort: 31080\\n\s+hostPort: 80\\n/);
    });

    test("no ingress-nginx, no Ingress, and all of it goes with the cluster", () => {
      expect(graph.has("ingress-release")).toBe(false);
      expect(graph.ofType("kubernetes:networking.k8s.io/v1:Ingress")).toEqual([]);
      for (const name of ["gateway-controller-api", "gateway-gateway", "gateway-namespace"])
        expect(graph.named(name).deletedWith).toBe(graph.named("kind-cluster").urn);
      expect(graph.has("gateway-gone")).toBe(false);
    });
  });

  test("kind, both: Ingresses at nginx, and the Gateway at ports of its own", async () => {
    const graph = await stackGraph({ labs, ingress: { controller: "both" } }, options(preview));
    expect(graph.has("ingress-release")).toBe(true);
    expect(graph.has("gateway-gateway")).toBe(true);
    expect(graph.ofType(ROUTE)).toEqual([]);
    const ports = JSON.stringify(graph.resources.map((r) => r.inputs)).match(/hostPort: \d+/g);
    expect(new Set(ports)).toEqual(new Set([30002, 30180, 80, 443, 8080, 8443].map((p) => `hostPort: ${p}`)));
  });

  describe.each(["aws", "calico"])("eks, cni %s", (cni) => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await stackGraph(eks(cni, { controller: "gateway" }), options(preview));
    });

    test("at destroy: the Gateway, then its Service and load balancer, then what removes them", () => {
      expect(graph.waitsFor("gateway-gateway", "gateway-gone-run")).toBe(true);
      for (const needed of ["eks-lb-controller", "gateway-controller-served-run"])
        expect(graph.waitsFor("gateway-gone-run", needed)).toBe(true);
      for (const name of ["gateway-gateway", "gateway-gone", "gateway-gone-run", "gateway"])
        expect([name, graph.named(name).deletedWith]).toEqual([name, undefined]);
      const { create, delete: remove, environment } = graph.named("gateway-gone-run").inputs;
      expect([create, remove]).toEqual(["node --version", expect.stringContaining("cluster-job/main.ts")]);
      expect(JSON.stringify(environment)).toContain("owning-gateway-name=labs");
    });

    test("a load balancer for those who may connect, with nginx's annotations", () => {
      const text = JSON.stringify(graph.resources.map((r) => r.inputs));
      expect(text).toContain('"loadBalancerSourceRanges":["203.0.113.7/32"]');
      expect(text).toContain('"service.beta.kubernetes.io/aws-load-balancer-scheme":"internet-facing"');
      if (!preview) expect(graph.outputs["loadBalancer"]).toBe(balancer);
    });

    test("Calico's operator installs it where the API server reaches its webhook, else its chart without one", () => {
      expect(graph.has("gateway-controller-api")).toBe(cni === "aws");
      if (cni === "aws") return;
      expect(graph.named("gateway-controller-release").inputs).toMatchObject({
        chart: "oci://docker.io/envoyproxy/gateway-helm",
        values: { topologyInjector: { enabled: false } },
      });
      for (const name of ["labs", "labs-inside"]) {
        expect(
          graph.waitsFor(`gateway-controller-gatewayclass-${name}`, `gateway-controller-envoyproxy-${name}`),
        ).toBe(true);
        expect(
          graph.waitsFor("gateway-controller-served-run", `gateway-controller-gatewayclass-${name}`),
        ).toBe(true);
      }
    });
  });

  test("eks, both: names are shared out by weight, a record of its own for each", async () => {
    const shared = eks("aws", { controller: "both" });
    const dns = { baseDomain: "labs.acme.dev", zone: "find", gatewayWeight: 25 };
    const graph = await stackGraph({ ...shared, dns }, options(preview));
    const records = graph.ofType("aws:route53/record:Record").map(({ inputs }) => inputs);
    expect(records.map((r) => [r["name"], r["setIdentifier"], r["weightedRoutingPolicies"]])).toEqual(
      expect.arrayContaining([
        ["*.labs.acme.dev", "ingress", [{ weight: 75 }]],
        ["*.labs.acme.dev", "gateway", [{ weight: 25 }]],
        ["labs.acme.dev", "ingress", [{ weight: 75 }]],
        ["labs.acme.dev", "gateway", [{ weight: 25 }]],
      ]),
    );
    expect(records).toHaveLength(4);
  });

  test("a cluster that stays: nothing is left to whom it does not belong", async () => {
    const existing = { context: "c", workers: 2, podCidrs: ["10.42.0.0/16"], installedCni: "other" };
    const graph = await stackGraph(
      { target: "existing", existing, labs, calico: { install: false }, ingress: { controller: "gateway" } },
      options(preview),
    );
    expect(graph.waitsFor("gateway-gateway", "gateway-gone-run")).toBe(true);
    expect(graph.waitsFor("gateway-gone-run", "gateway-controller-release")).toBe(true);
  });

  test("your own certificate: a Secret beside the Gateway, for each of its names", async () => {
    const graph = await stackGraph(
      {
        labs,
        dns: { baseDomain: "labs.example.org" },
        tls: { issuer: "own", certificate, key },
        ingress: { controller: "gateway" },
      },
      options(preview),
    );
    expect(JSON.stringify(graph.named("gateway-certificate").inputs)).not.toContain("PRIVATE KEY");
    expect(graph.waitsFor("gateway-gateway", "gateway-certificate")).toBe(true);
    expect(JSON.stringify(graph.named("gateway-gateway").inputs)).toContain('"labs-default-certificate"');
  });
});

test("proxy protocol: the load balancer speaks it, and the Gateway is told", async () => {
  const graph = await stackGraph(eks("aws", { controller: "gateway", proxyProtocol: true }), options(false));
  expect(graph.named("gateway-proxy-protocol").inputs).toMatchObject({
    spec: { proxyProtocol: { optional: false } },
  });
  const api = JSON.stringify(graph.named("gateway-controller-api").inputs);
  expect(api).toContain('"externalTrafficPolicy":"Cluster"');
  expect(api).toContain('aws-load-balancer-proxy-protocol":"*"');
});
