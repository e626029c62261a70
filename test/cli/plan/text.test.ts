import { buildCommands } from "../../../cli/plan/build-command";
import { planText } from "../../../cli/plan/plan-text";
import { tree } from "../../../cli/plan/resource-tree";
import type { LabReport, PlanReport, ResourceReport } from "../../../cli/plan/plan-report";

const resource = (name: string, more: Partial<ResourceReport> = {}): ResourceReport => ({
  urn: name,
  type: "command:local:Command",
  name,
  parent: "lab",
  custom: true,
  provider: "",
  dependsOn: [],
  inputs: {},
  ...more,
});
const deployment = (namespace: string, name: string): ResourceReport =>
  resource(`lab-deployment-${namespace}-${name}`, {
    type: "kubernetes:apps/v1:Deployment",
    inputs: { metadata: { namespace, name } },
  });

test("many of one type are one line, as kubectl names them; components and single ones keep their own", () => {
  const names = ["one", "two", "three", "a-rather-long-name", "another-long-name"];
  const lines = tree(
    [
      resource("lab", { type: "labs:lab:LabResources", parent: "", custom: false }),
      resource("lab-namespace-shop", {
        type: "kubernetes:core/v1:Namespace",
        inputs: { metadata: { name: "shop" } },
      }),
      ...names.map((n) => deployment("shop", n)),
      resource("lab-wait"),
      resource("lab-check"),
    ],
    64,
  );
  expect(lines).toEqual([
    "  └─ lab labs:lab:LabResources · 8",
    "     ├─ lab-namespace-shop v1/Namespace",
    "     ├─ 5 apps/v1/Deployment: shop/one, shop/two, shop/three,",
    "     │     shop/a-rather-long-name, shop/another-long-name",
    "     ├─ lab-wait command:local:Command",
    "     └─ lab-check command:local:Command",
  ]);
});

const lab: LabReport = {
  instance: "stars",
  lab: "stars",
  title: "Stars",
  guide: "labs/stars/README.md",
  namespaces: { stars: "stars" },
  step: 0,
  steps: [
    { number: 0, id: "open", title: "Open", aim: "See it.", current: true },
    { number: 1, id: "deny", title: "Deny", aim: "Close it.", current: false },
  ],
  workloads: [
    {
      kind: "Deployment",
      namespace: "stars",
      name: "backend",
      replicas: 1,
      images: [`x/y:1@sha256:${"0".repeat(64)}`],
    },
  ],
  services: [],
  policies: [],
  links: [],
  routes: [],
  certificates: [],
  requests: [],
  flows: [],
  bothFamilies: false,
  claims: [],
};

const report = (stack: string, target: string): PlanReport => ({
  stack,
  target,
  clusterName: `labs-${stack}`,
  versions: { kubernetes: "1.36", calico: "v3", api: "native" },
  about: "This is a plan.",
  build: buildCommands(stack).up,
  notes: [],
  guardrails: [],
  resources: [],
  charts: [],
  labs: [{ ...lab, nextStep: buildCommands(stack).step("stars", 1) }],
  intents: [],
  outputs: {},
  manifests: [],
  ambient: { objects: [], podCidrs: [] },
});

test("a plan ends with what to do next, for the stack that it is of", () => {
  const kind = planText(report("kind", "kind"), "out", "page.html");
  expect(kind).toContain("next step: npm run labs -- step stars next && npm run up\n");
  expect(kind.slice(kind.indexOf("Go on"))).toMatch(
    /page\.html +open it[^\n]*\n {2}npm run labs -- play stars +do a lab[^\n]*\n {2}npm run up +build it/,
  );
  const aws = planText(report("class", "eks"), "out");
  expect(aws).toContain("npm run labs -- step stars next --stack class && npm run up -- class\n");
  expect(aws).toMatch(/npm run up -- class +build it on AWS: costs money/);
  expect(aws).not.toContain("page.html");
});

test("digests are left to the JSON, and a narrow terminal gets no images", () => {
  expect(planText(report("kind", "kind"), "out")).toMatch(/│ x\/y:1 +│/);
  const narrow = planText(report("kind", "kind"), "out", undefined, 80);
  expect(narrow).not.toContain("x/y");
  expect(narrow).toContain("stars/backend");
});
