import type { KubeObject } from "../kube/objects";
import { podSecurity, type PodSecurity, type PodSecurityLevel } from "../kube/pod-security";
import { labAt, type LabSelection } from "./model";

export interface WorkloadLevel extends PodSecurity {
  namespace: string;
  /** Its kind and name. */
  workload: string;
  images: string[];
}

const ORDER: readonly PodSecurityLevel[] = ["privileged", "baseline", "restricted"];

/** What each workload of a lab meets of Pod Security, at any of its steps. */
export function workloadLevels(selection: LabSelection): WorkloadLevel[] {
  const found = new Map<string, WorkloadLevel>();
  for (const o of objectsOf(selection)) {
    const spec = (o["spec"] ?? {}) as { template?: { spec?: PodSpec } } & PodSpec;
    const pod = o.kind === "Pod" ? spec : spec.template?.spec;
    const { namespace } = o.metadata;
    if (pod?.containers === undefined || namespace === undefined) continue;
    const workload = `${o.kind} ${o.metadata.name}`;
    const images = pod.containers.map((c) => c.image);
    found.set(`${namespace} ${workload}`, { namespace, workload, images, ...podSecurity(pod) });
  }
  return [...found.values()];
}

interface PodSpec {
  containers?: { image: string }[];
}

/** Level of each namespace: the strictest that all its workloads meet, and the level that it says. */
export function namespaceLevels(
  selection: LabSelection,
): Map<string, { meets: PodSecurityLevel; says?: string | undefined }> {
  const workloads = workloadLevels(selection);
  return new Map(
    objectsOf(selection)
      .filter((o) => o.kind === "Namespace")
      .map(({ metadata: { name, labels } }) => {
        const own = workloads.filter((w) => w.namespace === name).map((w) => ORDER.indexOf(w.level));
        const meets = ORDER[Math.min(2, ...own)] ?? "privileged";
        return [name, { meets, says: labels?.["pod-security.kubernetes.io/enforce"] }] as const;
      }),
  );
}

const objectsOf = (selection: LabSelection): KubeObject[] =>
  selection.lab.steps.flatMap((_, step) => labAt({ ...selection, step }).objects);
