import { stackGraph, type Graph } from "../support/graph";
import * as rules from "../support/rules";

const labs = { stars: { step: 4 }, yaobank: { step: 4 } };
const existing = { context: "mine", workers: 2, podCidrs: ["10.244.0.0/16"], serviceCidr: "10.96.0.0/12" };
const stacks: Record<string, Record<string, unknown>> = {
  "kind at defaults": { labs },
  "kind 1.35 with v1 CRDs": { labs, kubernetes: "1.35" },
  "existing cluster": { labs, target: "existing", existing },
  "existing cluster without nodes": {
    labs,
    target: "existing",
    existing: { ...existing, workers: 0 },
    wait: false,
  },
};

describe.each(Object.keys(stacks))("%s", (name) => {
  describe.each([true, false])("preview: %s", (preview) => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await stackGraph(stacks[name]!, { preview });
    });

    test("nothing is on a default provider", () => {
      expect(rules.onDefaultProvider(graph)).toEqual([]);
    });
    test("every URN and every object is made once", () => {
      expect(rules.duplicateUrns(graph)).toEqual([]);
      expect(rules.sameObjects(graph)).toEqual([]);
    });
    test("each object is in the namespace it should be", () => {
      expect(rules.inWrongNamespace(graph)).toEqual([]);
    });
    test("names are ones that the API server takes", () => {
      expect(rules.invalidNames(graph)).toEqual([]);
    });
    test("charts and images are pinned", () => {
      expect(rules.unpinnedCharts(graph)).toEqual([]);
      expect(rules.unpinnedImages(graph)).toEqual([]);
    });
    test("every container asks for CPU and memory", () => {
      expect(rules.withoutRequests(graph)).toEqual([]);
    });
    test("kubeconfigs are secret", () => {
      expect(rules.readableSecrets(graph)).toEqual([]);
      expect(JSON.stringify(graph.outputs)).not.toMatch(/client-key|token/);
    });
  });
});

test("the rules find what they are for", async () => {
  const graph = await stackGraph({ labs }, { preview: false });
  const broken = graph.resources.map((r) => {
    if (r.name === "kind-kubernetes") return { ...r, secrets: [] };
    if (r.name === "lab-stars-service-stars-backend") return { ...r, provider: "", providers: {} };
    return r;
  });
  const copy = Object.assign(Object.create(Object.getPrototypeOf(graph) as object) as Graph, graph, {
    resources: broken,
  });
  expect(rules.readableSecrets(copy)).toEqual(["kind-kubernetes.kubeconfig"]);
  expect(rules.onDefaultProvider(copy)).toHaveLength(1);
});
