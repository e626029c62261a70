import { containsCidr, overlapCidr } from "cidr-tools";
import type { Calls, Behaviour, Refused } from "./behaviour";

/** Zones of subnets that exist, and their VPC. */
export async function subnetZones(
  SubnetIds: readonly string[],
  aws: Calls,
): Promise<{ list: string[]; vpc: string } | Refused> {
  const answer = await aws.ask("ec2.DescribeSubnets", { SubnetIds });
  if ("error" in answer) return answer.error;
  const subnets = answer.output["Subnets"] as { AvailabilityZone: string; VpcId: string }[];
  return { list: subnets.map((s) => s.AvailabilityZone), vpc: subnets[0]?.VpcId ?? "" };
}

/** No address of the internet (RFC 1918, 6598, 1122, 3927, 5771, 1112). */
const NEVER_PUBLIC = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

export const refusedCidrs = (cidrs: readonly string[]): string[] =>
  cidrs.filter((cidr) => NEVER_PUBLIC.some((range) => containsCidr(range, cidr)));

/** No range of a VPC (VPC guide, "VPC CIDR blocks"). */
const NEVER_VPC = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];
/** What AWS takes beside a primary range (the same page, "IPv4 CIDR block association restrictions"). */
const RESTRICTED: readonly [primary: string, forbidden: readonly string[]][] = [
  ["10.0.0.0/8", ["172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"]],
  ["172.16.0.0/12", ["10.0.0.0/8", "192.168.0.0/16", "172.31.0.0/16", "198.19.0.0/16"]],
  ["192.168.0.0/16", ["10.0.0.0/8", "172.16.0.0/12", "198.19.0.0/16"]],
  ["198.19.0.0/16", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]],
];
const ELSEWHERE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"];

/** Ranges of VPCs, which no model and no moto checks. */
export const networkBehaviours: Record<string, Behaviour> = {
  "ec2.CreateVpc": {
    refuses: ({ CidrBlock }) =>
      NEVER_VPC.some((range) => overlapCidr(range, String(CidrBlock)))
        ? { code: "InvalidVpc.Range", message: `The CIDR '${String(CidrBlock)}' is invalid.` }
        : undefined,
  },
  "ec2.AssociateVpcCidrBlock": {
    refuses: async ({ VpcId, CidrBlock }, aws) => {
      const answer = await aws.ask("ec2.DescribeVpcs", { VpcIds: [VpcId] });
      if ("error" in answer) return answer.error;
      const [vpc] = answer.output["Vpcs"] as {
        CidrBlock: string;
        CidrBlockAssociationSet: { CidrBlock: string }[];
      }[];
      const primary = vpc?.CidrBlock ?? "";
      const cidr = String(CidrBlock);
      const ranges = vpc?.CidrBlockAssociationSet.map((a) => a.CidrBlock) ?? [];
      const [, forbidden = ELSEWHERE] = RESTRICTED.find(([home]) => containsCidr(home, primary)) ?? [];
      // If any range lies in 10.0.0.0/15, nothing of 10.0.0.0/16 may be added.
      const fifteen = ranges.some((r) => overlapCidr("10.0.0.0/15", r)) ? ["10.0.0.0/16"] : [];
      const refused = [...NEVER_VPC, ...forbidden, ...fifteen].some((range) => overlapCidr(range, cidr));
      return refused
        ? {
            code: "InvalidVpc.Range",
            message: `The CIDR '${cidr}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR.`,
          }
        : undefined;
    },
  },
};
