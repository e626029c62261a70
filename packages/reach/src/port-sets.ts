/**
 * Sets of ports as sorted, disjoint, non-adjacent closed intervals. The same algebra serves ICMP, where a "port" is
 * `type * 256 + code`.
 */
export type PortSet = readonly PortInterval[];
export type PortInterval = readonly [first: number, last: number];

export const NO_PORTS: PortSet = [];
/** Ports of TCP, UDP and SCTP. */
export const ALL_PORTS: PortSet = [[1, 65535]];
/** Every type and code of ICMP. */
export const ALL_ICMP: PortSet = [[0, 65535]];

/** The set that holds every port of the given intervals, which may touch, overlap and come in any order. */
export function portSet(intervals: Iterable<PortInterval>): PortSet {
  const result: [number, number][] = [];
  for (const [first, last] of [...intervals].filter(([a, b]) => a <= b).sort((a, b) => a[0] - b[0])) {
    const previous = result.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else result.push([first, last]);
  }
  return result;
}

export function union(a: PortSet, b: PortSet): PortSet {
  if (a.length === 0) return b;
  return b.length === 0 ? a : portSet([...a, ...b]);
}

export function intersect(a: PortSet, b: PortSet): PortSet {
  const result: PortInterval[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a[i];
    const y = b[j];
    if (x === undefined || y === undefined) return result;
    const first = Math.max(x[0], y[0]);
    const last = Math.min(x[1], y[1]);
    if (first <= last) result.push([first, last]);
    if (x[1] < y[1]) i++;
    else j++;
  }
}

export function subtract(a: PortSet, b: PortSet): PortSet {
  if (a.length === 0 || b.length === 0) return a;
  const result: PortInterval[] = [];
  let j = 0;
  for (const [start, last] of a) {
    let first = start;
    // What of b ends before this interval cannot touch a later one either.
    for (let hole = b[j]; hole !== undefined && hole[1] < first; hole = b[++j]);
    for (let k = j, hole = b[k]; hole !== undefined && hole[0] <= last && first <= last; hole = b[++k]) {
      if (hole[0] > first) result.push([first, hole[0] - 1]);
      first = Math.max(first, hole[1] + 1);
    }
    if (first <= last) result.push([first, last]);
  }
  return result;
}

export function contains(set: PortSet, port: number): boolean {
  return set.some(([first, last]) => first <= port && port <= last);
}

export function isEmpty(set: PortSet): boolean {
  return set.length === 0;
}

/** `80,443,8000-8100`, or `all` for the whole space. */
export function formatPorts(set: PortSet, whole: PortSet = ALL_PORTS): string {
  if (sameSet(set, whole)) return "all";
  return set.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}

/** ICMP: `all`, types (`0,8-10`), or single codes of a type (`3/4`, `3/0-3`). */
export function formatIcmp(set: PortSet): string {
  if (sameSet(set, ALL_ICMP)) return "all";
  const parts: string[] = [];
  for (const [first, last] of set) {
    let at = first;
    while (at <= last) {
      const type = at >> 8;
      const wholeTypes = (at & 255) === 0 ? ((last + 1) >> 8) - type : 0;
      if (wholeTypes > 0) {
        parts.push(wholeTypes === 1 ? String(type) : `${type}-${type + wholeTypes - 1}`);
        at += wholeTypes << 8;
      } else {
        const end = Math.min(last, (type << 8) | 255);
        parts.push(`${type}/${at & 255}${end === at ? "" : `-${end & 255}`}`);
        at = end + 1;
      }
    }
  }
  return parts.join(",");
}

/** Reads what `formatPorts` writes. @throws RangeError where it is not a list of ports */
export function parsePorts(text: string): PortSet {
  if (text === "all") return ALL_PORTS;
  return portSet(
    text.split(",").map((part): PortInterval => {
      const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim());
      const first = Number(found?.[1]);
      const last = Number(found?.[2] ?? first);
      if (!(first >= 1 && last <= 65535 && first <= last))
        throw new RangeError(`${part} is not a port or range`);
      return [first, last];
    }),
  );
}

function sameSet(a: PortSet, b: PortSet): boolean {
  return a === b || (a.length === b.length && a.every((x, i) => x[0] === b[i]?.[0] && x[1] === b[i][1]));
}
