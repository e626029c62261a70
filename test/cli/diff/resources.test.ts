import fc from "fast-check";

import { changedProperties, diffResources, type PlannedResource } from "../../../cli/diff/resource-changes";

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
    changed: [
      {
        type: "t:m:T",
        name: "a",
        replaced: false,
        properties: [
          { path: "x.y[1]", values: "2 → 3" },
          { path: "n", values: "" },
        ],
      },
    ],
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

test("a command whose triggers differ is made anew; which trigger tells nothing", () => {
  const kind = (inputs: Record<string, unknown>): PlannedResource => ({
    ...resource("kind-cluster", inputs),
    type: "command:local:Command",
  });
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const found = diffResources(
    [kind({ stdin: "nodes:\n  - role: worker\n", triggers: ["a", "b"] })],
    [kind({ stdin: "nodes:\n  - role: worker\n  - role: worker\n", triggers: [unknown] })],
  );
  expect(found.changed).toEqual([
    {
      type: "command:local:Command",
      name: "kind-cluster",
      replaced: true,
      properties: [{ path: "stdin.nodes[1]", values: "" }],
    },
  ]);
});

test("values are shown where they are short; a text that is YAML is looked into; what is unknown is called so", () => {
  const paths = (a: unknown, b: unknown): string[] =>
    changedProperties(a, b).map((p) => (p.values === "" ? p.path : `${p.path}: ${p.values}`));
  expect(paths({ a: [1] }, { a: { 0: 1 } })).toEqual(["a"]);
  expect(paths({ a: null }, { a: {} })).toEqual(["a"]);
  expect(paths({ on: true }, {})).toEqual(["on: true → none"]);
  expect(paths({ t: "x".repeat(61) }, { t: "y" })).toEqual(["t"]);
  expect(paths({ t: "a: 1\nb: 2\n" }, { t: "a: 1\nb: 3\n" })).toEqual(["t.b: 2 → 3"]);
  // The same content in other words is a change all the same.
  expect(paths({ t: "a: 1\n" }, { t: "a:  1\n" })).toEqual(["t"]);
  expect(paths({ t: "a: [\n" }, { t: "b: [\n" })).toEqual(["t"]);
  expect(paths({ id: "x" }, { id: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" })).toEqual([
    "id: x → known after up",
  ]);
});

test("a key that every object inherits is a key like others", () => {
  expect(changedProperties({ valueOf: null }, {})).toEqual([{ path: "valueOf", values: "null → none" }]);
});
