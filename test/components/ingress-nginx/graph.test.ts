import { stackGraph, type Graph } from "../../support/graph";
import { certificate, key } from "../tls/pem";

const labs = {
  boutique: { step: "canary-half" },
  "game-2048": { step: "outside" },
  "ingress-routing": { step: "tls" },
  "load-balancing": { step: "load-balancer" },
};
const nlb = "labs-0123456789.elb.us-west-2.amazonaws.com";
const options = (preview: boolean) => ({
  preview,
  outputs: (args: { type: string; name: string; inputs: unknown }, isPreview: boolean) => {
    if (isPreview) return undefined;
    if (args.name === "ingress-service")
      return { status: { loadBalancer: { ingress: [{ hostname: nlb }] } } };
    if (args.name === "tls-authority") return { data: { "tls.crt": Buffer.from("PEM").toString("base64") } };
    if (args.type === "aws:route53/zone:Zone")
      return { ...(args.inputs as object), zoneId: "Z1", nameServers: ["ns1"] };
    return undefined;
  },
  call: (args: { token: string; inputs: unknown }) => {
    if (args.token === "aws:lb/getHostedZoneId:getHostedZoneId") return { id: "ZNLB" };
    if (args.token === "aws:route53/getZone:getZone") return { zoneId: "Z1", nameServers: ["ns1"] };
    return args.inputs as Record<string, unknown>;
  },
});
const eks = (cni: string, more: object = {}) => ({
  target: "eks",
  labs: { "game-2048": labs["game-2048"], "load-balancing": labs["load-balancing"] },
  owner: "ada",
  expires: "2026-12-01T18:00:00Z",
  eks: { cni, endpoint: { publicCidrs: ["203.0.113.7/32"] } },
  ...more,
});
const zone = { dns: { baseDomain: "labs.acme.dev", zone: "create" } };

