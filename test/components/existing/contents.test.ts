import {
  contentProblems,
  type ClusterContents,
  type WantedContents,
} from "../../../components/existing/plan/contents";
import type { KubeObject } from "../../../kube/objects";
import { planStack } from "../../../stacks/stack-plan";
import { ProblemsError } from "../../../kube/problems";
import { rawConfig, stackGraph } from "../../support/graph";

const object = (kind: string, name: string, more: object = {}, spec: object = {}): KubeObject => ({
  apiVersion: "x/v1",
  kind,
  metadata: { name, ...more },
  spec,
});
const helm = (namespace: string, name: string) => ({
  annotations: { "meta.helm.sh/release-name": name, "meta.helm.sh/release-namespace": namespace },
});
const nginx = object("IngressClass", "nginx", {}, { controller: "k8s.io/ingress-nginx" });
const traefik = object("IngressClass", "traefik", {}, { controller: "traefik.io/ingress-controller" });
const crd = (more: object = {}) =>
  object("CustomResourceDefinition", "certificates.cert-manager.io", more, {
    versions: [{ name: "v1", served: true }],
  });
const manager = (namespace: string, readyReplicas = 1): KubeObject => ({
  ...object("Deployment", "cert-manager", {
    namespace,
    labels: { "app.kubernetes.io/version": "v1.19.2" },
  }),
  status: { readyReplicas },
});
const ours = object("Namespace", "x", { labels: { "k8s-network-labs/cluster": "labs-mine" } });
const byPulumi = object("Namespace", "x", { managedFields: [{ manager: "pulumi-kubernetes-4711" }] });
const others = object("Namespace", "x", { managedFields: [{ manager: "helm" }] });
const otherStack = object("Namespace", "x", { labels: { "k8s-network-labs/cluster": "labs-other" } });
const empty: ClusterContents = {
  classes: [],
  certificateCrd: undefined,
  certManagers: [],
  namespaces: { certManager: undefined, ingress: undefined },
  clusterRole: undefined,
  service: undefined,
};
const install: WantedContents = {
  clusterName: "labs-mine",
  ingress: { className: "labs" },
  certManager: { how: "install", namespace: "cert-manager" },
};
const use: WantedContents = {
  clusterName: "labs-mine",
  ingress: { className: "nginx", existing: { namespace: "ingress-nginx", name: "ingress-nginx-controller" } },
  certManager: { how: "existing", namespace: "cert-manager" },
};
const there: Partial<ClusterContents> = {
  classes: [nginx],
  service: object("Service", "ingress-nginx-controller"),
  certificateCrd: crd(),
  certManagers: [manager("cert-manager")],
};
const found = (wanted: WantedContents, more: Partial<ClusterContents>): string[] =>
  contentProblems(wanted, { ...empty, ...more }).map((p) => `${p.path}: ${p.message} FIX ${p.fix ?? ""}`);

describe("a stack that installs", () => {
  test.each<[string, Partial<ClusterContents>]>([
    ["an empty cluster", {}],
    ["another controller", { classes: [nginx, traefik] }],
    [
      "what it has made itself",
      {
        namespaces: { certManager: ours, ingress: byPulumi },
        classes: [object("IngressClass", "labs", helm("ingress-nginx", "ingress-nginx"))],
        clusterRole: object("ClusterRole", "ingress-nginx", helm("ingress-nginx", "ingress-nginx")),
        certificateCrd: crd(helm("cert-manager", "cert-manager")),
        certManagers: [manager("cert-manager")],
      },
    ],
    ["CRDs that its destroy has left", { certificateCrd: crd(helm("cert-manager", "cert-manager")) }],
  ])("%s does not stand in the way", (_what, contents) => {
    expect(found(install, contents)).toEqual([]);
  });

  test.each<[string, Partial<ClusterContents>, RegExp[]]>([
    [
      "the namespace of somebody's ingress-nginx",
      { namespaces: { certManager: undefined, ingress: others }, classes: [nginx] },
      [
        /^ingress\.controller: namespace ingress-nginx is in the cluster already and is not of this stack; IngressClasses: nginx \(k8s\.io\/ingress-nginx\) FIX .*ingress\.controller existing, ingress\.className nginx$/,
      ],
    ],
    [
      "another stack of this project",
      { namespaces: { certManager: undefined, ingress: otherStack } },
      [/is of the stack of cluster labs-other/],
    ],
    [
      "a release in another namespace that has the chart's names",
      { clusterRole: object("ClusterRole", "ingress-nginx", helm("web", "ingress-nginx")) },
      [/^ingress\.controller: Helm release web\/ingress-nginx has ClusterRole ingress-nginx/],
    ],
    [
      "a class of the same name",
      {
        classes: [
          object("IngressClass", "labs", helm("web", "edge"), { controller: "k8s.io/ingress-nginx" }),
        ],
      },
      [
        /^ingress\.className: IngressClass labs is in the cluster already \(k8s\.io\/ingress-nginx, of Helm release web\/edge\)/,
      ],
    ],
    [
      "a cert-manager elsewhere",
      { certificateCrd: crd(helm("security", "cm")), certManagers: [manager("security")] },
      [
        /^tls\.certManager: cert-manager v1\.19\.2 runs in namespace security already, of Helm release security\/cm FIX tls\.certManager existing, tls\.certManagerNamespace security$/,
      ],
    ],
    [
      "a cert-manager of others in the very namespace",
      {
        certificateCrd: crd(),
        certManagers: [manager("cert-manager")],
        namespaces: { certManager: others, ingress: undefined },
      },
      [/runs in namespace cert-manager already FIX tls\.certManager existing$/],
    ],
    [
      "CRDs alone, by hand",
      { certificateCrd: crd() },
      [/CRD certificates\.cert-manager\.io is in the cluster already/],
    ],
  ])("%s is named, with the option", (_what, contents, expected) => {
    const problems = found(install, contents);
    expect(problems).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(problems[i]).toMatch(pattern);
  });
});

