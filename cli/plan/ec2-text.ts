import Table from "cli-table3";
import pc from "picocolors";
import type { Ec2Summary } from "../../components/ec2/plan/ec2-summary";

/** VPC, nodes and security groups of a cluster on EC2, for a terminal. */
export function ec2Text(ec2: Ec2Summary): string[] {
  const { vpc } = ec2;
  return [
    pc.bold(pc.underline("EC2")),
    `  ${ec2.region}; VPC ${vpc.cidr} in ${vpc.zones.join(", ")}; NAT ${vpc.nat}; pods ${ec2.podCidr}; Services ${ec2.serviceCidr}`,
    `  API server ${ec2.apiServer}`,
    `  source/destination check: ${ec2.sourceDestCheck}`,
    ...table(
      ["node", "type", "zone", "subnet", "max pods"],
      ec2.nodes.map((n) => [n.name, n.type, n.zone, `${n.subnet} ${n.range}`, n.maxPods]),
    ),
    ...table(
      ["let in", "from", "to"],
      ec2.rules.map((r) => [r.what, r.from, r.to]),
    ),
    `  tags: ${Object.entries(ec2.tags)
      .map(([key, value]) => `${key}=${value}`)
      .join(", ")}`,
    "",
  ];
}

function table(head: string[], rows: (string | number)[][]): string[] {
  const made = new Table({ head, style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made
    .toString()
    .split("\n")
    .map((line) => `  ${line}`);
}
