import { covers, DOCUMENTATION, overlaps, PRIVATE, SHARED } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";

/** Nobody on the internet has such an address; EKS refuses it (`invalid in publicAccessCidrs`). */
const NEVER_PUBLIC = [
  ...PRIVATE.map((net) => net.text),
  SHARED.text,
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

export const OWN_ADDRESS = "your own address as /32 (curl https://checkip.amazonaws.com)";

/** Ranges that are to be let in from the internet: addresses that somebody has. `real`: documents' ranges must be replaced by now. */
export function publicCidrProblems(
  cidrs: readonly string[],
  at: string,
  real: boolean,
  { refused, without }: { refused: string; without: string },
): Problem[] {
  return cidrs.flatMap((cidr, i): Problem[] => {
    const where = { path: `${at}[${i}]`, value: cidr };
    if (NEVER_PUBLIC.some((range) => covers(range, cidr)))
      return [
        {
          ...where,
          message: `is no address of the internet, ${refused}`,
          fix: `${OWN_ADDRESS}, ${without}`,
        },
      ];
    if (real && DOCUMENTATION.some((range) => overlaps(range, cidr)))
      return [
        { ...where, message: "is a range for documents: nobody has such an address", fix: OWN_ADDRESS },
      ];
    return [];
  });
}
