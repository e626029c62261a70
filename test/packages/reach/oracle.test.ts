import fc from "fast-check";
import type { KubeObject } from "../../../kube/objects";
import { answers } from "../../../packages/reach/src/connectivity";
import { contains } from "../../../packages/reach/src/port-sets";
import { explain, load, type Decision } from "../../../packages/reach/src";
import type { PairParts } from "../../../packages/reach/src/matrix";
import { clusters, type Cluster } from "./arbitrary";
import { Naive, type NaiveDecision, type Peer } from "./naive";

const PORTS = [1, 79, 80, 81, 443, 8080, 65535];
const OUTSIDE = ["10.200.0.1", "10.1.0.2", "203.0.113.9", "192.0.2.1"];

function objectsOf(c: Cluster): KubeObject[] {
  return [...c.others, ...c.policies, ...c.pods];
}

function ipOf(pod: KubeObject): string {
  return (pod.status as { podIP: string }).podIP;
}

function nameOf(pod: KubeObject): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
}

function agrees(found: Decision, expected: NaiveDecision): boolean {
  return (["verdict", "tier", "policy", "rule"] as const).every((key) => found[key] === expected[key]);
}

/** The answer of the listing for one port, which must be there exactly once. */
function pick(parts: PairParts, protocol: string, port: number): PairParts[number]["part"] {
  const hits = parts.filter((p) => p.part.protocol === protocol && contains(p.ports, port));
  if (hits.length !== 1) throw new Error(`${protocol} ${port} stands there ${hits.length} times`);
  return hits[0]!.part;
}

describe.each(["kubernetes", "both"] as const)("random clusters with %s policies", (kinds) => {
  test("every pair of pods gets the naive evaluator's verdict from the same rule", () => {
    fc.assert(
      fc.property(clusters(kinds), (cluster) => {
        const objects = objectsOf(cluster);
        const naive = new Naive(objects);
        const state = load(objects);
        const answer = answers(state);
        const byName = new Map(state.workloads.map((w) => [w.name, w]));
        for (const from of cluster.pods) {
          for (const to of cluster.pods) {
            if (from === to) continue;
            const parts = answer(byName.get(nameOf(from))!, byName.get(nameOf(to))!);
            const wrong: unknown[] = [];
            for (const protocol of ["TCP", "UDP", "SCTP"]) {
              for (const port of PORTS) {
                const packet = {
                  from: { pod: from, ip: ipOf(from) },
                  to: { pod: to, ip: ipOf(to) },
                  protocol,
                  port,
                };
                const expected = naive.verdict(packet);
                const found = pick(parts, protocol, port);
                if (!agrees(found.egress, expected.egress) || !agrees(found.ingress, expected.ingress))
                  wrong.push({ packet, expected, found });
              }
            }
            expect(wrong).toEqual([]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test("addresses outside too, both ways", () => {
    fc.assert(
      fc.property(
        clusters(kinds),
        fc.constantFrom(...PORTS),
        fc.constantFrom("TCP", "UDP"),
        (cluster, port, protocol) => {
          const objects = objectsOf(cluster);
          const naive = new Naive(objects);
          const state = load(objects);
          for (const pod of cluster.pods) {
            for (const ip of OUTSIDE) {
              if (cluster.pods.some((p) => ipOf(p) === ip)) continue;
              const [inside, outside]: Peer[] = [{ pod, ip: ipOf(pod) }, { ip }];
              for (const out of [true, false]) {
                const [from, to] = out ? [inside!, outside!] : [outside!, inside!];
                const question = { from: out ? nameOf(pod) : ip, to: out ? ip : nameOf(pod), port, protocol };
                const flows = explain(state, question);
                expect(flows).toHaveLength(1);
                const { egress, ingress } = flows[0]!;
                expect({ egress, ingress }).toMatchObject(naive.verdict({ from, to, protocol, port }));
              }
            }
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  test("the listing and the single question agree", () => {
    fc.assert(
      fc.property(clusters(kinds), fc.constantFrom(...PORTS), (cluster, port) => {
        const state = load(objectsOf(cluster));
        const answer = answers(state);
        for (const from of state.workloads) {
          for (const to of state.workloads) {
            if (from === to) continue;
            const [flow] = explain(state, { from: from.name, to: to.name, port });
            const { ports: _all, ...listed } = pick(answer(from, to), "TCP", port);
            expect(flow).toMatchObject(listed);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
