import { excludeCidr, normalizeCidr, overlapCidr, parseCidr } from "cidr-tools";

/** Addresses of every subnet that AWS keeps: the first four and the last (VPC user guide, subnet sizing). */
export const RESERVED_PER_SUBNET = 5;

/** Largest and smallest range of a VPC or a subnet. */
export const LARGEST_PREFIX = 16;
export const SMALLEST_PREFIX = 28;

/** Addresses of a range, reserved ones included. */
export function size(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Addresses of a subnet that can be used. */
export function usable(prefix: number): number {
  return size(prefix) - RESERVED_PER_SUBNET;
}

/** Prefix length of the smallest subnet with so many usable addresses; below 16 where one subnet cannot hold them. */
export function prefixFor(addresses: number): number {
  for (let prefix = SMALLEST_PREFIX; prefix > 0; prefix--) if (usable(prefix) >= addresses) return prefix;
  return 0;
}

export function prefixOf(cidr: string): number {
  return Number(parseCidr(cidr).prefix);
}

/** The range of another length at the same place: `10.0.5.0/24` → `10.0.0.0/16`. */
export function resized(cidr: string, prefix: number): string {
  return normalizeCidr(`${parseCidr(cidr).ip}/${prefix}`);
}

export function overlap(a: string, b: string): boolean {
  return overlapCidr(a, b);
}

/**
 * A free block of a range: the smallest gap that holds it, so that large gaps stay whole. Undefined where there is none.
 */
export function firstFree(range: string, taken: readonly string[], prefix: number): string | undefined {
  const gaps = taken.length === 0 ? [range] : excludeCidr(range, [...taken]);
  const fitting = gaps.filter((gap) => prefixOf(gap) <= prefix);
  // Stable sort: among gaps of one size the lowest address comes first.
  const [best] = fitting.sort((a, b) => prefixOf(b) - prefixOf(a));
  return best === undefined ? undefined : resized(best, prefix);
}

/** The second and third quarter of a range: half of it, without its ends. */
export function middleHalf(cidr: string): [string, string] {
  const quarter = prefixOf(cidr) + 2;
  const first = resized(cidr, quarter);
  const second = firstFree(cidr, [first], quarter);
  const third = second === undefined ? undefined : firstFree(cidr, [first, second], quarter);
  if (second === undefined || third === undefined) throw new Error(`${cidr} has no quarters`);
  return [second, third];
}