describe("a stack that uses what is there", () => {
  test("finds it", () => {
    expect(found(use, there)).toEqual([]);
  });
  test.each<[string, Partial<ClusterContents>, RegExp]>([
    ["no class", { classes: [] }, /^ingress\.className: the cluster has no such IngressClass FIX leave out/],
    [
      "another class",
      { classes: [traefik, object("IngressClass", "edge", {}, { controller: "k8s.io/ingress-nginx" })] },
      /no such IngressClass; IngressClasses: traefik .*, edge .* FIX use edge$/,
    ],
    [
      "another controller",
      { classes: [object("IngressClass", "nginx", {}, { controller: "nginx.org/ingress-controller" })] },
      /is served by nginx\.org\/ingress-controller, and the labs' Ingresses are written for ingress-nginx/,
    ],
    ["no Service", { service: undefined }, /^ingress\.existing: the cluster has no such Service/],
    [
      "no cert-manager",
      { certificateCrd: undefined, certManagers: [] },
      /^tls\.certManager: the cluster has no CRD/,
    ],
    [
      "another namespace",
      { certManagers: [manager("security")] },
      /^tls\.certManagerNamespace: .* namespace security/,
    ],
    ["no pod of it", { certManagers: [manager("cert-manager", 0)] }, /has no pod that is ready/],
  ])("%s: is said", (_what, contents, expected) => {
    expect(found(use, { ...there, ...contents })).toEqual([expect.stringMatching(expected)]);
  });
});

const existing = { context: "mine", workers: 2, podCidrs: ["10.244.0.0/16"], installedCni: "calico" };
const config = (more: object = {}) => ({
  target: "existing",
  existing,
  calico: { install: false },
  labs: { boutique: { step: "canary-half" } },
  ingress: { controller: "existing", className: "nginx", expose: "node-ports" },
  tls: { issuer: "self-signed", certManager: "existing", certManagerNamespace: "security" },
  ...more,
});

test("nothing is installed: labs name the class that is there, the authority is where cert-manager is", async () => {
  const graph = await stackGraph(config(), { preview: false });
  expect(graph.ofType("kubernetes:helm.sh/v3:Release")).toEqual([]);
  expect(graph.resources.filter((r) => r.type.includes("cert-manager:"))).toEqual([]);
  const objects = graph.objects();
  const classes = objects
    .filter((o) => o.kind === "Ingress")
    .map((o) => (o["spec"] as { ingressClassName: string }).ingressClassName);
  expect(new Set(classes)).toEqual(new Set(["nginx"]));
  expect(objects.find((o) => o.metadata.name === "labs-ca")?.metadata.namespace).toBe("security");
  expect(objects.filter((o) => o.kind === "Namespace").map((o) => o.metadata.name)).toEqual(["boutique"]);
  expect(graph.waitsFor("lab-boutique-ingress-boutique-shop", "tls-clusterissuer-labs")).toBe(true);
});

test("policies let in the controller that is there, by its namespace and labels", () => {
  const ingress = {
    controller: "existing",
    className: "nginx",
    expose: "node-ports",
    existing: { namespace: "edge", name: "front", labels: { app: "front" } },
  };
  const { labs, ingress: planned } = planStack("mine", rawConfig(config({ ingress })));
  const policies = JSON.stringify(
    labs[0]!.lab.steps
      .flatMap((step) => step.add?.(labs[0]!.context) ?? [])
      .filter((o) => o.metadata.name === "frontend"),
  );
  expect(policies).toContain('{"app":"front"}');
  expect(policies).toContain('"kubernetes.io/metadata.name":"edge"');
  expect(planned?.site.controller.place).toMatchObject({ namespace: "edge", name: "front" });
});

test.each<[string, object, string[]]>([
  [
    "settings of a controller that is not this stack's",
    { replicas: 3, proxyProtocol: true },
    ["proxyProtocol", "replicas"],
  ],
  ["a place without a controller that is there", { controller: "ingress-nginx", existing: {} }, ["existing"]],
])("%s are refused", (_what, more, paths) => {
  const ingress = { controller: "existing", className: "nginx", expose: "node-ports", ...more };
  try {
    planStack("mine", rawConfig(config({ ingress })));
    throw new Error("was not refused");
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    expect(error.problems.map((p) => p.path).sort()).toEqual(paths.map((p) => `ingress.${p}`));
  }
});

test("a cluster that the stack makes has no controller yet", () => {
  const raw = rawConfig({ labs: { boutique: {} }, ingress: { controller: "existing", className: "nginx" } });
  expect(() => planStack("kind", raw)).toThrow(/ingress\.controller: this stack makes the cluster itself/);
});
