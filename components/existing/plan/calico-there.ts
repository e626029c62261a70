import type { Problem } from "../../../kube/problems";
import type { DescribedCluster } from "./described-cluster";
import { versionText } from "./found-cni";

/** What stands against installing Calico in a cluster that has a network already. */
export function calicoThereProblems({ installedCni, calico }: DescribedCluster, install: boolean): Problem[] {
  if (!install) return [];
  if (installedCni === "calico" || calico !== undefined)
    return [
      {
        path: "calico.install",
        value: true,
        message: `the cluster has Calico${calico === undefined ? "" : versionText(calico)} already (${calico === undefined ? "existing.installedCni: calico" : `by ${calico.by}`})`,
        fix: "set calico.install to false",
      },
    ];
  if (installedCni === "other")
    return [
      {
        path: "existing.installedCni",
        value: "other",
        message:
          "Calico enforces policy beside the AWS VPC CNI, or is the CNI itself; beside another CNI this project does not install it",
        fix: "set calico.install to false, or use a cluster without a CNI",
      },
    ];
  return [];
}
