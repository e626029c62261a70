import fc from "fast-check";
import { cidr4 } from "../../kube/config-fields";
import {
  addressAt,
  covers,
  DOCUMENTATION,
  EVERYWHERE,
  freeBlock,
  netOf,
  overlaps,
  parseNet,
  prefixOf,
  resized,
  sizeOf,
  subnetAt,
  without,
} from "../../kube/ip";

const dotted = (n: number): string => [24, 16, 8, 0].map((s) => Math.floor(n / 2 ** s) % 256).join(".");
const cidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 28 }))
  .map(([n, prefix]) => `${dotted(Math.floor(n / sizeOf(prefix)) * sizeOf(prefix))}/${prefix}`);

test.each([
  ["10.0.0.1", "10.0.0.1/32", 4],
  ["10.1.2.3/8", "10.0.0.0/8", 4],
  ["fd00::1/64", "fd00::/64", 6],
  ["::ffff:10.0.0.1", undefined, 6],
  ["2001:DB8::/32", "2001:db8::/32", 6],
])("%s is %s", (text, normal, family) => {
  expect(parseNet(text)?.family).toBe(family);
  if (normal !== undefined) expect(parseNet(text)?.text).toBe(normal);
});

test.each([
  "",
  "internet",
  "10.0.0",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.256/8",
  "01.0.0.0/8",
  "fe80::1%eth0",
  "::/129",
])("%j is not a network", (text) => {
  expect(parseNet(text)).toBeUndefined();
  expect(() => netOf(text)).toThrow("is not a network");
});

test("addresses and ranges by number, from the start and from the end, in both families", () => {
  expect(addressAt("198.19.0.0/20", 0)).toBe("198.19.0.0");
  expect(addressAt("198.19.0.0/20", -2)).toBe("198.19.15.254");
  expect(addressAt("255.255.255.0/24", -1)).toBe("255.255.255.255");
  expect(addressAt("fd00::/64", -1)).toBe("fd00::ffff:ffff:ffff:ffff");
  expect(subnetAt("10.64.0.0/10", 20, 17)).toBe("10.65.16.0/20");
  expect(subnetAt("198.19.16.0/20", 21, 1)).toBe("198.19.24.0/21");
  expect(subnetAt("fd00::/48", 64, 5)).toBe("fd00:0:0:5::/64");
  expect(resized("10.0.5.0/24", 16)).toBe("10.0.0.0/16");
  expect(resized("10.0.0.0/8", 24)).toBe("10.0.0.0/24");
  expect(DOCUMENTATION.some((range) => covers(range, "203.0.113.7/32"))).toBe(true);
});

test("the pieces of a range fill it and share no address", () => {
  fc.assert(
    fc.property(cidr, fc.integer({ min: 0, max: 4 }), (range, more) => {
      const prefix = prefixOf(range) + more;
      const pieces = Array.from({ length: 2 ** more }, (_, i) => subnetAt(range, prefix, i));
      expect(pieces.every((p) => covers(range, p))).toBe(true);
      expect(addressAt(pieces[0]!, 0)).toBe(addressAt(range, 0));
      expect(addressAt(pieces.at(-1)!, -1)).toBe(addressAt(range, -1));
      for (const [i, p] of pieces.entries())
        for (const q of pieces.slice(0, i)) expect(overlaps(p, q)).toBe(false);
    }),
  );
});

test("a free block lies in the range and beside what is taken, until nothing is left", () => {
  fc.assert(
    fc.property(cidr, fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 20 }), (range, lengths) => {
      const taken: string[] = [];
      for (const more of lengths) {
        const block = freeBlock(range, taken, prefixOf(range) + more);
        const left = without(netOf(range), taken.map(netOf));
        expect(block !== undefined).toBe(left.some((gap) => gap.prefix <= prefixOf(range) + more));
        if (block === undefined) continue;
        expect(covers(range, block) && !taken.some((t) => overlaps(t, block))).toBe(true);
        taken.push(block);
      }
    }),
  );
});

test("a range and what is left of everything without it are everything", () => {
  fc.assert(
    fc.property(cidr, (range) => {
      const rest = without(EVERYWHERE[4], [netOf(range)]);
      const sum = [netOf(range), ...rest].reduce((n, net) => n + sizeOf(net.prefix), 0);
      expect(sum).toBe(2 ** 32);
      expect(rest.some((net) => overlaps(net, range))).toBe(false);
    }),
  );
});

test("a range in the config is written in its normal form", () => {
  const message = (text: string): string | undefined => cidr4.safeParse(text).error?.issues[0]?.message;
  expect(message("10.0.0.0/8")).toBeUndefined();
  expect(message("10.0.0.5/8")).toBe("has host bits set; the range is 10.0.0.0/8");
  expect(message("10.0.0.0/08")).toBe("has zeros in front; the range is 10.0.0.0/8");
  for (const text of ["10.0.0.0", "fd00::/64", "010.0.0.0/8", "10.0.0.0/33"])
    expect(message(text)).toBe("must be an IPv4 CIDR such as 192.168.0.0/16");
});
