import type { Class } from "./class-file";
import type { Student } from "./student";

/** Ports of nodes that kind maps for the ingress controller. */
export const HTTP = 80;
export const HTTPS = 443;

/** What a kind cluster must have for a lab, beyond what every one has (`labs/model`, LabNeeds). */
export interface ClusterNeeds {
  /** A docker network of its own. */
  network: boolean;
  /** The upper half of the pod range free for a pool that the lab makes. */
  secondPool: boolean;
  /** No CNI: Calico is the student's to install. */
  bare: boolean;
  /** Weave Net as CNI, and no Calico. */
  weave: boolean;
}

/** What the labs of a student, and the class's own config, need of a kind cluster. */
export function needsOf(
  student: Student,
  cls: Class,
  labs: ReadonlyMap<string, ClusterNeeds> = new Map(),
): ClusterNeeds {
  const needs = Object.keys(student.labs ?? cls.labs).flatMap((lab) => labs.get(lab) ?? []);
  return {
    network: needs.some((n) => n.network) || cls.network,
    secondPool: needs.some((n) => n.secondPool),
    bare: needs.some((n) => n.bare),
    weave: needs.some((n) => n.weave),
  };
}

/** The labs' node ports, each once, in order, without those of the ingress controller. */
export function labNodePorts(nodePorts: readonly number[]): number[] {
  return [...new Set(nodePorts)].filter((p) => p !== HTTP && p !== HTTPS).sort((a, b) => a - b);
}
