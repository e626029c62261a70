import { demand, nodeRole, sum } from "./address-demand";
import { freeBlock, prefixOf, sizeOf, subnetAt } from "../../../kube/ip";
import { LARGEST_PREFIX, SMALLEST_PREFIX, usable } from "./subnet-size";
import {
  networkingOf,
  zoneLetter,
  type Need,
  type NetworkRequest,
  type SubnetPlan,
  type SubnetRole,
} from "./network-request";

/** What a layout could not satisfy; turned into problems, with ways out, by shortage.ts. */
export type Shortage =
  /** A subnet whose size was given does not hold what it must. */
  | {
      kind: "subnet";
      role: SubnetRole;
      name: string;
      prefix: number;
      need: number;
      have: number;
      needs: Need[];
    }
  /** The subnets of a role do not fit the range that they live in. `have`: the most that each could have. */
  | { kind: "range"; role: SubnetRole; name: string; need: number; have: number; needs: Need[] };

export interface Layout {
  subnets: SubnetPlan[];
  shortages: Shortage[];
}

interface SubnetSpec {
  name: string;
  role: SubnetRole;
  letter: string;
  /** Absent for room that is kept for a zone that may be added later. */
  zone?: string;
  ranges: readonly string[];
  prefix: number;
  /** The longest prefix, the smallest subnet, that still holds the needs. */
  least: number;
  needs: Need[];
}

/**
 * Room is kept for four zones, by the zone's letter: a zone that is added or taken away moves no other subnet, which
 * would replace it and all that stands on it.
 */
const LETTERS = ["a", "b", "c", "d"];

/** Sizes every subnet and gives it its place. Pure: the same request gives the same layout. */
export function layOut(request: NetworkRequest): Layout {
  const roles: SubnetRole[] = [
    "private",
    ...(request.nat === "isolated" ? [] : ["public" as const]),
    ...(networkingOf(request.cni).customNetworking ? ["pod" as const] : []),
  ];
  let specs = roles.flatMap((role) => subnetSpecs(request, role));
  const shortages = specs.flatMap((spec) => tooSmall(spec));

  let found = placeWithSpare(specs);
  // Room to grow is given up step by step, the largest block first, but never what is needed.
  while (found.unplaced.length > 0) {
    const ranges = new Set(found.unplaced.flatMap((w) => w.ranges));
    const slack = specs.filter((w) => w.prefix < w.least && w.ranges.some((r) => ranges.has(r)));
    const [largest] = [...slack].sort((a, b) => a.prefix - b.prefix);
    if (largest === undefined) break;
    specs = specs.map((w) => (w.role === largest.role ? { ...w, prefix: w.prefix + 1 } : w));
    found = placeWithSpare(specs);
  }
  // One shortage per range: what is too large takes the room of all others.
  const short = new Map(found.unplaced.map((w) => [w.ranges.join(), w]));
  for (const key of short.keys()) shortages.push(outOfRange(specs.filter((w) => w.ranges.join() === key)));

  const subnets = specs.flatMap((spec) => {
    const cidr = found.places.get(spec.name);
    return cidr === undefined || spec.zone === undefined ? [] : [toPlan(request, spec, spec.zone, cidr)];
  });
  return { subnets: subnets.sort(byRoleAndZone), shortages };
}

/** Whether a subnet also has room for the nodes that an update adds for a while. */
export function holdsUpdate(request: NetworkRequest, subnet: SubnetPlan): boolean {
  return holds(subnet.prefix, demand(request, subnet.zone, subnet.role, true));
}

function placeWithSpare(specs: readonly SubnetSpec[]): ReturnType<typeof place> {
  const roomy = place([...specs, ...spareRoom(specs)]);
  return roomy.unplaced.length === 0 ? roomy : place(specs);
}

function subnetSpecs(request: NetworkRequest, role: SubnetRole): SubnetSpec[] {
  const ranges = role === "pod" ? request.secondaryCidrs : [request.vpcCidr];
  const needs = request.zones.map((zone) => demand(request, zone, role, false));
  // One size for all zones of a role: zones are alike, and a group may move between them.
  const least = Math.min(...needs.map(prefixHolding));
  const wanted = Math.min(...request.zones.map((zone) => prefixHolding(demand(request, zone, role, true))));
  const given = request.prefixes[role];
  const prefix = given ?? Math.max(LARGEST_PREFIX, Math.min(wanted, comfort(role, ranges)));
  return request.zones.map((zone, i) => ({
    name: `${role}-${zoneLetter(zone)}`,
    role,
    letter: zoneLetter(zone),
    zone,
    ranges,
    prefix,
    least: given ?? least,
    needs: needs[i] ?? [],
  }));
}

/** A size that leaves room to grow: a quarter of a pod range, a sixteenth of the VPC, a 256th for public subnets. */
function comfort(role: SubnetRole, ranges: readonly string[]): number {
  const range = Math.min(...ranges.map(prefixOf), 32);
  const share = role === "pod" ? 2 : role === "private" ? 4 : 8;
  return Math.min(SMALLEST_PREFIX, Math.max(LARGEST_PREFIX, range + share));
}

