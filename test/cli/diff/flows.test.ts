import fc from "fast-check";
import { groupFlows } from "../../../cli/diff/flow-changes";
import { diff, load, type Change, type Difference } from "../../../packages/reach/src";
import { ambientNamespace, ambientWorkload } from "../../../packages/reach/src";
import { defaultDeny } from "../../../policies/baselines";
import { networkPolicy, podsIn, namespaceNamed, tcp } from "../../../policies/kubernetes/policy";
import type { KubeObject } from "../../../kube/objects";

const app = (name: string): KubeObject =>
  ambientWorkload({ namespace: "shop", name, labels: { app: name }, ports: [{ name: "http", port: 80 }] });
const shop = [ambientNamespace("shop"), ...["web", "cart", "db"].map(app)];
const state = (...objects: unknown[]) =>
  load([...shop, ...(objects as KubeObject[])].map((object) => ({ object })));
const outside = new Set(["internet"]);

test("a default deny is one sentence", () => {
  const groups = groupFlows(diff(state(), state(defaultDeny("shop", ["Ingress", "Egress"]))), outside);
  expect(groups).toEqual([
    {
      what: "closes",
      from: ["internet", "shop/cart", "shop/db", "shop/web"],
      to: ["internet", "shop/cart", "shop/db", "shop/web"],
      opened: "",
      closed: "all",
    },
  ]);
});

test("what stays open of what closes is named, and what opens of what was closed", () => {
  const web = networkPolicy({
    name: "web",
    namespace: "shop",
    pods: { app: "web" },
    ingress: [{ from: [podsIn(namespaceNamed("shop"), { app: "cart" })], ports: [tcp(80)] }],
  });
  const closes = groupFlows(diff(state(), state(web)), outside);
  expect(closes).toEqual([
    { what: "closes", from: ["internet", "shop/db"], to: ["shop/web"], opened: "", closed: "all" },
    { what: "closes", from: ["shop/cart"], to: ["shop/web"], opened: "", closed: "all but TCP 80" },
  ]);
  expect(groupFlows(diff(state(defaultDeny("shop")), state(defaultDeny("shop"), web)), outside)).toEqual([
    { what: "opens", from: ["shop/cart"], to: ["shop/web"], opened: "TCP 80", closed: "" },
  ]);
  expect(groupFlows(diff(state(), state()), outside)).toEqual([]);
});

test("grouping loses no change and makes up none", () => {
  const NAMES = ["a", "b", "c", "d", "internet", "10.0.0.0/8"];
  const out = new Set(["internet", "10.0.0.0/8"]);
  const change = fc
    .record({
      from: fc.constantFrom(...NAMES),
      to: fc.constantFrom(...NAMES),
      closed: fc.constantFrom("80", "443"),
    })
    .filter((c) => c.from !== c.to && !(out.has(c.from) && out.has(c.to)))
    .map((c): Change => ({
      ...c,
      protocol: "TCP",
      ports: c.closed,
      verdict: "allow",
      opened: "",
      before: [],
      after: [],
    }));
  const set = fc.uniqueArray(change, { selector: (c) => `${c.from} ${c.to}`, maxLength: 30 });
  fc.assert(
    fc.property(set, (removed) => {
      const difference: Difference = {
        workloads: { added: [], removed: [] },
        added: [],
        removed,
        changed: [],
      };
      const told = groupFlows(difference, out).flatMap((g) =>
        g.from.flatMap((from) =>
          g.to
            .filter((to) => from !== to && !(out.has(from) && out.has(to)))
            .map((to) => `${from} ${to} ${g.closed}`),
        ),
      );
      expect(told.sort()).toEqual(removed.map((c) => `${c.from} ${c.to} TCP ${c.closed}`).sort());
    }),
    { numRuns: 500 },
  );
});
