import type { Problem } from "../../../kube/problems";
import type { InstanceFacts } from "../../aws/plan/instance-types";

/** Families with other accelerators, for which EKS has no image with drivers: they run, as plain nodes. */
const WITHOUT_DRIVERS = /^(g4ad|f\d|vt\d|dl\d|dl2q)\./;

/** EKS's image for a group: its `amiType`. All types of a group are of one kind; `imageProblems` has said so. */
export function amiType(os: "al2023" | "bottlerocket", facts: InstanceFacts): string {
  const cpu = facts.architecture === "arm64" ? "ARM_64" : "x86_64";
  if (os === "bottlerocket") return `BOTTLEROCKET_${cpu}${facts.accelerator === "nvidia" ? "_NVIDIA" : ""}`;
  const kind = facts.accelerator === undefined ? "STANDARD" : facts.accelerator.toUpperCase();
  return `AL2023_${cpu}_${kind}`;
}

/** Types that no one image serves. */
export function imageProblems(
  types: readonly InstanceFacts[],
  os: "al2023" | "bottlerocket",
  path: string,
): Problem[] {
  const at = `${path}.instanceTypes`;
  const value = types.map((t) => t.instanceType);
  const kinds = new Set(types.map((t) => t.accelerator ?? "none"));
  const problems: Problem[] = [];
  const cpus = new Set(types.flatMap((t) => t.architecture ?? []));
  if (cpus.size > 1)
    problems.push({
      path: at,
      value,
      message: "mixes amd64 and arm64, and a group has one image",
      fix: "a group for each architecture",
    });
  if (kinds.size > 1)
    problems.push({
      path: at,
      value,
      message: `mixes types with ${[...kinds].map((k) => TITLE[k]).join(" and ")}; a group has one image, with the drivers of one kind`,
      fix: "a group for each kind",
    });
  if (os === "bottlerocket" && kinds.has("neuron"))
    problems.push({
      path: `${path}.os`,
      value: os,
      message: "EKS has no Bottlerocket with drivers for Neuron devices",
      fix: "al2023",
    });
  return problems;
}

/** Types whose chips stay idle. */
export function imageNotes(types: readonly InstanceFacts[], name: string): string[] {
  const idle = types.filter((t) => WITHOUT_DRIVERS.test(t.instanceType)).map((t) => t.instanceType);
  return idle.length === 0
    ? []
    : [`node group ${name}: EKS has no image with drivers for the accelerators of ${idle.join(", ")}`];
}

const TITLE = {
  nvidia: "NVIDIA GPUs",
  neuron: "Neuron devices",
  none: "neither GPU nor Neuron device",
} as const;
