import Table from "cli-table3";
import pc from "picocolors";
import type { EksSummary } from "../../components/eks/plan/eks-summary";

/** VPC, subnets and node groups of an EKS stack, for a terminal. */
export function eksText(eks: EksSummary): string[] {
  const { vpc } = eks;
  const ranges = [vpc.cidr, ...vpc.secondaryCidrs].join(", ");
  return [
    pc.bold(pc.underline("EKS")),
    `  ${eks.region}, cni ${pc.bold(eks.cni)}; VPC ${ranges} in ${vpc.zones.join(", ")}; NAT ${vpc.nat}; Services ${eks.serviceCidr}`,
    `  API server ${eks.apiServer}`,
    `  load balancers: ${eks.loadBalancer}`,
    ...indented(subnets(eks)),
    ...indented(groups(eks)),
    ...(eks.room === undefined
      ? []
      : [
          `  pods: ${eks.room.wanted} want to run, ${eks.room.carried} fit on the ${eks.room.nodes} nodes of the start; each node has ${eks.room.own} of its own besides`,
        ]),
    `  tags: ${Object.entries(eks.tags)
      .map(([key, value]) => `${key}=${value}`)
      .join(", ")}`,
    "",
  ];
}

function subnets(eks: EksSummary): Table.Table {
  const table = new Table({
    head: ["subnet", "range", "zone", "addresses", "needed", "use", "for"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "left", "right", "right", "right", "left"],
  });
  for (const s of eks.subnets) {
    const kept = s.prefixReservations.length === 0 ? [] : [`prefixes in ${s.prefixReservations.join(", ")}`];
    const [first = "", ...more] = [...s.for, ...kept];
    table.push([
      s.name,
      s.cidr,
      s.zone,
      s.usable ?? "?",
      s.needed,
      s.use === undefined ? "?" : `${s.use} %`,
      first,
    ]);
    // A row for each line: cli-table3's time for one cell grows with the cube of its lines.
    table.push(...more.map((need) => ["", "", "", "", "", "", need]));
  }
  return table;
}

function groups(eks: EksSummary): Table.Table {
  const table = new Table({
    head: ["node group", "types", "nodes", "max pods", "pods in all", "addresses a node", "image", "zones"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "right", "right", "right", "right", "left", "left"],
  });
  for (const g of eks.nodeGroups) {
    table.push([
      g.capacityType === "SPOT" ? `${g.name} (spot)` : g.name,
      g.instanceTypes.join("\n"),
      `${g.min} to ${g.max}`,
      g.maxPods,
      g.pods,
      g.addressesAtRest === g.addressesFull ? g.addressesFull : `${g.addressesAtRest} to ${g.addressesFull}`,
      g.amiType,
      g.zones.join("\n"),
    ]);
  }
  return table;
}

function indented(table: Table.Table): string[] {
  return table
    .toString()
    .split("\n")
    .map((line) => `  ${line}`);
}
