import { excludeCidr, normalizeCidr, parseCidr } from "cidr-tools";
import { stringifyIp } from "ip-bigint";
import { isIP } from "node:net";

/** Arithmetic on IPv4 and IPv6 addresses and ranges. Everything else in the project asks here. */
export type Family = 4 | 6;

/** A network as numbers; `text` is normalised (host bits cleared, always with a prefix length). */
export interface Net {
  readonly text: string;
  readonly family: Family;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** A network, or its text: an address or a CIDR that has been checked. */
export type NetLike = Net | string;

// What is compared is compared often: each text is read once.
const cache = new Map<string, Net | undefined>();

/** A CIDR or a single address as a network; undefined where it is neither. */
export function parseNet(text: string): Net | undefined {
  if (cache.has(text)) return cache.get(text);
  const net = read(text);
  cache.set(text, net);
  return net;
}

function read(text: string): Net | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || address.includes("%") || rest.length > 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const cidr = `${address}/${prefix}`;
  const { start, end } = parseCidr(cidr);
  return { text: normalizeCidr(cidr), family: family as Family, prefix, first: start, last: end };
}

/** For texts that have been checked, and literals of our own. @throws Error where the text is not a network */
export function netOf(net: NetLike): Net {
  if (typeof net !== "string") return net;
  const parsed = parseNet(net);
  if (parsed === undefined) throw new Error(`${net} is not a network`);
  return parsed;
}

/** The families of these networks, each once. */
export const familiesIn = (nets: readonly NetLike[]): Family[] => [
  ...new Set(nets.map((n) => netOf(n).family)),
];

/** Whether every address of the second lies in the first. */
export function covers(outer: NetLike, inner: NetLike): boolean {
  const o = netOf(outer);
  const i = netOf(inner);
  return o.family === i.family && o.first <= i.first && i.last <= o.last;
}

/** Whether two networks share an address. */
export function overlaps(one: NetLike, other: NetLike): boolean {
  const a = netOf(one);
  const b = netOf(other);
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** `base` without the others, as networks in order. */
export function without(base: Net, others: readonly Net[]): Net[] {
  const inside = others.filter((o) => overlaps(o, base));
  if (inside.length === 0) return [base];
  if (inside.some((o) => covers(o, base))) return [];
  return excludeCidr(
    base.text,
    inside.map((o) => o.text),
  ).map(netOf);
}

export const EVERYWHERE: Record<Family, Net> = { 4: netOf("0.0.0.0/0"), 6: netOf("::/0") };

/** The private ranges of RFC 1918. */
export const PRIVATE: readonly Net[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(netOf);

/** Addresses between carriers and their customers (RFC 6598): private too, and what AWS recommends for pods. */
export const SHARED = netOf("100.64.0.0/10");

/** Ranges that exist only in documents (RFC 5737, RFC 3849): no host has such an address. */
export const DOCUMENTATION: readonly Net[] = [
  "192.0.2.0/24",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "2001:db8::/32",
].map(netOf);

export const prefixOf = (cidr: string): number => netOf(cidr).prefix;

/** Addresses of an IPv4 range. */
export const sizeOf = (prefix: number): number => 2 ** (32 - prefix);

/** The range of another length around or at the start of a range: `10.0.5.0/24` and 16 give `10.0.0.0/16`. */
export function resized(cidr: string, prefix: number): string {
  return netOf(`${cidr.split("/")[0] ?? ""}/${prefix}`).text;
}

/** The nth range of a prefix length in a range: of `10.0.0.0/8`, 16 and 2 `10.2.0.0/16`. */
export function subnetAt(cidr: string, prefix: number, n: number): string {
  const { family, first } = netOf(cidr);
  const bits = family === 4 ? 32 : 128;
  return `${text(family, first + (BigInt(n) << BigInt(bits - prefix)))}/${prefix}`;
}

/** An address of a range by its offset; negative ones count from the end, -1 being the last. */
export function addressAt(cidr: string, offset: number): string {
  const { family, first, last } = netOf(cidr);
  return text(family, offset < 0 ? last + 1n + BigInt(offset) : first + BigInt(offset));
}

const text = (version: Family, number: bigint): string => stringifyIp({ number, version });

/**
 * A free block of a range: the smallest gap that holds it, so that large gaps stay whole. Undefined where there is none.
 */
export function freeBlock(range: string, taken: readonly string[], prefix: number): string | undefined {
  const gaps = without(netOf(range), taken.map(netOf));
  // Stable sort: among gaps of one size the lowest address comes first.
  const [best] = gaps.filter((gap) => gap.prefix <= prefix).sort((a, b) => b.prefix - a.prefix);
  return best === undefined ? undefined : resized(best.text, prefix);
}
