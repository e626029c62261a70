import fc from "fast-check";
import { diffMarkdown, type StackDiff } from "../../../cli/diff/markdown";
import { changedPaths, diffResources, type PlannedResource } from "../../../cli/diff/resources";

const resource = (name: string, inputs: Record<string, unknown> = {}, stack = "kind"): PlannedResource => ({
  urn: `urn:pulumi:${stack}::labs::t:m:T::${name}`,
  type: "t:m:T",
  name,
  custom: true,
  inputs,
});

test("added, changed with the paths that differ, and removed; another stack's name is no difference", () => {
  const base = [
    resource("a", { x: { y: [1, 2] }, z: 1 }),
    resource("gone"),
    resource("same", { k: 1 }, "base"),
  ];
  const head = [
    resource("a", { x: { y: [1, 3] }, z: 1, n: {} }),
    resource("new"),
    resource("same", { k: 1 }),
  ];
  expect(diffResources(base, head)).toEqual({
    added: [{ type: "t:m:T", name: "new" }],
    removed: [{ type: "t:m:T", name: "gone" }],
    changed: [{ type: "t:m:T", name: "a", paths: ["x.y[1]", "n"] }],
  });
});

test("a plan against itself changes nothing, and both directions agree on what changed", () => {
  const resources = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d", "e"),
      inputs: fc.dictionary(fc.constantFrom("p", "q"), fc.jsonValue()),
    }),
    { selector: (r) => r.name },
  );
  fc.assert(
    fc.property(resources, resources, (a, b) => {
      const [base, head] = [a, b].map((rs) => rs.map((r) => resource(r.name, r.inputs)));
      expect(diffResources(base!, base!)).toEqual({ added: [], changed: [], removed: [] });
      const there = diffResources(base!, head!);
      const back = diffResources(head!, base!);
      const names = (rs: { name: string }[]) => rs.map((r) => r.name).sort();
      expect(names(there.added)).toEqual(names(back.removed));
      expect(names(there.changed)).toEqual(names(back.changed));
    }),
  );
});

test("a list that becomes a map is one path", () => {
  expect(changedPaths({ a: [1] }, { a: { 0: 1 } })).toEqual(["a"]);
  expect(changedPaths({ a: null }, { a: {} })).toEqual(["a"]);
});

test("Markdown: cells cannot break the table, long lists are cut, what is unknown is said", () => {
  const d: StackDiff = {
    stack: "kind",
    base: "origin/main",
    resources: {
      added: Array.from({ length: 250 }, (_, i) => ({ type: "a|b", name: `n${i}\nx` })),
      changed: [],
      removed: [],
    },
    flows: { unknown: "a selector does not parse" },
    workloads: { added: ["ns/new"], removed: [] },
    guardrails: [
      {
        rule: "imdsv2",
        urn: "u",
        type: "t",
        name: "n",
        path: "p",
        message: "m",
        fix: "f",
        verdict: "violation",
      },
    ],
  };
  const text = diffMarkdown(d);
  expect(text).toContain("| added | a\\|b | n0 x |  |");
  expect(text).toContain("… and 50 more.");
  expect(text).toContain("Cannot be told: a selector does not parse");
  expect(text).toContain("Workloads that are new: `ns/new`.");
  expect(text).toContain("- broken: `imdsv2` t `n`: p: m. Fix: f");
});
