import { containsCidr, overlapCidr } from "cidr-tools";
import fc from "fast-check";
import { lookUpInstanceType } from "../../../components/aws/plan/instance-types";
import { planNetwork } from "../../../components/aws/plan/network-plan";
import { chooseZones } from "../../../components/aws/plan/aws-regions";
import { cniModes } from "../../../components/aws/plan/network-request";
import { type GroupRequest, type NetworkRequest } from "../../../components/aws/plan/network-request";

const zones = ["us-west-2a", "us-west-2b", "us-west-2c"];

function group(max: number, more: Partial<GroupRequest> = {}): GroupRequest {
  return { name: "workers", types: [lookUpInstanceType("m5.large")!], max, zones, perZone: false, ...more };
}

function request(more: Partial<NetworkRequest> = {}): NetworkRequest {
  return {
    region: "us-west-2",
    zones,
    cni: "aws",
    vpcCidr: "10.0.0.0/16",
    secondaryCidrs: more.cni?.startsWith("aws-custom") === true ? ["100.64.0.0/16"] : [],
    serviceCidr: "172.20.0.0/16",
    podCidrs: more.cni === "calico" ? ["192.168.0.0/16"] : [],
    peers: [],
    nat: "single",
    prefixes: {},
    groups: [group(6)],
    warm: {},
    ...more,
  };
}

describe("properties", () => {
  const anyRequest = fc
    .record({
      cni: fc.constantFrom(...cniModes),
      count: fc.integer({ min: 2, max: 4 }),
      vpcPrefix: fc.integer({ min: 16, max: 24 }),
      max: fc.integer({ min: 1, max: 400 }),
      type: fc.constantFrom("t3.medium", "m5.large", "m5.xlarge", "c5.4xlarge"),
      nat: fc.constantFrom<NetworkRequest["nat"]>("none", "single", "perZone"),
      perZone: fc.boolean(),
      pods: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
    })
    .map(({ cni, count, vpcPrefix, max, type, nat, perZone, pods }) => {
      const chosen = chooseZones("us-west-2", count, {});
      return request({
        cni,
        zones: chosen,
        vpcCidr: `10.0.0.0/${vpcPrefix}`,
        nat,
        groups: [group(max, { types: [lookUpInstanceType(type)!], zones: chosen, perZone })],
        ...(pods === undefined ? {} : { pods }),
      });
    });

  test("a plan has no overlaps, lies inside its ranges and holds what it must; else there is a problem", () => {
    fc.assert(
      fc.property(anyRequest, (r) => {
        const planned = planNetwork(r);
        if (planned.plan === undefined) {
          expect(planned.problems.length).toBeGreaterThan(0);
          return;
        }
        const { subnets } = planned.plan;
        expect(subnets).toHaveLength(r.zones.length * (r.cni.startsWith("aws-custom") ? 3 : 2));
        for (const [i, s] of subnets.entries()) {
          expect(containsCidr(s.role === "pod" ? [...r.secondaryCidrs] : r.vpcCidr, s.cidr)).toBe(true);
          for (const other of subnets.slice(i + 1)) expect(overlapCidr(s.cidr, other.cidr)).toBe(false);
          expect(s.usable).toBeGreaterThanOrEqual(s.needed);
          expect(s.prefix).toBeGreaterThanOrEqual(16);
          expect(s.prefix).toBeLessThanOrEqual(28);
          for (const range of s.prefixReservations) expect(containsCidr(s.cidr, range)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("more nodes never give a smaller subnet", () => {
    fc.assert(
      fc.property(anyRequest, fc.integer({ min: 1, max: 50 }), (r, more) => {
        const few = planNetwork(r);
        const many = planNetwork({ ...r, groups: r.groups.map((g) => ({ ...g, max: g.max + more })) });
        if (few.plan === undefined || many.plan === undefined) return;
        const before = new Map(few.plan.subnets.map((s) => [s.name, s.prefix]));
        for (const s of many.plan.subnets) expect(s.prefix).toBeLessThanOrEqual(before.get(s.name)!);
      }),
      { numRuns: 100 },
    );
  });

  test("a zone that is added moves no subnet, as long as there was room for it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cniModes), fc.integer({ min: 1, max: 12 }), (cni, nodes) => {
        // As many nodes in each zone as before: only the zone is new.
        const plan = (count: number) => {
          const chosen = chooseZones("us-west-2", count, {});
          return planNetwork(
            request({ cni, zones: chosen, groups: [group(nodes, { zones: chosen, perZone: true })] }),
          ).plan!;
        };
        const larger = new Map(plan(4).subnets.map((s) => [s.name, s.cidr]));
        for (const s of plan(2).subnets) expect(larger.get(s.name)).toBe(s.cidr);
      }),
    );
  });

  test("what a problem proposes as VPC range does", () => {
    fc.assert(
      fc.property(anyRequest, (r) => {
        const { pods: _, ...full } = r;
        for (const problem of planNetwork(full).problems) {
          const proposed = /vpcCidr (\S+) would do/.exec(problem.fix ?? "")?.[1];
          if (proposed === undefined) continue;
          expect(planNetwork({ ...full, vpcCidr: proposed }).plan).toBeDefined();
        }
      }),
      { numRuns: 100 },
    );
  });

  test("what a problem proposes as node count does, and one node more does not", () => {
    fc.assert(
      fc.property(anyRequest, (r) => {
        const { pods: _, ...full } = r;
        for (const problem of planNetwork(full).problems) {
          const most = Number(/at most (\d+) fits/.exec(problem.fix ?? "")?.[1]);
          if (Number.isNaN(most)) continue;
          const capped = (max: number) => ({ ...full, groups: full.groups.map((g) => ({ ...g, max })) });
          expect(planNetwork(capped(most)).plan).toBeDefined();
          expect(planNetwork(capped(most + 1)).plan).toBeUndefined();
        }
      }),
      { numRuns: 100 },
    );
  });
});