describe.each([true, false])("preview: %s", (preview) => {
  describe("kind", () => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await stackGraph({ labs }, options(preview));
    });

    test("the controller comes after the pod network, every Ingress after the controller and the issuer", () => {
      expect(graph.waitsFor("ingress-release", "calico-ready-run")).toBe(true);
      const ingresses = graph.ofType("kubernetes:networking.k8s.io/v1:Ingress");
      expect(ingresses.length).toBeGreaterThan(4);
      for (const i of ingresses) {
        expect(graph.waitsFor(i.name, "ingress-release")).toBe(true);
        expect(graph.waitsFor(i.name, "tls-clusterissuer-labs")).toBe(true);
      }
    });

    test("a canary comes after its route", () => {
      const canary = "lab-boutique-ingress-boutique-shop-canary";
      expect(graph.waitsFor(canary, "lab-boutique-ingress-boutique-shop")).toBe(true);
    });

    test("nothing that needs an issuer starts before the webhook answers", () => {
      const needing = graph.resources.filter((r) => /^kubernetes:cert-manager\.io\//.test(r.type));
      expect(needing.map((r) => r.name)).toEqual(
        expect.arrayContaining(["tls-clusterissuer-labs", "tls-certificate-cert-manager-labs-ca"]),
      );
      for (const r of needing) expect(graph.waitsFor(r.name, "tls-manager")).toBe(true);
      expect(graph.waitsFor("tls-clusterissuer-labs", "tls-certificate-cert-manager-labs-ca")).toBe(true);
      expect(
        graph.waitsFor("tls-certificate-cert-manager-labs-ca", "tls-clusterissuer-labs-self-signed"),
      ).toBe(true);
    });

    test("cert-manager is one remote component with its own provider and ours, its chart pinned", () => {
      const manager = graph.named("tls-manager");
      expect(manager.remote).toBe(true);
      expect(manager.provider).toContain("tls-plugin");
      expect(manager.providers["kubernetes"]).toContain("kind-kubernetes");
      expect(manager.inputs).toMatchObject({
        webhook: { hostNetwork: false, securePort: 10250 },
        startupapicheck: { enabled: true },
        helmOptions: {
          name: "cert-manager",
          namespace: "cert-manager",
          version: "v1.21.1",
          values: { crds: { enabled: true } },
        },
      });
      // Values that have a typed argument would be overwritten by it.
      expect(Object.keys((manager.inputs["helmOptions"] as { values: object }).values)).toEqual(["crds"]);
    });

    test("all of it goes with the cluster, the load balancer too, whose address is waited for", () => {
      for (const r of graph.resources.filter((x) => x.custom && /^kubernetes:(?!.*Patch$)/.test(x.type))) {
        expect([r.name, r.deletedWith ?? ""]).toEqual([r.name, graph.named("kind-cluster").urn]);
      }
      const balanced = graph.named("lab-load-balancing-service-load-balancing-echo-lb");
      expect(balanced.inputs["metadata"]).not.toMatchObject({
        annotations: { "pulumi.com/skipAwait": "true" },
      });
      expect(graph.named("ingress-release").inputs["values"]).toMatchObject({
        controller: { service: { type: "ClusterIP" } },
      });
    });

    test("the authority's certificate is an output, and no key is", () => {
      expect(graph.outputs["caCertificate"]).toEqual(preview ? expect.anything() : "PEM");
      expect(JSON.stringify(graph.outputs)).not.toMatch(/PRIVATE KEY|tls.key/);
    });

    test("outputs are full URLs", () => {
      expect(graph.outputs["links"]).toMatchObject({
        "boutique: the shop": "https://shop.localhost/",
        "game-2048: the game": "https://game-2048.localhost/",
      });
    });
  });

  describe.each(["aws", "calico"])("eks, cni %s", (cni) => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await stackGraph(
        eks(cni, { ...zone, tls: { issuer: "acme-staging", email: "ada@acme.dev" } }),
        options(preview),
      );
    });
    const CONTROLLER = "eks-lb-controller";
    const owners = ["ingress-release", "lab-load-balancing-service-load-balancing-echo-lb"];

    test("what owns a load balancer goes before its controller, and never silently with the cluster", () => {
      for (const name of owners) {
        expect(graph.waitsFor(name, CONTROLLER)).toBe(true);
        expect(graph.named(name).deletedWith).toBeUndefined();
        // Children inherit deletedWith in the engine: no parent may carry it either.
        for (let r = graph.named(name); r.parent !== undefined;) {
          const parent = graph.resources.find((x) => x.urn === r.parent);
          if (parent === undefined) break;
          expect([parent.name, parent.deletedWith]).toEqual([parent.name, undefined]);
          r = parent;
        }
      }
    });

    test("records of the names lead to the load balancer", () => {
      const records = graph.ofType("aws:route53/record:Record");
      expect(records.map((r) => r.inputs["name"]).sort()).toEqual(["*.labs.acme.dev", "labs.acme.dev"]);
      for (const r of records) {
        expect(r.inputs).toMatchObject({
          type: "A",
          aliases: [{ evaluateTargetHealth: true }],
          setIdentifier: "ingress",
          weightedRoutingPolicies: [{ weight: 100 }],
        });
        if (!preview)
          expect(r.inputs).toMatchObject({ zoneId: "Z1", aliases: [{ name: nlb, zoneId: "ZNLB" }] });
        expect(graph.waitsFor(r.name, "zone-zone")).toBe(true);
      }
    });

    test("cert-manager can prove names in this zone and nothing else, before its pods start", () => {
      const acme = graph.named("tls-clusterissuer-labs").inputs["spec"] as {
        acme: { server: string; solvers: object[] };
      };
      expect(acme.acme.server).toMatch(/acme-staging/);
      expect(acme.acme.solvers).toMatchObject([{ dns01: { route53: { region: "us-west-2" } } }]);
      expect(graph.waitsFor("tls-manager", "challenge-identity")).toBe(true);
      expect(graph.waitsFor("tls-manager", "challenge-policy")).toBe(true);
      if (!preview) {
        const { Statement } = JSON.parse(graph.named("challenge-policy").inputs["policy"] as string) as {
          Statement: { Action: string[]; Resource: string[] }[];
        };
        for (const s of Statement) {
          expect(s.Action.join()).not.toContain("*");
          if (!s.Action.includes("route53:GetChange"))
            expect(s.Resource).toEqual(["arn:aws:route53:::hostedzone/Z1"]);
        }
      }
    });

    test("webhooks are on the host network exactly where the API server cannot reach pods", () => {
      const hostNetwork = cni === "calico";
      expect(graph.named("tls-manager").inputs["webhook"]).toEqual({
        hostNetwork,
        securePort: hostNetwork ? 10260 : 10250,
      });
      expect(graph.named("ingress-release").inputs["values"]).toMatchObject({
        controller: {
          hostNetwork,
          kind: hostNetwork ? "DaemonSet" : "Deployment",
          admissionWebhooks: { enabled: true },
        },
      });
    });
  });

  test("your own certificate: its key is secret, and the controller's default for every host", async () => {
    const graph = await stackGraph(
      { labs, dns: { baseDomain: "labs.example.org" }, tls: { issuer: "own", certificate, key } },
      options(preview),
    );
    const secret = graph.named("ingress-certificate");
    expect(JSON.stringify(secret.inputs)).not.toContain("PRIVATE KEY");
    expect(graph.waitsFor("ingress-release", "ingress-certificate")).toBe(true);
    expect(graph.named("ingress-release").inputs["values"]).toMatchObject({
      controller: { extraArgs: { "default-ssl-certificate": "ingress-nginx/labs-default-certificate" } },
    });
    expect(graph.has("tls-manager")).toBe(false);
    const shop = graph.named("lab-boutique-ingress-boutique-shop").inputs["spec"];
    expect(shop).toMatchObject({ tls: [{ hosts: ["shop.labs.example.org"] }] });
    expect(JSON.stringify(shop)).not.toContain("secretName");
  });
});

test("without a lab that needs it there is no ingress, and labs that do not use it do not wait for it", async () => {
  const graph = await stackGraph({ labs: { stars: {} } });
  expect(graph.has("ingress-release")).toBe(false);
  const both = await stackGraph({ labs: { stars: {}, "game-2048": {} } });
  expect(both.waitsFor("lab-stars-namespace-stars", "ingress-release")).toBe(false);
});
