import { factsBeforeLookup, offlineFacts } from "../../components/eks/plan/aws-facts";
import { planStacks } from "../../cli/students/planned-stacks";
import { ProblemsError } from "../../kube/problems";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig, stackGraph } from "../support/graph";

const EXPIRES = "2026-12-01T18:00:00Z";
const eks = (more: object = {}, others: object = {}): Record<string, unknown> => ({
  target: "eks",
  eks: { endpoint: { publicCidrs: ["198.51.101.7/32"] }, ...more },
  ...others,
});

test.each([
  ["nothing ends it", {}, {}, true],
  ["a lease ends it", {}, { expires: EXPIRES }, false],
  ["it says no", { deletionProtection: false }, {}, false],
  ["it says yes", { deletionProtection: true }, { expires: EXPIRES }, true],
])("a cluster is protected from deletion: %s", async (_, more, others, wanted) => {
  const cluster = (await stackGraph(eks(more, others))).named("eks-cluster");
  // At AWS, and by the engine, which otherwise takes all else away first.
  expect([cluster.inputs["deletionProtection"], cluster.protect]).toEqual([wanted, wanted]);
});

test("protection that outlives a lease is told", () => {
  const notes = (more: object) => planStack("t", rawConfig(eks(more, { expires: EXPIRES }))).notes.join("\n");
  expect(notes({ deletionProtection: true })).toMatch(/cannot be destroyed when it expires/);
  expect(notes({})).not.toMatch(/cannot be destroyed/);
});

describe("an archived ingress-nginx in the internet", () => {
  const MESSAGE = /the whole internet would reach/;
  const said = (config: Record<string, unknown>, facts = factsBeforeLookup): string => {
    try {
      return planStack("t", rawConfig(config), facts).notes.join("\n");
    } catch (error) {
      if (error instanceof ProblemsError) return `refused: ${error.message}`;
      throw error;
    }
  };
  const balancer = (loadBalancer: object, more: object = {}) =>
    eks({}, { ingress: { install: true, loadBalancer, ...more } });

  test("is a note in a plan, and refused before anything is made", () => {
    expect(said(balancer({}), offlineFacts)).toMatch(MESSAGE);
    expect(said(balancer({}))).toMatch(
      /^refused: [\s\S]*sourceRanges: the whole internet[\s\S]*fix: your own addresses/,
    );
    const existing = {
      target: "existing",
      existing: { context: "c", loadBalancer: "aws-lbc", podCidrs: ["10.9.0.0/16"] },
    };
    expect(said({ ...existing, ingress: { install: true } })).toMatch(/^refused/);
  });

  test("for a class before the first student's", () => {
    const planned = new Map([["net-ana", { config: balancer({}) }]]) as never;
    expect(planStacks(planned).problems.map((p) => p.path)).toEqual([
      "config of net-ana: ingress.loadBalancer.sourceRanges",
    ]);
  });

  test.each([
    ["own addresses", balancer({ sourceRanges: ["198.51.101.7/32"] })],
    ["everybody, said", balancer({ sourceRanges: ["0.0.0.0/0"] })],
    ["internal", balancer({ scheme: "internal" })],
    [
      "a maintained fork",
      balancer({}, { image: { repository: "registry.example.org/nginx", tag: "v2.0.0" } }),
    ],
    ["none on the laptop", { ingress: { install: true } }],
  ])("%s: nothing is asked", (_, config) => {
    expect(said(config)).not.toMatch(MESSAGE);
    expect(said(config)).not.toMatch(/^refused/);
  });
});
