/** Every case of cyclonus' generator: its matcher's verdict on each flow, held against the evaluator's. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { KubeObject } from "../../kube/objects";
import { load } from "../../packages/reach/src";
import { answers } from "../../packages/reach/src/connectivity";
import { contains } from "../../packages/reach/src/port-sets";
import { goProgram } from "./go";

/** A line of the Go program. */
interface Step {
  case: number;
  step: number;
  what: string;
  namespaces: Record<string, Record<string, string>>;
  pods: Omit<KubeObject, "apiVersion" | "kind">[];
  policies: Omit<KubeObject, "apiVersion" | "kind">[] | null;
  verdicts: Verdict[];
}
interface Verdict {
  from: string;
  to: string;
  protocol: string;
  port: number;
  egress: boolean;
  ingress: boolean;
}

function objectsOf(step: Step): KubeObject[] {
  return [
    ...Object.entries(step.namespaces).map(([name, labels]) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels },
    })),
    ...step.pods.map((pod) => ({ apiVersion: "v1", kind: "Pod", ...pod })),
    ...(step.policies ?? []).map((p) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      ...p,
    })),
  ] as KubeObject[];
}

const word = (allowed: boolean): string => (allowed ? "allow" : "deny");

/** The verdicts of a step that the evaluator does not share. */
function differences(step: Step): string[] {
  const state = load(objectsOf(step));
  const byName = new Map(state.workloads.map((w) => [w.name, w]));
  const answer = answers(state);
  return step.verdicts.flatMap(({ from, to, protocol, port, egress, ingress }) => {
    const found = answer(byName.get(from)!, byName.get(to)!)
      .filter((p) => p.part.protocol === protocol && contains(p.ports, port))
      .map(({ part }) => `${part.egress.verdict}, ${part.ingress.verdict}`);
    const expected = `${word(egress)}, ${word(ingress)}`;
    if (found.length === 1 && found[0] === expected) return [];
    const flow = `${from} → ${to} ${protocol} ${port}`;
    return [
      `case ${step.case} (${step.what}), step ${step.step}, ${flow}: ${expected}, not ${found.join(" and ")}`,
    ];
  });
}

describe("cyclonus", () => {
  let program: string;
  beforeAll(() => {
    program = goProgram("cyclonus");
  }, 20 * 60_000);

  test("every verdict on every case is the evaluator's too", async () => {
    const child = spawn(program, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const wrong: string[] = [];
    let verdicts = 0;
    const cases = new Set<number>();
    for await (const line of createInterface({ input: child.stdout })) {
      const step = JSON.parse(line) as Step;
      wrong.push(...differences(step));
      verdicts += step.verdicts.length;
      cases.add(step.case);
    }
    expect(await ended).toBe(0);
    expect(wrong.slice(0, 20)).toEqual([]);
    // A generator that has lost its cases would agree with everything.
    expect({ cases: cases.size, verdicts }).toEqual({ cases: 460, verdicts: 219_912 });
  }, 300_000);
});
