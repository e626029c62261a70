import { sizeOf } from "../../../kube/ip";

/** Addresses of every subnet that AWS keeps: the first four and the last (VPC user guide, subnet sizing). */
export const RESERVED_PER_SUBNET = 5;

/** Largest and smallest range of a VPC or a subnet. */
export const LARGEST_PREFIX = 16;
export const SMALLEST_PREFIX = 28;

/** Addresses of a subnet that can be used. */
export function usable(prefix: number): number {
  return sizeOf(prefix) - RESERVED_PER_SUBNET;
}

/** Prefix length of the smallest subnet with so many usable addresses; below 16 where one subnet cannot hold them. */
export function prefixFor(addresses: number): number {
  for (let prefix = SMALLEST_PREFIX; prefix > 0; prefix--) if (usable(prefix) >= addresses) return prefix;
  return 0;
}