/** Whether a subnet of this length holds the needs: prefixes get half of it, single addresses the rest. */
function holds(prefix: number, needs: readonly Need[]): boolean {
  const { addresses, inPrefixes } = sum(needs);
  if (inPrefixes === 0) return usable(prefix) >= addresses;
  return sizeOf(prefix) / 2 >= inPrefixes && usable(prefix) - sizeOf(prefix) / 2 >= addresses - inPrefixes;
}

/** The smallest subnet that holds the needs; 0 where not even a /1 would. */
function prefixHolding(needs: readonly Need[]): number {
  for (let prefix = SMALLEST_PREFIX; prefix > 0; prefix--) if (holds(prefix, needs)) return prefix;
  return 0;
}

function tooSmall(spec: SubnetSpec): Shortage[] {
  if (holds(spec.prefix, spec.needs)) return [];
  return [{ kind: "subnet", ...short(spec, usable(spec.prefix)), prefix: spec.prefix }];
}

/** The hardest need of a range that does not hold all of its subnets, and the most that could be had for it. */
function outOfRange(specs: readonly SubnetSpec[]): Shortage {
  const hardest = specs.reduce((a, b) => (sum(b.needs).addresses > sum(a.needs).addresses ? b : a));
  let have = 0;
  for (let prefix = SMALLEST_PREFIX; prefix > hardest.prefix; prefix--) {
    const smaller = specs.map((w) => (w.role === hardest.role ? { ...w, prefix } : w));
    if (place(smaller).unplaced.length > 0) break;
    have = usable(prefix);
  }
  return { kind: "range", ...short(hardest, have) };
}

function short(spec: SubnetSpec, have: number): Omit<Extract<Shortage, { kind: "range" }>, "kind"> {
  const { addresses, inPrefixes } = sum(spec.needs);
  // Prefixes fill one half of a subnet, single addresses the other: the fuller half counts twice.
  const need = inPrefixes === 0 ? addresses : 2 * Math.max(inPrefixes, addresses - inPrefixes);
  return { role: spec.role, name: spec.name, need, have, needs: spec.needs };
}

/** The same room again for the letters that no zone uses yet. */
function spareRoom(specs: readonly SubnetSpec[]): SubnetSpec[] {
  const spare: SubnetSpec[] = [];
  for (const role of new Set(specs.map((w) => w.role))) {
    const mine = specs.filter((w) => w.role === role);
    const [like] = mine;
    if (like === undefined) continue;
    const { ranges, prefix, least } = like;
    for (const letter of LETTERS) {
      if (mine.some((w) => w.letter === letter)) continue;
      spare.push({ name: `${role}-${letter}`, role, letter, ranges, prefix, least, needs: [] });
    }
  }
  return spare;
}

/** Largest first, so that aligned blocks leave no gaps; then by role and letter. */
function place(specs: readonly SubnetSpec[]): { places: Map<string, string>; unplaced: SubnetSpec[] } {
  const order = [...specs].sort(
    (a, b) => a.prefix - b.prefix || a.role.localeCompare(b.role) || a.letter.localeCompare(b.letter),
  );
  const places = new Map<string, string>();
  const unplaced: SubnetSpec[] = [];
  const taken: string[] = [];
  for (const spec of order) {
    const cidr = spec.ranges
      .map((range) => freeBlock(range, taken, spec.prefix))
      .find((found) => found !== undefined);
    if (cidr === undefined) unplaced.push(spec);
    else {
      places.set(spec.name, cidr);
      taken.push(cidr);
    }
  }
  return { places, unplaced };
}

function toPlan(request: NetworkRequest, spec: SubnetSpec, zone: string, cidr: string): SubnetPlan {
  const { addresses, inPrefixes } = sum(spec.needs);
  return {
    name: spec.name,
    role: spec.role,
    zone,
    cidr,
    prefix: spec.prefix,
    usable: usable(spec.prefix),
    needs: spec.needs,
    needed: addresses,
    // Not at the ends: there AWS keeps addresses of its own, and a /28 that holds one cannot be given away.
    prefixReservations: inPrefixes > 0 && spec.prefix <= SMALLEST_PREFIX - 2 ? middleHalf(cidr) : [],
    nodes: spec.role === nodeRole(request),
  };
}

/** The second and third quarter of a range: half of it, without its ends. */
function middleHalf(cidr: string): [string, string] {
  const quarter = prefixOf(cidr) + 2;
  return [subnetAt(cidr, quarter, 1), subnetAt(cidr, quarter, 2)];
}

const ROLES: readonly SubnetRole[] = ["public", "private", "pod"];
function byRoleAndZone(a: SubnetPlan, b: SubnetPlan): number {
  return ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.zone.localeCompare(b.zone);
}
