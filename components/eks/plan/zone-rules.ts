import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";

/** A number of zones that the region, or this network, does not have. Fewer than two is said with the zones. */
export function zoneCountProblems(config: EksConfig, zones: readonly string[], path: string): Problem[] {
  if (typeof config.zones !== "number" || zones.length === config.zones || config.zones < 2) return [];
  const many = config.zones > 4;
  return [
    {
      path: `${path}.zones`,
      value: config.zones,
      message: many
        ? "this network has room for four zones"
        : `${config.region} has ${zones.length} zones that EKS can use`,
      fix: many ? "2, 3 or 4" : `${zones.length}, or another region`,
    },
  ];
}
