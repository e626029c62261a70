import { covers, overlaps, SHARED } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";

/** VPC guide, "VPC CIDR blocks": no range of a VPC. */
const NEVER: readonly [range: string, what: string][] = [
  ["0.0.0.0/8", "means this network"],
  ["127.0.0.0/8", "is the loopback range: no packet leaves the machine"],
  ["169.254.0.0/16", "is link-local, and the instance metadata and DNS of EC2 live there"],
  ["224.0.0.0/4", "is for multicast"],
];

const TEN = "10.0.0.0/8";
const TWELVE = "172.16.0.0/12";
const SIXTEEN = "192.168.0.0/16";
const BENCHMARK = "198.19.0.0/16";

/** The same page, "IPv4 CIDR block association restrictions": what AWS refuses beside a primary range. */
const RESTRICTED: readonly [primary: string, refused: readonly string[]][] = [
  [TEN, [TWELVE, SIXTEEN, BENCHMARK]],
  [TWELVE, [TEN, SIXTEEN, BENCHMARK, "172.31.0.0/16"]],
  [SIXTEEN, [TEN, TWELVE, BENCHMARK]],
  [BENCHMARK, [TEN, TWELVE, SIXTEEN]],
];
/** The primary range is public, or of 100.64.0.0/10. */
const ELSEWHERE = [TEN, TWELVE, SIXTEEN, BENCHMARK];

/** Ranges that no VPC can have. */
export function neverVpcProblem(cidr: string, path: string): Problem[] {
  const found = NEVER.find(([range]) => overlaps(range, cidr));
  return found === undefined
    ? []
    : [
        {
          path,
          value: cidr,
          message: `is of ${found[0]}, which ${found[1]}; AWS makes no VPC of it`,
          fix: "10.0.0.0/16",
        },
      ];
}

/** A secondary range that AWS refuses beside the primary one. 100.64.0.0/10 goes with every range. */
export function besideProblem(
  secondary: string,
  primary: string,
  others: readonly string[],
  path: string,
): Problem[] {
  // Said already.
  if (overlaps(primary, secondary)) return [];
  const fix = `a range of ${SHARED.text}, as 100.64.0.0/16`;
  const [, refused = ELSEWHERE] = RESTRICTED.find(([home]) => covers(home, primary)) ?? [];
  const range = refused.find((r) => overlaps(r, secondary));
  if (range !== undefined)
    return [{ path, value: secondary, message: `is of ${range}, which AWS refuses beside ${primary}`, fix }];
  const near = [primary, ...others].find((other) => overlaps("10.0.0.0/15", other));
  return near !== undefined && overlaps("10.0.0.0/16", secondary)
    ? [
        {
          path,
          value: secondary,
          message: `is of 10.0.0.0/16, which AWS refuses beside ${near}, a range of 10.0.0.0/15`,
          fix,
        },
      ]
    : [];
}
