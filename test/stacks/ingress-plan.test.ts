import { ProblemsError } from "../../kube/problems";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig, stackGraph, type Graph } from "../support/graph";
import * as rules from "../support/rules";

const labs = {
  boutique: { step: "each-service" },
  "game-2048": { step: "outside" },
  "ingress-routing": { step: "rewrite" },
  "load-balancing": { step: "load-balancer-local" },
};

function problems(config: Record<string, unknown>): string[] {
  try {
    planStack("test", rawConfig(config));
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => p.path);
  }
}

test("what is wrong with controller, certificates and names is told at once, before anything is made", () => {
  const found = problems({
    labs,
    ingress: { replicas: 3, proxyProtocol: true, expose: "host-ports" },
    tls: { issuer: "acme" },
    dns: { zone: "find" },
  });
  expect(found).toEqual([
    "dns.baseDomain",
    "dns.zone",
    "tls.email",
    "dns.baseDomain",
    "tls.issuer",
    "ingress.proxyProtocol",
    "ingress.replicas",
  ]);
});

test("a lab behind the ingress is refused where the ingress is switched off, with the way out", () => {
  expect(problems({ labs: { "game-2048": {} }, ingress: { install: false } })).toContain("labs.game-2048");
  expect(problems({ labs: { "load-balancing": {} }, ingress: { install: false } })).toEqual([]);
});

test("misspelt keys of the three sections are found, with the near one", () => {
  const plan = () =>
    planStack("test", rawConfig({ ingress: { clasName: "x" }, tls: { isuer: "own" }, dns: { zon: "find" } }));
  expect(plan).toThrow(/did you mean className[\s\S]*did you mean issuer[\s\S]*did you mean zone/);
});

test("two copies of a lab share one controller: hosts and namespaces of their own", async () => {
  const graph = await stackGraph({
    labs: { "game-2048": { step: 1 }, second: { lab: "game-2048", step: 1, namespaces: { game: "second" } } },
  });
  const hosts = graph
    .objects()
    .filter((o) => o.kind === "Ingress")
    .map((o) => (o["spec"] as { rules: { host: string }[] }).rules[0]!.host);
  expect(hosts.sort()).toEqual(["game-2048-second.localhost", "game-2048.localhost"]);
  expect(
    graph.ofType("kubernetes:helm.sh/v3:Release").filter((r) => r.name === "ingress-release"),
  ).toHaveLength(1);
});

describe.each([true, false])("the rules over all resources, preview: %s", (preview) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await stackGraph({ labs }, { preview });
  });
  test("hold with the ingress and its labs", () => {
    expect(rules.onDefaultProvider(graph)).toEqual([]);
    expect(rules.duplicateUrns(graph)).toEqual([]);
    expect(rules.sameObjects(graph)).toEqual([]);
    expect(rules.inWrongNamespace(graph)).toEqual([]);
    expect(rules.invalidNames(graph)).toEqual([]);
    expect(rules.unpinnedCharts(graph)).toEqual([]);
    expect(rules.withoutRequests(graph)).toEqual([]);
    expect(rules.readableSecrets(graph)).toEqual([]);
  });
  test("one image has no other tag than latest, and says so where it stands", () => {
    expect(rules.unpinnedImages(graph)).toEqual([expect.stringContaining("docker-2048:latest")]);
  });
});
