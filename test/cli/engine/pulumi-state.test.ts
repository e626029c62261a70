import { settledState, stateFrom, withoutDeleted } from "../../../cli/engine/pulumi-state";

test("an exported state keeps nothing that refers to what is deleted", () => {
  const r = (urn: string, more: object) => ({ urn, type: "t", ...more });
  expect(
    withoutDeleted([
      r("cluster", { pendingReplacement: true }),
      r("shape", { dependencies: ["network"] }),
      r("job", {
        dependencies: ["shape", "cluster"],
        propertyDependencies: { stdin: ["cluster"], triggers: ["shape"] },
        deletedWith: "cluster",
      }),
    ]),
  ).toEqual([
    r("shape", { dependencies: ["network"] }),
    r("job", { dependencies: ["shape"], propertyDependencies: { stdin: [], triggers: ["shape"] } }),
  ]);
});

test("what is adopted stands after all that it depends on, and the next update finishes it or reads it first", () => {
  const [network, object, gateway, left] = ["network", "object", "gateway", "left"].map((urn) => ({
    urn,
    type: "t",
  }));
  const before = {
    version: 3,
    deployment: {
      resources: [network ?? left],
      pending_operations: [object, gateway, left].map((resource) => ({
        resource,
        type: "creating" as const,
      })),
    },
  } as Parameters<typeof settledState>[0];
  const after = settledState(before, {
    done: [],
    adopted: [
      { urn: "object", id: "shop/web", outputs: { kind: "Service" } },
      { urn: "gateway", id: "nat-1" },
    ],
  });
  expect(after.deployment.resources).toMatchObject([
    { urn: "network" },
    { urn: "object", id: "shop/web", outputs: { kind: "Service" }, initErrors: ["its creation was cut off"] },
    { urn: "gateway", id: "nat-1", outputs: {} },
  ]);
  const state = stateFrom(after, {});
  expect(state.resources.map((r) => [r.urn, r.unread])).toEqual([
    ["network", undefined],
    ["object", undefined],
    ["gateway", true],
  ]);
  expect(state.pending.map((p) => p.urn)).toEqual(["left"]);
});
