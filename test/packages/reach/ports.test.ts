import fc from "fast-check";
import {
  ALL_ICMP,
  ALL_PORTS,
  contains,
  formatIcmp,
  formatPorts,
  intersect,
  parsePorts,
  portSet,
  subtract,
  union,
  type PortSet,
} from "../../../packages/reach/src/port-sets";

const EDGES = [1, 2, 3, 79, 80, 81, 82, 443, 8000, 8100, 65534, 65535];
const edge = fc.constantFrom(...EDGES);
const set = fc
  .array(fc.tuple(edge, edge), { maxLength: 4 })
  .map((list) => portSet(list.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)));
// Every place where membership can change, and its neighbours.
const PROBES = [...new Set(EDGES.flatMap((p) => [p - 1, p, p + 1]))].filter((p) => p >= 1 && p <= 65535);

function normal(s: PortSet): boolean {
  return s.every(([a, b], i) => a <= b && (i === 0 || s[i - 1]![1] + 1 < a));
}

test("the algebra is exact at its edges", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      for (const result of [union(a, b), intersect(a, b), subtract(a, b)]) expect(normal(result)).toBe(true);
      for (const p of PROBES) {
        const [x, y] = [contains(a, p), contains(b, p)];
        expect([p, contains(union(a, b), p)]).toEqual([p, x || y]);
        expect([p, contains(intersect(a, b), p)]).toEqual([p, x && y]);
        expect([p, contains(subtract(a, b), p)]).toEqual([p, x && !y]);
      }
    }),
  );
});

test("a set is its part inside another and its part outside", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      expect(union(intersect(a, b), subtract(a, b))).toEqual(a);
      expect(intersect(subtract(a, b), b)).toEqual([]);
      expect(subtract(ALL_PORTS, subtract(ALL_PORTS, a))).toEqual(a);
    }),
  );
});

test("what is written reads back", () => {
  fc.assert(
    fc.property(set, (a) => {
      fc.pre(a.length > 0);
      expect(parsePorts(formatPorts(a))).toEqual(a);
    }),
  );
  expect(
    formatPorts([
      [80, 80],
      [8000, 8100],
    ]),
  ).toBe("80,8000-8100");
  expect(formatPorts(ALL_PORTS)).toBe("all");
});

test.each(["", "0", "65536", "90-80", "http", "80;81"])("%j is no list of ports", (text) => {
  expect(() => parsePorts(text)).toThrow(RangeError);
});

test("ICMP is written by type, and by code where codes differ", () => {
  expect(formatIcmp(ALL_ICMP)).toBe("all");
  expect(formatIcmp([[8 << 8, (8 << 8) | 255]])).toBe("8");
  expect(formatIcmp([[(3 << 8) | 4, (3 << 8) | 4]])).toBe("3/4");
  expect(formatIcmp(subtract(ALL_ICMP, [[(8 << 8) | 0, (8 << 8) | 0]]))).toBe("0-7,8/1-255,9-255");
});
