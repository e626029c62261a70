import fc from "fast-check";
import type { KubeObject } from "../../../kube/objects";
import { connectivity, diff, exposure, load, type State } from "../../../packages/reach/src";
import { answers } from "../../../packages/reach/src/connectivity";
import { subtract } from "../../../packages/reach/src/port-sets";
import { clusters, kubernetesRule } from "./arbitrary";
import { kubernetesPolicy, pod } from "./support";

function open(state: State): Map<string, { ports: readonly (readonly [number, number])[] }[]> {
  const answer = answers(state);
  const result = new Map<string, { ports: readonly (readonly [number, number])[] }[]>();
  for (const from of state.workloads) {
    for (const to of state.workloads) {
      if (from === to) continue;
      for (const { part, ports } of answer(from, to)) {
        const key = `${from.name} → ${to.name} ${part.protocol}`;
        if (part.verdict === "allow") result.set(key, [...(result.get(key) ?? []), { ports }]);
      }
    }
  }
  return result;
}

test("adding an allow rule to a Kubernetes policy never closes a flow", () => {
  fc.assert(
    fc.property(
      clusters("kubernetes"),
      fc.nat(),
      kubernetesRule("from"),
      kubernetesRule("to"),
      (c, n, from, to) => {
        fc.pre(c.policies.length > 0);
        const i = n % c.policies.length;
        // Types are written out, so that a new list does not isolate pods that were not.
        const types = (p: KubeObject): string[] => {
          const spec = p.spec as { policyTypes?: string[]; egress?: unknown[] };
          return spec.policyTypes ?? ["Ingress", ...((spec.egress ?? []).length > 0 ? ["Egress"] : [])];
        };
        const written = c.policies.map((p) => ({
          ...p,
          spec: { ...(p.spec as object), policyTypes: types(p) },
        }));
        const more = written.map((p, at) => {
          const spec = p.spec as { ingress?: unknown[]; egress?: unknown[] };
          return at !== i
            ? p
            : {
                ...p,
                spec: {
                  ...spec,
                  ingress: [...(spec.ingress ?? []), from],
                  egress: [...(spec.egress ?? []), to],
                },
              };
        });
        const before = open(load([...c.others, ...c.pods, ...written]));
        const after = open(load([...c.others, ...c.pods, ...more]));
        for (const [key, parts] of before) {
          const now = (after.get(key) ?? []).flatMap((p) => p.ports).sort((a, b) => a[0] - b[0]);
          for (const { ports } of parts) expect([key, subtract(ports, now)]).toEqual([key, []]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("the order of input never changes an answer", () => {
  fc.assert(
    fc.property(clusters("both"), fc.infiniteStream(fc.nat()), (c, keys) => {
      const objects = [...c.others, ...c.pods, ...c.policies];
      const shuffled = objects
        .map((o) => [keys.next().value as number, o] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, o]) => o);
      const listing = (list: KubeObject[]): string[] =>
        [...connectivity(load(list), { all: true })].map((f) => JSON.stringify(f));
      expect(listing(shuffled)).toEqual(listing(objects));
    }),
    { numRuns: 40 },
  );
});

test("the ports of each pair and protocol are covered exactly once", () => {
  fc.assert(
    fc.property(clusters("both"), (c) => {
      const state = load([...c.others, ...c.pods, ...c.policies]);
      const answer = answers(state);
      for (const from of state.workloads) {
        for (const to of [...state.workloads, ...state.outside]) {
          if (from === to) continue;
          const size = new Map<string, number>();
          for (const { part, ports } of answer(from, to))
            for (const [a, b] of ports) size.set(part.protocol, (size.get(part.protocol) ?? 0) + b - a + 1);
          expect(Object.fromEntries(size)).toEqual({ TCP: 65535, UDP: 65535, SCTP: 65535, ICMP: 65536 });
        }
      }
    }),
    { numRuns: 40 },
  );
});

describe("differences", () => {
  test("a state differs from itself in nothing", () => {
    fc.assert(
      fc.property(clusters("both"), (c) => {
        const state = load([...c.others, ...c.pods, ...c.policies]);
        expect(diff(state, load([...c.policies, ...c.pods, ...c.others]))).toEqual({
          workloads: { added: [], removed: [] },
          added: [],
          removed: [],
          changed: [],
        });
      }),
      { numRuns: 30 },
    );
  });

  test("what one way adds the other way removes", () => {
    fc.assert(
      fc.property(clusters("both"), clusters("both"), (x, y) => {
        const a = load([...x.others, ...x.pods, ...x.policies]);
        const b = load([
          ...x.others,
          ...x.pods,
          ...y.policies.filter(
            (p) =>
              (p.spec as { tier?: string }).tier === undefined || x.others.some((o) => o.kind === "Tier"),
          ),
        ]);
        const [there, back] = [diff(a, b), diff(b, a)];
        const pairs = (list: typeof there.added): string[] =>
          list.map((c) => `${c.from} ${c.to} ${c.protocol} ${c.ports}`);
        expect(pairs(there.added)).toEqual(pairs(back.removed));
        expect(there.changed.map((c) => [c.opened, c.closed])).toEqual(
          back.changed.map((c) => [c.closed, c.opened]),
        );
      }),
      { numRuns: 30 },
    );
  });

  const pods = [pod("x/web", { app: "web" }), pod("x/db", { app: "db" })];
  const ports = (...list: number[]): KubeObject =>
    kubernetesPolicy("x/db", {
      podSelector: { matchLabels: { app: "db" } },
      ingress: [{ from: [{ podSelector: {} }], ports: list.map((port) => ({ port })) }],
    });

  test("added, removed and changed, with what opened and closed", () => {
    const shut = kubernetesPolicy("x/db", { podSelector: { matchLabels: { app: "db" } } });
    const of = (a: KubeObject[], b: KubeObject[]): ReturnType<typeof diff> =>
      diff(load([...pods, ...a]), load([...pods, ...b]));
    const web = { from: "x/web", to: "x/db", protocol: "TCP" };
    expect(of([shut], [ports(80)]).added).toMatchObject([
      { ...web, ports: "80", opened: "80", closed: "", verdict: "allow" },
    ]);
    expect(of([ports(80)], [shut]).removed).toMatchObject([
      { ...web, ports: "80", opened: "", closed: "80" },
    ]);
    expect(of([ports(80, 81)], [ports(81, 82)]).changed).toMatchObject([
      { ...web, ports: "81-82", opened: "82", closed: "80" },
    ]);
    expect(of([], [ports(80)]).removed.map((c) => `${c.from} ${c.protocol}`)).toContain("internet UDP");
  });

  test("the outside is split at the networks of both", () => {
    const from = (cidr: string): KubeObject =>
      kubernetesPolicy("x/db", {
        podSelector: { matchLabels: { app: "db" } },
        ingress: [{ from: [{ ipBlock: { cidr } }] }],
      });
    const found = diff(load([...pods, from("203.0.113.0/24")]), load([...pods, from("203.0.113.0/25")]));
    expect(found.removed.map((c) => `${c.from} → ${c.to} ${c.protocol}`)).toEqual(
      ["TCP", "UDP", "SCTP", "ICMP"].map((p) => `203.0.113.128/25 → x/db ${p}`),
    );
    expect(found.added).toEqual([]);
  });
});

test("exposure tells what is open to the outside, and what no policy governs", () => {
  const policy = kubernetesPolicy("x/db", {
    podSelector: { matchLabels: { app: "db" } },
    ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: [{ port: 80 }] }],
  });
  const list = exposure(load([pod("x/web", { app: "web" }), pod("x/db", { app: "db" }), policy]));
  const db = list.find((e) => e.name === "x/db")!;
  expect(db.protected).toEqual({ ingress: true, egress: false });
  expect(db.ingress.map((f) => [f.from, f.protocol, f.ports])).toEqual([["203.0.113.0/24", "TCP", "80"]]);
  expect(list.find((e) => e.name === "x/web")!.ingress.map((f) => f.from)).toContain("internet");
});
