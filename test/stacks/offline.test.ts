import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { creationOrder } from "../../stacks/offline/creation-order";
import type { Registered } from "../../stacks/offline/registration";
import { readConfig, readStackFile } from "../../stacks/offline/stack-file";
import { stackGraph } from "../support/graph";
import { registeredObjects } from "../../stacks/offline/registered-objects";
import { manifests } from "../../cli/plan/manifests";
import { parse } from "yaml";
import type { KubeObject } from "../../kube/objects";

const labs = { stars: { step: 4 }, yaobank: { step: 4 } };

test("creation order: every dependency comes first, and the order of requests changes nothing", () => {
  const graph = fc
    .array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
    .map((edges) =>
      edges.map((before, i) =>
        node(
          i,
          before.filter((b) => b < i),
        ),
      ),
    );
  fc.assert(
    fc.property(graph, fc.nat(), (nodes, seed) => {
      const order = creationOrder(nodes).map((n) => n.name);
      for (const n of nodes)
        for (const d of n.dependencies) expect(order.indexOf(d)).toBeLessThan(order.indexOf(n.name));
      const rotated = [...nodes.slice(seed % nodes.length), ...nodes.slice(0, seed % nodes.length)];
      expect(creationOrder(rotated).map((n) => n.name)).toEqual(order);
    }),
  );
});

function node(i: number, before: number[]): Registered {
  const name = `n${String(i).padStart(2, "0")}`;
  const dependencies = before.map((b) => `n${String(b).padStart(2, "0")}`);
  return {
    index: i,
    urn: name,
    name,
    type: "kubernetes:core/v1:ConfigMap",
    custom: true,
    dependencies,
    provider: "",
  } as unknown as Registered;
}

test("one file per object, namespaces before what is in them, and no mark of the engine", async () => {
  const graph = await stackGraph({ labs });
  const files = manifests(registeredObjects(graph.resources));
  const objects = files.map((f) => parse(f.text) as KubeObject);
  expect(new Set(files.map((f) => f.file)).size).toBe(files.length);
  expect([...files.map((f) => f.file)].sort()).toEqual(files.map((f) => f.file));
  objects.forEach((o, i) => {
    const ns = o.metadata.namespace;
    if (ns === undefined) return;
    const at = objects.findIndex((n) => n.kind === "Namespace" && n.metadata.name === ns);
    expect([`${o.kind} ${ns}/${o.metadata.name}`, at >= 0 && at < i]).toEqual([
      `${o.kind} ${ns}/${o.metadata.name}`,
      true,
    ]);
  });
  expect(files.map((f) => f.text).join()).not.toContain("pulumi.com/");
});

test("two runs give the same files", async () => {
  const files = async () => manifests(registeredObjects((await stackGraph({ labs })).resources));
  expect(await files()).toEqual(await files());
});

test("in a preview what only a provider knows is unknown; in an update secrets are masked", async () => {
  const preview = await stackGraph({ labs });
  const update = await stackGraph({ labs }, { preview: false });
  expect(preview.named("calico-ready-run").inputs["stdin"]).toBe("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
  expect(update.named("calico-ready-run").inputs["stdin"]).toBe("[secret]");
  expect(update.outputs["kubeconfig"]).toBe("[secret]");
});

test("a stack is read by name or as a file; encrypted values stay unknown to us", () => {
  expect(readStackFile("kind").stack).toBe("kind");
  expect(() => readStackFile("knid")).toThrow(
    /there is no stack or file knid; did you mean kind\? stacks here: .*kind/,
  );
  // Started somewhere else.
  const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
  expect(() => readStackFile("kind", elsewhere)).toThrow(`looked in ${elsewhere}, where no stack is`);
  expect(() => readStackFile("stars")).toThrow(/stars is a lab: `npm run labs -- play stars` plays it/);
  expect(() => readStackFile("README.md")).toThrow(/a stack file ends in \.yaml or \.yml/);
  expect(
    readConfig(
      "config:\n  target: kind\n  k8s-network-labs:a: { b: { secure: xyz } }\n  aws:region: eu-west-1\n",
      "f",
    ),
  ).toEqual({
    "k8s-network-labs:target": "kind",
    "k8s-network-labs:a": '{"b":"[secret]"}',
    "aws:region": "eu-west-1",
  });
  expect(() => readConfig("config: [1, 2]", "f")).toThrow(/no mapping under config/);
  expect(() => readConfig("a: [", "f")).toThrow(/is not YAML/);
});

test("YAML is read as the engine reads it: anchors, aliases and merge keys", () => {
  const text = `
config:
  k8s-network-labs:kind: &small { workers: 1, podCidr: 10.8.0.0/16 }
  other:kind:
    <<: *small
    podCidr: 10.9.0.0/16
  other:again: *small
`;
  const raw = readConfig(text, "f");
  expect(Object.values(raw).map((value) => JSON.parse(value) as unknown)).toEqual([
    { workers: 1, podCidr: "10.8.0.0/16" },
    { workers: 1, podCidr: "10.9.0.0/16" },
    { workers: 1, podCidr: "10.8.0.0/16" },
  ]);
});

test.each([
  ["", /^f is empty: it needs config:; .*docs\/configuration\.md/],
  ["# nothing\n", /^f is empty/],
  ["config: &a { b: *a }\n", /^f is not YAML: an anchor \(&\) holds an alias/],
  ["kind", /^f has no mapping under config:; /],
  ["target: eks\neks: {}\n", /^f has target, eks at its top, where nothing reads it; put it under config:/],
])("a file that says nothing to the engine is refused with a fix: %j", (text, message) => {
  expect(() => readConfig(text, "f")).toThrow(message);
});

test("a stack without any config, but with the engine's own keys, is the default one", () => {
  expect(readConfig("encryptionsalt: v1:abc\n", "f")).toEqual({});
  expect(readConfig("config:\n", "f")).toEqual({});
});
