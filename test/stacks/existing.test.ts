import { stackGraph, type Graph } from "../support/graph";

const existing = { context: "mine", workers: 2, podCidrs: ["10.244.0.0/16"], serviceCidr: "10.96.0.0/12" };
const labs = { stars: { step: 1 } };

/** What the job with Calico's CRDs does, in words. */
const workOf = (graph: Graph): string => {
  const { LABS_CLUSTER_JOB: work = "[]" } = graph.named("calico-crds-run").inputs["environment"] as Record<
    string,
    string
  >;
  return (JSON.parse(work) as string[]).join(" ");
};

test("policies, then Calico's resources, then the operator are deleted; nothing is skipped on a cluster that stays", async () => {
  const graph = await stackGraph({ target: "existing", existing, labs });
  expect(graph.resources.filter((r) => r.deletedWith !== undefined)).toEqual([]);
  expect(graph.waitsFor("lab-stars-networkpolicy-stars-default-deny", "calico-apiserver-default")).toBe(true);
  expect(graph.waitsFor("calico-apiserver-default", "calico-operator")).toBe(true);
  expect(graph.waitsFor("calico-installation-default", "calico-crds-run")).toBe(true);
});

test("where no node can run the operator, CRDs are applied first, and the chart's pre-delete Job cannot hang destroy", async () => {
  const graph = await stackGraph({
    target: "existing",
    existing: { ...existing, workers: 0 },
    labs,
    wait: false,
  });
  expect(workOf(graph)).toMatch(
    /apply https:\/\/\S+v3_projectcalico_org\.yaml installations\.operator\.tigera\.io/,
  );
  expect(graph.waitsFor("calico-operator", "calico-crds-run")).toBe(true);
  expect(graph.named("calico-operator").deletedWith).toBe(
    graph.named("calico-namespace-tigera-operator").urn,
  );
  expect(graph.named("calico-operator").inputs["skipAwait"]).toBe(true);
});

test("a cluster with Calico gets labs alone", async () => {
  const graph = await stackGraph({
    target: "existing",
    existing: { ...existing, installedCni: "calico" },
    calico: { install: false },
    labs,
  });
  expect(graph.names().filter((n) => n.startsWith("calico"))).toEqual([]);
});

test("mirrors: a local chart, a CRD file, and registries", async () => {
  const graph = await stackGraph({
    target: "existing",
    existing: { ...existing, workers: 0 },
    labs,
    mirrors: {
      charts: { "tigera-operator": "./charts/tigera-operator" },
      calicoCrds: "./crds.yaml",
      images: { "docker.io": "mirror.local:5000/hub", "quay.io": "mirror.local:5000/quay" },
    },
  });
  expect(graph.named("calico-operator").inputs).toMatchObject({
    chart: "./charts/tigera-operator",
    values: { tigeraOperator: { registry: "mirror.local:5000/quay" } },
  });
  expect(graph.named("calico-operator").inputs["version"]).toBeUndefined();
  expect(workOf(graph)).toContain("apply ./crds.yaml");
  expect(JSON.stringify(graph.named("lab-stars-deployment-stars-backend").inputs)).toContain(
    "mirror.local:5000/hub/calico/star-probe:multiarch",
  );
  expect(graph.named("calico-installation-default").inputs).toMatchObject({
    spec: { registry: "mirror.local:5000/quay/" },
  });
});

test("Calico's resources are deleted in the background: in the foreground they and the operator wait for each other", async () => {
  const graph = await stackGraph({ target: "existing", existing, labs });
  for (const name of ["calico-installation-default", "calico-apiserver-default"]) {
    expect(graph.named(name).inputs).toMatchObject({
      metadata: { annotations: { "pulumi.com/deletionPropagationPolicy": "background" } },
    });
  }
});
