import { isTheirs } from "../../cli/play/exercise";
import { labsToPlay } from "../../cli/play/labs-to-play";
import { playHints } from "../../cli/play/play-hints";
import { update } from "../../cli/play/play-update";
import { faultOfSeed, faultsOf, type Fault } from "../../labs/faults/faults";
import { LabStates } from "../../labs/prediction/lab-states";
import type { KubeObject } from "../../kube/objects";

const contents = (objects: readonly KubeObject[]) => ({
  objects: objects.map((object) => ({ object, origin: "mine.yaml" })),
  files: ["mine.yaml"],
  problems: [],
  notes: [],
});

function catalogue(id: string): { states: LabStates; step: number; faults: Fault[] } {
  const [selection] = labsToPlay(id);
  const states = new LabStates(selection!);
  const step = selection!.lab.steps.length - 1;
  const { objects, patches } = states.at(step);
  return { states, step, faults: faultsOf(states, step, [...objects, ...patches].filter(isTheirs)) };
}

test.each([
  ["stars", 8],
  ["yaobank", 12],
  ["egress-lockdown", 12],
  ["host-endpoints", 6],
])("faults of %s: each is seen, no two look alike, and the first hint names its object", (id, least) => {
  const { states, step, faults } = catalogue(id);
  expect(faults.length).toBeGreaterThanOrEqual(least);
  expect(new Set(faults.map((f) => f.kind)).size).toBeGreaterThanOrEqual(4);
  const looks = faults.map((f) => {
    const { yours, problems } = update(states, step, contents(f.objects));
    expect(problems).toEqual([]);
    const wrong = yours!.claims.filter((c) => !c.holds);
    expect(wrong).toHaveLength(f.fails);
    return wrong.map((c) => c.only ?? `${c.from} ${c.to} ${c.protocol} ${c.port}`).join();
  });
  expect(new Set(looks).size).toBe(faults.length);
  for (const f of faults.filter((_, i) => i % 4 === 0)) {
    const [hint] = playHints(states, step, contents(f.objects));
    // An object that was put elsewhere goes by its name.
    expect([f.id, hint?.object.split("/").at(-1)?.split(" ").at(-1)]).toEqual([
      f.id,
      f.object.split("/").at(-1)?.split(" ").at(-1),
    ]);
  }
});

test("faults of gateway-api are of Gateways, routes and grants as well, each is seen and hinted at", () => {
  const { states, step, faults } = catalogue("gateway-api");
  const kinds = new Set(faults.map((f) => f.object.split(" ")[0]));
  expect([...kinds]).toEqual(expect.arrayContaining(["Gateway", "HTTPRoute", "NetworkPolicy"]));
  for (const f of faults.filter((x) => !x.object.startsWith("NetworkPolicy"))) {
    const { yours, problems } = update(states, step, contents(f.objects));
    expect(problems).toEqual([]);
    expect([...yours!.claims, ...yours!.requests].filter((c) => !c.holds).length).toBeGreaterThan(0);
    const [hint] = playHints(states, step, contents(f.objects));
    expect(`${f.id}: ${hint?.object ?? "no hint"}`).toContain(f.object.split("/").at(-1) ?? "");
  }
});

test("the same seed is the same fault, whenever the catalogue is made; seeds spread", () => {
  const [one, two] = [catalogue("stars").faults, catalogue("stars").faults];
  const seeds = Array.from({ length: 60 }, (_, i) => `exam-${i}`);
  const chosen = seeds.map((s) => faultOfSeed(one, s)?.id);
  expect(seeds.map((s) => faultOfSeed(two, s)?.id)).toEqual(chosen);
  expect(new Set(chosen).size).toBeGreaterThan(one.length / 2);
});

test("faults are in cluster policies too, and each is seen", () => {
  const { states, step, faults } = catalogue("cluster-policy");
  const inThem = faults.filter((f) => f.object.startsWith("ClusterNetworkPolicy "));
  expect(inThem.map((f) => f.kind)).toEqual(["action", "tier", "action"]);
  for (const f of inThem) {
    const { yours, problems } = update(states, step, contents(f.objects));
    expect(problems).toEqual([]);
    expect(yours!.claims.filter((c) => !c.holds)).toHaveLength(f.fails);
  }
});
