import type { Problem } from "../../../kube/problems";

interface Quota {
  /** Where Service Quotas has it. */
  service: "vpc" | "ec2" | "eks";
  code: string;
  title: string;
  /** What an account has that never asked for more. */
  standard: number;
  unit: string;
}

const vcpus = (code: string, title: string, standard: number): Quota => ({
  service: "ec2",
  code,
  title: `Running On-Demand ${title} instances`,
  standard,
  unit: "vCPUs",
});

/** Limits that a stack meets, with AWS's defaults (pages "quotas" of the VPC, EC2 and EKS guides). All can be raised. */
export const QUOTAS = {
  vpcs: { service: "vpc", code: "L-F678F1CE", title: "VPCs per Region", standard: 5, unit: "VPCs" },
  addresses: {
    service: "ec2",
    code: "L-0263D0A3",
    title: "EC2-VPC Elastic IPs",
    standard: 5,
    unit: "addresses",
  },
  nodeGroups: {
    service: "eks",
    code: "L-6D54EA21",
    title: "Managed node groups per cluster",
    standard: 30,
    unit: "groups",
  },
  rules: {
    service: "vpc",
    code: "L-0EA8095F",
    title: "Inbound or outbound rules per security group",
    standard: 60,
    unit: "rules",
  },
  standard: vcpus("L-1216C47A", "Standard (A, C, D, H, I, M, R, T, Z)", 5),
  graphics: vcpus("L-DB2E81BA", "G and VT", 0),
  training: vcpus("L-417A185B", "P", 0),
  inference: vcpus("L-1945791B", "Inf", 0),
} as const satisfies Record<string, Quota>;

export type QuotaName = keyof typeof QUOTAS;
export type QuotaNeeds = Partial<Record<QuotaName, number>>;

/** What AWS says of a quota in the region. */
export interface Limit {
  value: number;
  /** What others than this stack have of it; absent where that was not counted. */
  used?: number;
}

export type Limits = Partial<Record<QuotaName, Limit>>;

const raise = ({ service, code }: Quota, value: number): string =>
  `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value}`;

/** What AWS would refuse, where it has said its limits; where not, what is more than an account has by default. */
export function quotaFindings(
  needs: QuotaNeeds,
  limits: Limits = {},
  path = "eks",
): { problems: Problem[]; warnings: string[] } {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  for (const [name, needed] of Object.entries(needs) as [QuotaName, number][]) {
    const quota: Quota = QUOTAS[name];
    const limit = limits[name];
    const all = needed + (limit?.used ?? 0);
    if (needed === 0 || all <= (limit?.value ?? quota.standard)) continue;
    if (limit !== undefined) {
      problems.push({
        path,
        value: `${needed} ${quota.unit}`,
        message: `the account has a quota of ${limit.value} (${quota.title})${limit.used === undefined ? "" : `, and ${limit.used} are in use`}`,
        fix: `${raise(quota, all)}; or another region${name === "vpcs" || name === "addresses" ? "; or delete what nobody needs: npm run labs -- sweep" : ""}`,
      });
    } else if (name !== "standard") {
      warnings.push(
        `quota "${quota.title}": ${needed} ${quota.unit} are needed, and AWS gives ${quota.standard} unless asked for more: ${raise(quota, needed)}`,
      );
    }
  }
  return { problems, warnings };
}

/** What several stacks need together of quotas that hold for a whole region. */
export function sumNeeds(all: readonly QuotaNeeds[]): QuotaNeeds {
  const total: QuotaNeeds = {};
  for (const { nodeGroups: _, ...needs } of all)
    for (const [name, n] of Object.entries(needs) as [QuotaName, number][])
      total[name] = (total[name] ?? 0) + n;
  return total;
}
