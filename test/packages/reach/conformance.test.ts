/** The shared truth tables (a folder beside the clone; skipped, and said so, where it is absent). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../../../kube/objects";
import { load } from "../../../packages/reach/src";
import { answers } from "../../../packages/reach/src/connectivity";
import { contains } from "../../../packages/reach/src/ports";

const folder = join(__dirname, "../../../../shared/conformance/kubernetes");
const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith(".json")) : [];

interface Case {
  description: string;
  steps: Step[];
}
interface Step {
  namespaces: Record<string, Record<string, string>>;
  pods: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    ip: string;
    containers: { name: string; port: number; portName: string; protocol: string }[];
  }[];
  policies: Omit<KubeObject, "apiVersion" | "kind">[];
  expected: {
    from: string;
    to: string;
    protocol: string;
    port: number;
    egress: string;
    ingress: string;
    result: string;
  }[];
}

function objectsOf(step: Step): KubeObject[] {
  const namespaces = Object.entries(step.namespaces).map(([name, labels]): KubeObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels },
  }));
  const pods = step.pods.map((pod): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace: pod.namespace, labels: pod.labels },
    spec: {
      containers: pod.containers.map((c) => ({
        name: c.name,
        ports: [{ name: c.portName, containerPort: c.port, protocol: c.protocol }],
      })),
    },
    status: { podIP: pod.ip },
  }));
  const policies = step.policies.map((p) => ({
    ...p,
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
  })) as KubeObject[];
  return [...namespaces, ...pods, ...policies];
}

const word = { allow: "allowed", deny: "blocked", unknown: "unknown" } as const;

(files.length > 0 ? describe : describe.skip)("Kubernetes truth tables", () => {
  test.each(files.length > 0 ? files : ["shared/conformance is absent"])("%s", (file) => {
    const { steps } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Case;
    for (const step of steps) {
      const state = load(objectsOf(step));
      const byName = new Map(state.workloads.map((w) => [w.name, w]));
      const answer = answers(state);
      const found = step.expected.map((expected) => {
        const parts = answer(byName.get(expected.from)!, byName.get(expected.to)!);
        const hits = parts.filter(
          (p) => p.part.protocol === expected.protocol && contains(p.ports, expected.port),
        );
        const [hit] = hits;
        if (hits.length !== 1 || hit === undefined) return { ...expected, result: `${hits.length} answers` };
        const { egress, ingress, verdict } = hit.part;
        return {
          ...expected,
          egress: word[egress.verdict],
          ingress: word[ingress.verdict],
          // Whether anything listens is no matter of policy.
          result: ["allowed", "blocked"].includes(expected.result) ? word[verdict] : expected.result,
        };
      });
      expect(found).toEqual(step.expected);
    }
  });
});
