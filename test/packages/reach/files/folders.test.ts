/** Folders as people keep them: what kubectl reads is read, and nothing that may decide is passed over. */
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { load, readFiles } from "../../../../packages/reach/src";
import { folder, pod, problems, put } from "./input-folder";

const policy = (head: string): string =>
  `${head}\nmetadata: { name: shut, namespace: a }\nspec: { podSelector: {} }\n`;
const titles = (): string[] =>
  readFiles(["."], folder).objects.map(({ object }) => `${object.kind} ${object.metadata.name}`);

describe("what may have been meant to decide is a problem, with file, line and fix", () => {
  test.each<[string, string, RegExp]>([
    [
      "no apiVersion",
      policy("kind: NetworkPolicy"),
      /f\.yaml:6: NetworkPolicy has no apiVersion > add apiVersion: networking\.k8s\.io\/v1/,
    ],
    [
      "apiversion",
      policy("apiversion: networking.k8s.io/v1\nkind: NetworkPolicy"),
      /has apiversion where apiVersion is needed > write apiVersion/,
    ],
    [
      "Kind",
      policy("apiVersion: networking.k8s.io/v1\nKind: NetworkPolicy"),
      /has Kind where kind is needed > write kind/,
    ],
    [
      "a kind of another group",
      policy("apiVersion: v1\nkind: NetworkPolicy"),
      /NetworkPolicy is not a kind of v1 > write apiVersion: networking\.k8s\.io\/v1/,
    ],
    [
      "a version that never was",
      policy("apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy"),
      /not a kind of networking\.k8s\.io\/v1beta1/,
    ],
    [
      "a version of the past",
      policy("apiVersion: extensions/v1beta1\nkind: NetworkPolicy"),
      /no API server serves any more > write apiVersion: networking\.k8s\.io\/v1/,
    ],
    [
      "a Deployment under v1",
      "apiVersion: v1\nkind: Deployment\nmetadata: { name: d }\nspec: {}\n",
      /Deployment is not a kind of v1 > write apiVersion: apps\/v1/,
    ],
    [
      "a list at the top",
      `- ${JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" } })}\n`,
      /list of objects without a kind/,
    ],
    [
      "items without List",
      "items:\n- { apiVersion: v1, kind: Pod, metadata: { name: p } }\n",
      /has no kind > write apiVersion: v1 and kind: List/,
    ],
    ["a spec alone", "spec: { podSelector: {} }\n", /has no kind/],
    [
      "ingress beside spec",
      `${policy("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy")}ingress: []\n`,
      /NetworkPolicy a\/shut: ingress: is no/,
    ],
    [
      "a number as namespace",
      pod("p").replace("namespace: a", "namespace: 5"),
      /metadata\.namespace: must be text > quote it: "5"/,
    ],
    [
      "a list as namespace",
      pod("p").replace("namespace: a", "namespace: [x]"),
      /metadata\.namespace: must be text/,
    ],
    ["a map as name", pod("p").replace("name: p", "name: {a: b}"), /metadata\.name: must be text/],
    [
      "a number as name",
      pod("p").replace("name: p", "name: 123"),
      /metadata\.name: must be text > quote it: "123"/,
    ],
    [
      "JSON with a comment",
      '// shut\n{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1"}\n',
      /is text that looks like an object > take comments out of JSON/,
    ],
    [
      "a template of OpenShift",
      "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: { name: t }\nobjects: []\n",
      /is a template.* > process it.*: oc process/,
    ],
    ["yes as a label", pod("p", ", labels: { on: yes }"), /must be text > quote it: "true"/],
  ])("%s", (_, text, message) => {
    put("f.yaml", `${pod()}---\n${text}`);
    const found = problems();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test("the same document twice and differently names both places", () => {
    put("f.yaml", `${pod("p", ", labels: { a: b }")}---\n${pod("p")}`);
    expect(problems()[0]).toMatch(
      /^f\.yaml:6: Pod a\/p: is defined twice and differently, the first time as f\.yaml:1: Pod a\/p/,
    );
  });
});

describe("what kubectl reads is read", () => {
  const utf16 = (text: string): Buffer =>
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);

  test.each<[string, string | Buffer, string[]]>([
    ["a byte order mark before a later document", `${pod("p")}---\n\uFEFF${pod("q")}`, ["Pod p", "Pod q"]],
    ["UTF-16 with a byte order mark", utf16(pod("p")), ["Pod p"]],
    [
      "UTF-16, the other end first",
      Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(pod("p")).subarray(2).swap16()]),
      ["Pod p"],
    ],
    [
      "a list without items",
      "apiVersion: v1\nkind: List\nitems: null\n---\n" + pod("p"),
      ["List undefined", "Pod p"],
    ],
    [
      "several JSON objects",
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"q"}}\n',
      ["Pod p", "Pod q"],
    ],
    [
      "a merge key",
      "base: &b { x: y }\n---\n" + pod("p").replace("spec:", "spec: &s").concat("status: { <<: *s }\n"),
      ["Pod p"],
    ],
    ["a directive and an end mark", `%YAML 1.1\n---\n${pod("p")}...\n---\n${pod("q")}`, ["Pod p", "Pod q"]],
    [
      "text behind the mark",
      `--- # first\n${pod("p")}--- {apiVersion: v1, kind: Pod, metadata: {name: q}}\n`,
      ["Pod p", "Pod q"],
    ],
  ])("%s", (_, content, expected) => {
    put("f.yaml", content);
    const { objects } = readFiles(["."], folder);
    expect(
      objects.map(({ object: o }) => `${o.kind} ${(o.metadata as { name?: string } | undefined)?.name}`),
    ).toEqual(expected);
    expect(problems()).toEqual([]);
  });

  test("a key that stands twice: the last one, with a note", () => {
    put("f.yaml", pod("p") + "metadata: { name: q }\n");
    expect(titles()).toEqual(["Pod q"]);
    expect(readFiles(["."], folder).notes.join()).toMatch(
      /f\.yaml:5: a key stands twice; the last one counts/,
    );
  });

  test("numbers as go-yaml has them", () => {
    put(
      "f.yaml",
      "apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { ports: [{ port: 0120, nodePort: 30_080 }] }\n",
    );
    const state = load(readFiles(["."], folder).objects);
    expect(state.services.get("default/s")?.ports[0]).toMatchObject({ port: 80, nodePort: 30080 });
  });

  test.each([
    ["extensions/v1beta1", "Deployment"],
    ["apps/v1beta2", "StatefulSet"],
    ["apps.openshift.io/v1", "DeploymentConfig"],
    ["argoproj.io/v1alpha1", "Rollout"],
  ])("%s %s makes pods", (apiVersion, kind) => {
    put(
      "f.yaml",
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: d }\nspec: { template: { metadata: { labels: { a: b } }, spec: { containers: [] } } }\n`,
    );
    expect(load(readFiles(["."], folder).objects).workloads.map((w) => [w.name, w.labels])).toEqual([
      ["default/d", { a: "b" }],
    ]);
  });
});

describe("what stands beside manifests", () => {
  test("files of tools need no name and refuse nothing", () => {
    put("web.yaml", pod());
    put("kind.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n");
    put("kubeadm.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n");
    put("config.yaml", "apiVersion: v1\nkind: Config\nclusters: []\n");
    put("skaffold.yaml", "apiVersion: skaffold/v4beta11\nkind: Config\n");
    put("audit.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n");
    put("values.yaml", "replicas: 3\n");
    put("data.json", '{"a":1}\n{"a":2}\n{"a":3}\n');
    put(
      "calico.yaml",
      "apiVersion: projectcalico.org/v3\nkind: NodeList\nitems:\n- metadata: { name: n1 }\n  spec: {}\n---\napiVersion: projectcalico.org/v3\nkind: WorkloadEndpoint\nmetadata: { name: w }\n",
    );
    expect(problems()).toEqual([]);
    expect(load(readFiles(["."], folder).objects).workloads.map((w) => w.name)).toEqual(["a/web"]);
  });

  test("a chart is one problem, however many templates it has", () => {
    put("web.yaml", pod());
    put("chart/Chart.yaml", "apiVersion: v2\nname: c\n");
    for (const name of ["a", "b", "c"])
      put(`chart/templates/${name}.yaml`, "{{- if .Values.x }}\nkind: {{ .Values.kind }}\n{{- end }}\n");
    expect(problems()).toEqual([
      "chart: is a Helm chart: its templates are not objects yet > render it, and read the result: helm template chart > rendered.yaml",
    ]);
    expect(problems(() => readFiles(["chart/templates/a.yaml"], folder))[0]).toMatch(/is a Helm chart/);
  });

  test("a template alone is one problem, also where YAML can read it; a template inside a text is none", () => {
    put("f.yaml", pod("p").replace("namespace: a", "namespace: {{ .Release.Namespace }}"));
    expect(problems()).toEqual([
      expect.stringMatching(/^f\.yaml: is a Helm template, not YAML > .*helm template/),
    ]);
    put(
      "f.yaml",
      `${pod("p")}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { alert: "{{ .Labels.x }}" }\n`,
    );
    expect(problems()).toEqual([]);
  });

  test("documents that are nothing of Kubernetes' are passed over, with a note beside objects", () => {
    put("f.yaml", `${pod("p")}---\nhello: world\n`);
    expect(titles()).toEqual(["Pod p"]);
    expect(readFiles(["."], folder).notes).toEqual([
      "f.yaml: 1 document is no Kubernetes object, and passed over",
    ]);
  });

  test("a profile of Calico's own, and a Service that is defined twice, are noted", () => {
    put(
      "f.yaml",
      "apiVersion: projectcalico.org/v3\nkind: Profile\nmetadata: { name: kns.a }\nspec: { ingress: [] }\n",
    );
    expect(load(readFiles(["."], folder).objects).notes.join()).toMatch(
      /Profile kns\.a: Calico makes this profile itself/,
    );
  });
});

describe("kustomizations", () => {
  const path = process.env["PATH"];
  beforeEach(() => (process.env["PATH"] = join(folder, "bin")));
  afterEach(() => (process.env["PATH"] = path));
  const overlay = (): void => {
    put("base/kustomization.yaml", "resources: [web.yaml]\n");
    put("base/web.yaml", pod());
    put("prod/kustomization.yaml", "resources: [../base]\npatches: [{ path: patch.yaml }]\n");
    put("prod/patch.yaml", pod("web", ", labels: { role: prod }"));
  };

  test("without a program that renders them it is told, and patches are no objects", () => {
    overlay();
    const { objects, notes } = readFiles(["."], folder);
    expect(objects.map(({ origin }) => origin)).toEqual(["base/web.yaml"]);
    expect(notes.join()).toMatch(
      /prod: its kustomization \(patches, .*\) is not rendered, for there is no kubectl here.*kubectl kustomize prod/,
    );
  });

  test("with one, what it prints is read, and neither bases nor patches beside it", () => {
    overlay();
    put("bin/kubectl", `#!/bin/sh\n/bin/cat <<'Y'\n${pod("web", ", labels: { role: prod }")}Y\n`);
    chmodSync(join(folder, "bin/kubectl"), 0o755);
    const { objects, notes } = readFiles(["."], folder);
    expect(objects.map(({ object, origin }) => [origin, object.metadata.labels])).toEqual([
      ["prod (kustomize)", { role: "prod" }],
    ]);
    expect(notes).toEqual([]);
  });

  test("one that only lists files needs no rendering", () => {
    put(
      "kustomization.yaml",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\n",
    );
    put("web.yaml", pod());
    expect(readFiles(["."], folder)).toMatchObject({ objects: [{ origin: "web.yaml" }], notes: [] });
  });

  test.each([".", "abs"])("of one that lists files no others are read (%s)", (how) => {
    const path = how === "." ? how : folder;
    put("kustomization.yaml", "resources: [web.yaml, deep/db.yaml]\n");
    put("web.yaml", pod());
    put("deep/db.yaml", pod("db"));
    put("more.yaml", pod("more"));
    const { objects, notes } = readFiles([path], folder);
    expect(objects.map(({ object }) => object.metadata.name).sort()).toEqual(["db", "web"]);
    expect(notes).toEqual([expect.stringMatching(/more\.yaml: not among the resources/) as string]);
    rmSync(join(folder, "deep/db.yaml"));
    expect(problems(() => readFiles([path], folder))).toEqual([
      "kustomization.yaml: lists deep/db.yaml, which is not there > add the file, or take it off the list",
    ]);
  });
});
