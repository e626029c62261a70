import { excludeCidr, normalizeCidr, parseCidr } from "cidr-tools";
import { isIP } from "node:net";
import type { Truth } from "./selector";

export type Family = 4 | 6;

/** A network as numbers; `text` is normalised (host bits cleared, always with a prefix length). */
export interface Net {
  readonly text: string;
  readonly family: Family;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

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

export function covers(outer: Net, inner: Net): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: Net, b: Net): boolean {
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
  ).flatMap((text) => parseNet(text) ?? []);
}

export const EVERYWHERE: Record<Family, Net> = { 4: parsed("0.0.0.0/0"), 6: parsed("::/0") };

/** Where pod addresses lie when nothing says it: the private ranges of RFC 1918. */
export const PRIVATE: readonly Net[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parsed);

/** For literals of our own. @throws Error where the text is no network */
export function parsed(text: string): Net {
  const net = parseNet(text);
  if (net === undefined) throw new Error(`${text} is no network`);
  return net;
}

/**
 * What is known of an endpoint's addresses: exactly these, or only that they lie somewhere in these networks
 * (`guessed` where even the networks are an assumption).
 */
export interface Addresses {
  readonly exact: boolean;
  readonly nets: readonly Net[];
  readonly guessed?: boolean;
}

/** Whether an endpoint's address lies in the union of `nets` minus `except`. */
export function inNets(addresses: Addresses, nets: readonly Net[], except: readonly Net[] = []): Truth {
  const families = new Set(nets.map((n) => n.family));
  const own = addresses.nets.filter((a) => families.has(a.family));
  if (own.length === 0) return false;
  let inside = 0;
  for (const address of own) {
    const allowed = nets.filter((n) => overlaps(n, address));
    if (allowed.length === 0) continue;
    const excepted = except.filter((n) => overlaps(n, address));
    if (excepted.length === 0 && allowed.some((n) => covers(n, address))) {
      inside++;
      continue;
    }
    const remaining = allowed.flatMap((n) => without(n, excepted)).filter((n) => overlaps(n, address));
    if (remaining.length === 0) continue;
    if (without(address, remaining).length > 0) return "unknown";
    inside++;
  }
  if (inside === 0) return false;
  return inside === own.length ? true : "unknown";
}
