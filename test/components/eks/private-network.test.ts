import { ProblemsError } from "../../../kube/problems";
import { stackCost } from "../../../stacks/stack-cost";
import { planStack, type StackPlan } from "../../../stacks/stack-plan";
import { rawConfig, stackGraph } from "../../support/graph";

const ecr = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const mirrors = {
  images: {
    "quay.io": `${ecr}/quay`,
    "docker.io": `${ecr}/docker`,
    "public.ecr.aws": `${ecr}/public`,
    "registry.k8s.io": `${ecr}/k8s`,
  },
};
const endpoint = { publicCidrs: ["198.51.101.7/32"] };
const config = (eks: object = {}, more: object = {}) => ({
  target: "eks",
  labs: { stars: {} },
  mirrors,
  eks: {
    endpoint,
    region: "us-west-2",
    ...eks,
    network: { private: true, ...(eks as { network?: object }).network },
  },
  ...more,
});
const plan = (...args: Parameters<typeof config>): StackPlan => planStack("test", rawConfig(config(...args)));
const problems = (...args: Parameters<typeof config>): string[] => {
  try {
    plan(...args);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message} FIX ${p.fix ?? ""}`);
  }
};

test.each<[string, Parameters<typeof config>, RegExp]>([
  [
    "a NAT gateway",
    [{ network: { nat: "perZone" } }],
    /^eks\.network\.nat: a private network has no way out/,
  ],
  ["layers of images", [{ network: { s3Endpoint: false } }], /^eks\.network\.s3Endpoint: /],
  ["public subnets", [{ network: { prefixes: { public: 24 } } }], /^eks\.network\.prefixes\.public: /],
  [
    "other partitions",
    [{ region: "cn-north-1" }],
    /^eks\.network\.private: names of endpoints in cn-north-1/,
  ],
  [
    "a load balancer for the internet",
    [{}, { ingress: { install: true } }],
    /^ingress\.loadBalancer\.scheme: .* FIX use internal$/,
  ],
  [
    "ACME",
    [
      {},
      {
        ingress: { install: true, loadBalancer: { scheme: "internal", targetType: "ip" } },
        dns: { baseDomain: "labs.acme.dev", zone: "find" },
        tls: { issuer: "acme", email: "a@acme.dev" },
      },
    ],
    /^tls\.issuer: cert-manager reaches neither Let's Encrypt nor Route 53/,
  ],
  ["a lab that calls the internet", [{}, { labs: { "egress-lockdown": {} } }], /the network has no way out/],
])("%s: refused", (_what, args, expected) => {
  expect(problems(...args)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
});

test("every registry that nodes would ask is named with who asks it, those of later steps and of charts too", () => {
  const ingress = { install: true, loadBalancer: { scheme: "internal", targetType: "ip" } };
  const [problem, ...others] = problems({}, { mirrors: {}, ingress, tls: { issuer: "self-signed" } });
  expect(others).toEqual([]);
  expect(problem).toMatch(
    /^mirrors\.images: .* quay\.io \(Calico, cert-manager\), public\.ecr\.aws \(the load balancer controller\), registry\.k8s\.io \(ingress-nginx\), docker\.io \(stars\) FIX quay\.io: <account>\.dkr\.ecr\.us-west-2\.amazonaws\.com\/quay; /,
  );
  expect(problems({}, { ingress, tls: { issuer: "self-signed" } })).toEqual([]);
  const elsewhere = { images: { ...mirrors.images, "quay.io": "registry.office.example:5000" } };
  expect(plan({}, { mirrors: elsewhere }).notes.join()).toContain(
    "must reach the registries that mirrors.images names: registry.office",
  );
});

test("endpoints instead of ways out; nodes wait for them, and the controller's image is the mirror's", async () => {
  const graph = await stackGraph(config({ cni: "aws-custom" }), { preview: false });
  const types = graph.resources.map((r) => r.type);
  for (const type of ["internetGateway:InternetGateway", "natGateway:NatGateway", "eip:Eip", "route:Route"])
    expect(types).not.toContain(`aws:ec2/${type}`);
  const subnets = graph.ofType("aws:ec2/subnet:Subnet").map((r) => r.name.replace("eks-network-", ""));
  expect(subnets.sort()).toEqual(["pod-a", "pod-b", "private-a", "private-b"]);
  const endpoints = graph.ofType("aws:ec2/vpcEndpoint:VpcEndpoint");
  const services = endpoints.map((r) =>
    String(r.inputs["serviceName"]).replace("com.amazonaws.us-west-2.", ""),
  );
  expect(services.sort()).toEqual([
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "logs",
    "s3",
    "sts",
  ]);
  for (const e of endpoints)
    expect([e.name, graph.waitsFor("eks-nodes-workers", e.name)]).toEqual([e.name, true]);
  expect(graph.named("eks-network-ecr-dkr").inputs).toMatchObject({ privateDnsEnabled: true });
  // Pods call them too, from their own range.
  expect(graph.named("eks-network-endpoints").inputs["ingress"]).toMatchObject([
    { fromPort: 443, cidrBlocks: ["10.0.0.0/16", "100.64.0.0/16"] },
  ]);
  expect(graph.named("eks-lb-controller").inputs["values"]).toMatchObject({
    image: { repository: `${ecr}/public/eks/aws-load-balancer-controller` },
  });
  expect(graph.named("eks-cluster").inputs["privateSubnetIds"]).toHaveLength(2);
});

test("load balancers of labs are internal, and endpoints are in the price", () => {
  const planned = plan(
    { region: "us-east-1" },
    { mirrors: { images: mirrors.images }, labs: { "load-balancing": { step: "load-balancer" } } },
  );
  const cost = stackCost(planned, new Date())!;
  expect(cost.parts.find((p) => p.what === "interface endpoint")).toEqual({
    what: "interface endpoint",
    count: 16,
    each: 0.01,
  });
  expect(cost.parts.map((p) => p.what).join()).not.toMatch(/NAT|public IPv4/);
});
