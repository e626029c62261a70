import { labAt, type LabSelection } from "../labs/model";
import type { Problem } from "../kube/problems";
import type { TargetPlan } from "./cluster-sites";

/**
 * Calico by manifest, as kops installs it, keeps its objects in CRDs of its own and serves no `projectcalico.org/v3`:
 * the labs' policies of that kind could not be applied.
 */
export function calicoApiProblems(target: TargetPlan, labs: readonly LabSelection[]): Problem[] {
  if (target.kind !== "existing" || target.described.calico?.api !== false) return [];
  return labs.flatMap((selection): Problem[] => {
    const { objects, patches } = labAt(selection);
    const needing = [...objects, ...patches].find((o) => o.apiVersion.startsWith("projectcalico.org/"));
    return needing === undefined
      ? []
      : [
          {
            path: `labs.${selection.instance}`,
            message: `has ${needing.kind} ${needing.metadata.name}, and the cluster's Calico serves no projectcalico.org/v3`,
            fix: "install Calico's API server beside it (docs/existing.md), or take a step without Calico's own policies",
          },
        ];
  });
}
