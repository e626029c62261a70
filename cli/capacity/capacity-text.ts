import Table from "cli-table3";
import pc from "picocolors";
import type { CapacityReport, CapacityRow } from "../../components/eks/plan/capacity-report";

/** The report as a table, with what the numbers mean below it. */
export function capacityText({ question, rows, notes }: CapacityReport): string {
  const { networking } = question;
  const planned = rows.some((r) => r.plan !== undefined);
  const columns: [string, (row: CapacityRow) => string | number][] = [
    ["instance type", (r) => r.instanceType],
    ["vCPUs", (r) => r.vcpus ?? "?"],
    ["interfaces", (r) => r.enis],
    ["IPv4 each", (r) => r.ipv4PerEni],
    ["published", (r) => r.publishedMaxPods ?? "no limit"],
    ["max pods", (r) => r.maxPods],
    ["addresses at rest", (r) => r.addressesAtRest],
    ["addresses full", (r) => r.addressesFull],
  ];
  if (networking.customNetworking) {
    columns.push([
      "of the pod subnet",
      (r) => `${r.podSubnetAddresses?.atRest ?? 0} / ${r.podSubnetAddresses?.full ?? 0}`,
    ]);
  }
  if (planned) {
    columns.push(
      ["nodes", (r) => r.plan?.nodes ?? ""],
      ["pods possible", (r) => r.plan?.podsPossible ?? ""],
      ["addresses in all", (r) => r.plan?.addresses ?? ""],
      ["subnets", (r) => (r.plan === undefined ? "" : `/${r.plan.subnetPrefix}`)],
      ["fits", (r) => fit(r)],
    );
  }
  const table = new Table({
    head: columns.map(([title]) => title),
    style: { head: [], border: [] },
    colAligns: columns.map((_, i) => (i === 0 ? "left" : "right")),
  });
  table.push(...rows.map((row) => columns.map(([, value]) => String(value(row)))));
  const legend = [
    `${mode(question)}.`,
    "published: AWS's formula, by addresses alone; max pods: at most 110, or 250 above 30 vCPUs, what the kubelet gets.",
    "at rest: a node with its first pod, its warm pool included.",
    ...notes,
  ];
  return `${table.toString()}\n${legend.map((l) => pc.dim(l)).join("\n")}\n`;
}

function fit({ plan }: CapacityRow): string {
  if (plan === undefined) return "";
  if (plan.pods === null) return "-";
  return plan.fits ? pc.green("yes") : pc.red(`no: ${plan.nodesNeeded} nodes needed`);
}

function mode({ networking, warm }: CapacityReport["question"]): string {
  if (networking.cni === "calico") return "Calico, overlay";
  const extras = [
    networking.prefixDelegation ? "/28 prefixes" : "one address per pod",
    networking.customNetworking ? "pod subnets of their own" : "",
    ...Object.entries(warm).map(([key, value]) => `${key} ${String(value)}`),
  ].filter((s) => s !== "");
  return `VPC CNI, ${extras.join(", ")}`;
}
