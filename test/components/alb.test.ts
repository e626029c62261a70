import { ProblemsError } from "../../kube/problems";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig, stackGraph } from "../support/graph";
import { labAt } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { answerRequest } from "../../labs/prediction/requests";

const certificateArns = ["arn:aws:acm:us-west-2:123456789012:certificate/x"];
const config = (ingress: object = {}, more: object = {}, eks: object = {}) => ({
  target: "eks",
  labs: { boutique: { step: "canary-half" }, "game-2048": { step: "outside" } },
  ingress: { controller: "alb", certificateArns, ...ingress },
  dns: { baseDomain: "labs.acme.dev", zone: "find" },
  eks: {
    endpoint: { publicCidrs: ["198.51.101.7/32"] },
    nodeGroups: { workers: { instanceTypes: ["m5.large"], min: 3 } },
    ...eks,
  },
  ...more,
});
const problems = (...args: Parameters<typeof config>): string[] => {
  try {
    planStack("test", rawConfig(config(...args)));
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message}`);
  }
};

test.each<[string, Parameters<typeof config>, RegExp]>([
  ["settings of nginx", [{ replicas: 2 }], /^ingress\.replicas: is a setting of nginx/],
  [
    "no certificate where a lab needs one",
    [{ certificateArns: [] }],
    /^ingress\.certificateArns: a lab of this stack needs/,
  ],
  [
    "cert-manager",
    [{}, { tls: { issuer: "self-signed" } }],
    /^tls\.issuer: an ALB takes certificates from ACM/,
  ],
  ["certificates for nginx", [{ controller: "ingress-nginx" }], /^ingress\.certificateArns: are for an ALB/],
  ["Calico's overlay", [{}, {}, { cni: "calico" }], /^ingress\.controller: an ALB sends to pods here/],
  [
    "no controller for it",
    [{}, {}, { loadBalancer: { controller: "aws-in-tree" } }],
    /^ingress\.controller: .*this cluster has none/,
  ],
  [
    "a lab with rewrites",
    [{}, { labs: { "ingress-routing": {} } }],
    /^labs\.ingress-routing: this cluster cannot carry ingress-routing: .*default backend/,
  ],
])("%s: refused", (_what, args, expected) => {
  expect(problems(...args)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
});

test("another cluster than EKS has no such load balancer", () => {
  const raw = rawConfig({ labs: { boutique: {} }, ingress: { controller: "alb", certificateArns } });
  expect(() => planStack("kind", raw)).toThrow(/ingress\.controller: Ingresses become an ALB/);
});

test("every request that the labs claim comes true at every step", () => {
  const { labs } = planStack("test", rawConfig(config()));
  for (const selection of labs)
    for (const step of selection.lab.steps.keys()) {
      const at = { ...selection, step };
      const { objects } = labAt(at);
      for (const claim of claimsOf(at))
        if (claim.kind === "request")
          expect([at.instance, step, answerRequest(objects, at.context, claim).instead]).toEqual([
            at.instance,
            step,
            undefined,
          ]);
    }
});

describe.each([true, false])("preview: %s", (preview) => {
  test("one class, one load balancer; Ingresses go before the controller, for real; names lead to it", async () => {
    const graph = await stackGraph(config(), {
      preview,
      call: ({ token, inputs }: { token: string; inputs: unknown }) => {
        if (token === "aws:lb/getHostedZoneId:getHostedZoneId") return { id: "ZALB" };
        if (token === "aws:route53/getZone:getZone") return { zoneId: "Z1", nameServers: ["ns1"] };
        return inputs as Record<string, unknown>;
      },
    });
    expect(graph.has("ingress-release")).toBe(false);
    expect(graph.resources.filter((r) => r.type.includes("cert-manager"))).toEqual([]);
    const parameters = graph.named("ingress-parameters").inputs;
    expect(parameters["spec"]).toMatchObject({
      group: { name: "labs" },
      targetType: "ip",
      sslRedirectPort: "443",
    });
    const ingresses = graph
      .ofType("kubernetes:networking.k8s.io/v1:Ingress")
      .filter((r) => !r.name.endsWith("address"));
    expect(ingresses.map((r) => r.name).sort()).toEqual(
      [
        "ingress-base",
        "lab-boutique-ingress-boutique-shop",
        "lab-game-2048-ingress-game-2048-game-2048",
      ].sort(),
    );
    for (const { name, deletedWith } of ingresses) {
      expect([name, graph.waitsFor(name, "eks-lb-controller"), deletedWith]).toEqual([name, true, undefined]);
      if (name !== "ingress-base") expect(graph.waitsFor(name, "ingress-base")).toBe(true);
    }
    expect(graph.ofType("aws:route53/record:Record")).toHaveLength(2);
  });
});
