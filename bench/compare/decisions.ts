/**
 * A program that decides about packets one by one, Calico's own calculation for example. It reads a world a line,
 * `{ "objects": […], "questions": [{ "from": "ns/pod", "to": "ns/pod", "protocol": "TCP", "port": 80 }] }`, and writes
 * a line for each: `{ "answers": [{ "egress": { "verdict": "allow" }, "ingress": { "verdict": "deny", "tier":
 * "default", "policy": "ns/name", "rule": 0 } }] }`. What it leaves out of `tier`, `policy` and `rule` is not compared.
 */
import { explain, load, type Decision } from "../../packages/reach/src";
import type { KubeObject } from "../../kube/objects";
import { timed } from "./timed-process";

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

type Side = Pick<Decision, "verdict"> & Partial<Decision>;

interface Answer {
  readonly egress: Side;
  readonly ingress: Side;
}

/** Asks a peer and the evaluator for every pair of pods of each world; gives back where they differ. */
export function compareDecisions(
  program: string,
  worlds: readonly (readonly KubeObject[])[],
): { cells: number; different: string[]; hereSeconds: number; peerSeconds: number } {
  const asked = worlds.map((objects) => ({ objects, questions: questionsOf(objects) }));
  const peer = timed(program, [], { input: asked.map((world) => `${JSON.stringify(world)}\n`).join("") });
  const lines = peer.stdout.trim().split("\n");
  if (lines.length !== worlds.length)
    throw new Error(`${program} answered ${lines.length} of ${worlds.length} worlds`);
  const different: string[] = [];
  let cells = 0;
  const began = process.cpuUsage();
  const here = asked.map(({ objects, questions }) => {
    const state = load(objects);
    return questions.map((question) => explain(state, question)[0]);
  });
  const { user, system } = process.cpuUsage(began);
  for (const [i, { questions }] of asked.entries()) {
    const { answers } = JSON.parse(lines[i] ?? "{}") as { answers: readonly Answer[] };
    for (const [j, question] of questions.entries()) {
      for (const direction of ["egress", "ingress"] as const) {
        cells++;
        const [mine, theirs] = [here[i]?.[j]?.[direction], answers[j]?.[direction]];
        const what = `world ${i}: ${question.from} → ${question.to} ${question.protocol} ${question.port} ${direction}`;
        if (!alike(mine, theirs))
          different.push(`${what}: ${JSON.stringify(mine)} here, ${JSON.stringify(theirs)} there`);
      }
    }
  }
  return { cells, different, hereSeconds: (user + system) / 1e6, peerSeconds: peer.cpuSeconds };
}

function alike(mine: Decision | undefined, theirs: Side | undefined): boolean {
  if (mine === undefined || theirs === undefined) return false;
  return (["verdict", "tier", "policy", "rule"] as const).every(
    (key) => theirs[key] === undefined || theirs[key] === mine[key],
  );
}

const PORTS = [80, 81, 443, 8080] as const;

export function questionsOf(objects: readonly KubeObject[]): Asked[] {
  const pods = objects
    .filter(({ kind }) => kind === "Pod")
    .map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`);
  return pods.flatMap((from) =>
    pods
      .filter((to) => to !== from)
      .flatMap((to) =>
        (["TCP", "UDP"] as const).flatMap((protocol) => PORTS.map((port) => ({ from, to, protocol, port }))),
      ),
  );
}
