import type { KubeObject } from "../../../kube/objects";
import { gatewayProblems, type GatewayContents } from "../../../components/existing/plan/gateway-contents";
import { ProblemsError } from "../../../kube/problems";
import { podDemands } from "../../../stacks/pod-demands";
import { planStack, type StackPlan } from "../../../stacks/stack-plan";
import { rawConfig } from "../../support/graph";

const labs = { "game-2048": { step: 1 } };
const plan = (config: object): StackPlan => planStack("test", rawConfig({ labs, ...config }));

function problems(config: object): string[] {
  try {
    plan(config);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message}`);
  }
}
const eksAt = (cni: string) => ({
  target: "eks",
  eks: { cni, endpoint: { publicCidrs: ["203.0.113.7/32"] }, nodeGroups: { workers: { min: 4 } } },
});
const existing = { target: "existing", existing: { context: "c", workers: 2, podCidrs: ["10.42.0.0/16"] } };

describe("refused, with the reason", () => {
  test.each<[string, object, RegExp]>([
    [
      "a section for a Gateway without one",
      { gateway: { installedBy: "chart" } },
      /^gateway: is for a Gateway, and routes are served by ingress-nginx/,
    ],
    [
      "host ports",
      { ingress: { controller: "gateway", expose: "host-ports" } },
      /ingress\.expose: .*no ports of their nodes/,
    ],
    [
      "settings of nginx",
      { ingress: { controller: "gateway", hsts: {}, hostNetwork: true } },
      /hostNetwork: is a setting of ingress-nginx[^]*hsts: is a setting/,
    ],
    [
      "a port that is no NodePort",
      { ingress: { controller: "gateway" }, gateway: { nodePorts: { http: 80 } } },
      /gateway\.nodePorts\.http: is no NodePort/,
    ],
    [
      "one port for both",
      { ingress: { controller: "both" }, gateway: { nodePorts: { http: 31443 } } },
      /gateway\.nodePorts\.https: is the port of HTTP as well/,
    ],
    [
      "a load balancer that nobody serves",
      { ingress: { controller: "gateway", expose: "load-balancer" }, kind: { loadBalancer: false } },
      /nothing serves a Service of type LoadBalancer/,
    ],
    [
      "the operator where its webhook is not reached",
      { ...eksAt("calico"), ingress: { controller: "gateway" }, gateway: { installedBy: "calico" } },
      /ten seconds for Envoy Gateway's webhook/,
    ],
    [
      "the operator on IPv6 alone",
      { kind: { ipFamily: "ipv6" }, ingress: { controller: "gateway" }, gateway: { installedBy: "calico" } },
      /they would listen on IPv4/,
    ],
    [
      "proxy protocol without a load balancer",
      { ingress: { controller: "gateway", proxyProtocol: true } },
      /ingress\.proxyProtocol: nothing in front/,
    ],
  ])("%s", (_, config, message) => {
    expect(problems(config).join("\n")).toMatch(message);
  });
});

test("who installs it: the operator where it can, else the chart", () => {
  const by = (config: object) => plan({ ingress: { controller: "gateway" }, ...config }).ingress?.gateway?.by;
  expect(by({})).toBe("calico");
  expect(by(eksAt("aws"))).toBe("calico");
  expect(by(eksAt("calico"))).toBe("chart");
  expect(by({ kind: { ipFamily: "ipv6" } })).toBe("chart");
  expect(
    by({
      ...existing,
      calico: { install: false },
      existing: { ...existing.existing, installedCni: "other" },
    }),
  ).toBe("chart");
});

test("where the labs ask for nothing else it is ingress-nginx, with what kind was given before", () => {
  const { ingress, facts } = plan({});
  expect([ingress?.controller === undefined, ingress?.gateway]).toEqual([false, undefined]);
  expect(facts.hostPorts.map((p) => p.hostPort)).toEqual([30002, 30180, 80, 443]);
});

test("its pods are counted: Envoy Gateway, the proxies, and those of a Gateway that a lab makes", () => {
  const at = (step: number) => {
    const stack = plan({ ...eksAt("aws"), labs: { "gateway-api": { step } } });
    if (stack.target.kind !== "eks" || stack.target.cluster === undefined) throw new Error("no EKS");
    return podDemands(stack, stack.target.cluster, { now: 4, least: 4 });
  };
  const pods = (step: number, what: string) =>
    at(step)
      .flatMap((d) => (d.what === what ? [d.pods] : []))
      .reduce((a, b) => a + b, 0);
  expect([pods(0, "envoy-gateway"), pods(0, "the Gateway's proxies")]).toEqual([1, 2]);
  expect(pods(1, "gateway-api") - pods(0, "gateway-api")).toBe(1);
});

test("a Gateway open to everybody is said", () => {
  const notes = plan({ ...eksAt("aws"), ingress: { controller: "gateway" } }).notes.join("\n");
  expect(notes).toMatch(/Gateway's load balancer is open to the whole internet/);
});

test("a certificate of your own must cover the names of the routes", () => {
  const config = { ingress: { controller: "gateway" }, tls: { issuer: "own", certificate: "x", key: "y" } };
  expect(problems(config).join()).toMatch(/tls\.certificate/);
});

describe("a cluster that is there", () => {
  const object = (name: string, labels = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "X",
    metadata: { name, labels },
  });
  const ours = { "k8s-network-labs/cluster": "mine" };
  const nothing: GatewayContents = { classes: [], api: undefined, apiCrd: object("crd"), namespaces: [] };
  const wanted = { clusterName: "mine", by: "calico", className: "labs", calico: false } as const;

  test.each<[string, Partial<GatewayContents>, RegExp]>([
    ["has a GatewayAPI of somebody else", { api: object("default") }, /GatewayAPI default already/],
    ["has an operator that knows none", { apiCrd: undefined }, /knows no GatewayAPI/],
    [
      "has the namespace",
      { namespaces: [object("labs-gateway")] },
      /namespace labs-gateway is in the cluster/,
    ],
    ["has the class", { classes: [object("labs-inside")] }, /GatewayClass labs-inside is in the cluster/],
  ])("%s", (_, found, message) => {
    expect(
      gatewayProblems(wanted, { ...nothing, ...found })
        .map((p) => p.message)
        .join(),
    ).toMatch(message);
  });

  test("what the stack made at its first `up` is its own at the second", () => {
    const found = {
      ...nothing,
      api: object("default", ours),
      namespaces: [object("labs-gateway", ours)],
      classes: [object("labs"), object("labs-inside")],
    };
    expect(gatewayProblems(wanted, found)).toEqual([]);
  });
});
