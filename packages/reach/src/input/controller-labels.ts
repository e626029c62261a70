import { UNKNOWN } from "../selector";
import type { Fields } from "./object-fields";

const JOB = ["job-name", "batch.kubernetes.io/job-name"];
const JOB_UID = ["controller-uid", "batch.kubernetes.io/controller-uid"];
const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";

/** Labels by which the pods of a StatefulSet differ from each other. */
export const ORDINAL_LABELS: readonly string[] = [POD_NAME, POD_INDEX];

/**
 * Labels that controllers add to the pods of their template; `UNKNOWN` where the value exists only in a cluster.
 * Sources: generateLabels in pkg/apis/batch/v1/defaults.go and pkg/registry/batch/job/strategy.go, updateIdentity in
 * pkg/controller/statefulset/stateful_set_utils.go, pkg/controller/{deployment,daemon} of kubernetes/kubernetes.
 */
export function controllerLabels(kind: string, name: string, root: Fields): Record<string, string> {
  const same = (keys: readonly string[], value: string): Record<string, string> =>
    Object.fromEntries(keys.map((key) => [key, value]));
  switch (kind) {
    case "Job": {
      // A Job that manages its selector by hand gets no labels added.
      if (root.object("spec").boolean("manualSelector") === true) return {};
      const uid = root.object("metadata").string("uid") ?? UNKNOWN;
      return { ...same(JOB, name), ...same(JOB_UID, uid) };
    }
    case "CronJob":
      // Its Jobs are called `<name>-<minutes>`.
      return same([...JOB, ...JOB_UID], UNKNOWN);
    case "StatefulSet":
      return same([...ORDINAL_LABELS, "controller-revision-hash"], UNKNOWN);
    case "DaemonSet":
      return same(["controller-revision-hash", "pod-template-generation"], UNKNOWN);
    case "Deployment":
      return same(["pod-template-hash"], UNKNOWN);
    default:
      return {};
  }
}

/** What the pod of an ordinal carries. */
export function ordinalLabels(podName: string, ordinal: number): Record<string, string> {
  return { [POD_NAME]: podName, [POD_INDEX]: String(ordinal) };
}
