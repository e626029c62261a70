import Table from "cli-table3";
import pc from "picocolors";
import { capacity } from "../../classroom/allocation";
import type { Class } from "../../classroom/class-file";
import type { PlannedStack } from "../../stacks/config/class-config";
import type { StackCost } from "../../stacks/stack-cost";
import { classCostText } from "../plan/cost-text";
import { formatDuration } from "../../classroom/lease";

/** What an `up` would make, before anything is made. */
export function classPlanText(
  planned: ReadonlyMap<string, PlannedStack>,
  cls: Class,
  costs: readonly StackCost[] = [],
): string {
  const networks = [...planned.values()].some((p) => p.config.kind?.network !== undefined);
  const table = new Table({
    head: ["student", "stack", "", "target", "ports", "pods", ...(networks ? ["network"] : []), "labs"],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, { student, record, config, exists }] of planned) {
    const { kind } = config;
    const port = kind?.apiServerPort;
    table.push([
      student.name === student.id ? student.id : `${student.id} (${student.name})`,
      name,
      exists ? "exists" : "new",
      record.target,
      port === undefined ? "" : `${port}-${port + cls.ranges.portsPerCluster - 1}`,
      kind?.podCidr ?? "",
      ...(networks ? [kind?.network?.subnet ?? ""] : []),
      Object.entries(student.labs ?? cls.labs)
        .map(([lab, step]) => `${lab}=${step}`)
        .join(" "),
    ]);
  }
  const { clusters } = capacity(cls.ranges, networks);
  const kinds = [...planned.values()].filter((p) => p.record.target === "kind").length;
  return [
    `${pc.bold(`Class ${cls.name}`)}: ${planned.size} environments, lease ${formatDuration(cls.ttl)}, hard limit ${formatDuration(cls.hardLimit)}`,
    table.toString(),
    ...(kinds === 0
      ? []
      : [
          `${clusters} kind clusters fit the ports and ranges of this machine; memory decides how many it carries (about 2 GiB each).`,
        ]),
    ...([...planned.values()].some((p) => p.exists)
      ? ["Labs of environments that exist stay at the step where they are."]
      : []),
    ...classCostText(costs),
    "This is a plan: nothing was made.",
    "",
  ].join("\n");
}
