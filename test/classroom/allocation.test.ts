import { containsCidr, overlapCidr } from "cidr-tools";
import fc from "fast-check";
import {
  allocationOf,
  allocateSlots,
  capacity,
  DEFAULT_RANGES,
  allocationProblems,
  type AllocationRanges,
} from "../../classroom/allocation";

test("the default ranges are right and carry a large class", () => {
  expect(allocationProblems(DEFAULT_RANGES)).toEqual([]);
  expect(capacity(DEFAULT_RANGES)).toEqual({ clusters: 500, bound: "hostPorts" });
  expect(allocationOf(0, DEFAULT_RANGES)).toMatchObject({
    apiPort: 20000,
    httpPort: 20001,
    httpsPort: 20002,
    podCidr: "10.64.0.0/20",
    serviceCidr: "10.32.0.0/22",
    podCidr6: "fd00:64::/56",
    serviceCidr6: "fd00:96::/112",
  });
  expect(allocationOf(499, DEFAULT_RANGES)).toMatchObject({
    podCidr: "10.95.48.0/20",
    serviceCidr: "10.39.204.0/22",
  });
});

test("docker networks run out sooner than ports, where labs need them; the default addresses are left alone", () => {
  expect(capacity(DEFAULT_RANGES, true)).toEqual({ clusters: 256, bound: "networkCidrs" });
  expect(overlapCidr(DEFAULT_RANGES.networkCidrs, "198.19.0.0/16")).toBe(false);
  const names = Array.from({ length: 300 }, (_, i) => `n-${i}`);
  const { slots, problems } = allocateSlots(names, new Map(), DEFAULT_RANGES, new Set([7]), true);
  expect(slots.size).toBe(255);
  expect(problems).toMatchObject([
    {
      path: "allocation.networkCidrs",
      value: "198.18.0.0/16",
      message: expect.stringContaining("45 of 300") as string,
    },
  ]);
  expect(allocateSlots(names, new Map(), DEFAULT_RANGES).problems).toEqual([]);
});

test("no two slots share a port or an address, and all stay in their ranges", () => {
  const slot = fc.integer({ min: 0, max: 499 });
  fc.assert(
    fc.property(slot, slot, (i, j) => {
      const [a, b] = [allocationOf(i, DEFAULT_RANGES), allocationOf(j, DEFAULT_RANGES)];
      const ports = (x: typeof a): number[] => [x.apiPort, x.httpPort, x.httpsPort, ...x.labPorts];
      expect(new Set(ports(a)).size).toBe(DEFAULT_RANGES.portsPerCluster);
      expect(Math.max(...ports(a))).toBeLessThanOrEqual(29999);
      expect(containsCidr(DEFAULT_RANGES.podCidrs, a.podCidr)).toBe(true);
      expect(containsCidr(DEFAULT_RANGES.serviceCidrs, a.serviceCidr)).toBe(true);
      if (i === j) return;
      expect(ports(a).filter((p) => ports(b).includes(p))).toEqual([]);
      const own = (x: typeof a) => [x.podCidr, x.serviceCidr, x.podCidr6, x.serviceCidr6];
      expect(overlapCidr(own(a), own(b))).toBe(false);
      if (i < 256 && j < 256) expect(overlapCidr(a.networkCidr, b.networkCidr)).toBe(false);
    }),
  );
});

test("who has a slot keeps it; others get the lowest that is free; when they run out it says so", () => {
  const ranges: AllocationRanges = { ...DEFAULT_RANGES, hostPorts: { from: 20000, to: 20099 } };
  const held = new Map([
    ["other-x", 0],
    ["c-bo", 3],
  ]);
  const fits = allocateSlots(["c-ana", "c-bo", "c-cy"], held, ranges);
  expect([...fits.slots]).toEqual([
    ["c-ana", 1],
    ["c-bo", 3],
    ["c-cy", 2],
  ]);
  expect(fits.problems).toEqual([]);
  const out = allocateSlots(["c-ana", "c-bo", "c-cy", "c-di", "c-ed"], held, ranges);
  expect(out.problems).toMatchObject([
    {
      path: "allocation.hostPorts",
      value: "20000-20099",
      message:
        "runs out: 5 kind clusters fit on this machine, 1 of them are taken by others, so 1 of 5 students get none (the first is c-ed)",
    },
  ]);
});

test("ranges that cannot work are told all at once", () => {
  const bad = {
    ...DEFAULT_RANGES,
    hostPorts: { from: 9, to: 3 },
    portsPerCluster: 2,
    podCidrs: "moon",
    servicePrefix: 8,
  };
  expect(allocationProblems(bad).map((p) => p.path)).toEqual([
    "allocation.hostPorts",
    "allocation.portsPerCluster",
    "allocation.podCidrs",
    "allocation.servicePrefix",
  ]);
  expect(allocationProblems({ ...DEFAULT_RANGES, serviceCidrs: "10.64.0.0/12" })).toMatchObject([
    { message: "overlaps the pod ranges 10.64.0.0/10" },
  ]);
  expect(allocationProblems({ ...DEFAULT_RANGES, networkCidrs: "10.40.0.0/16" })).toMatchObject([
    { path: "allocation.networkCidrs", message: "overlaps the service ranges 10.32.0.0/12" },
  ]);
});
