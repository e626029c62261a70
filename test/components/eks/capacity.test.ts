import fc from "fast-check";
import {
  capacityProblems,
  podCapacity,
  warmPoolProblems,
  worstPlacement,
} from "../../../components/aws/plan/pod-capacity";
import table from "../../../components/aws/plan/instance-type-table.json";
import { lookUpInstanceType, similarInstanceType } from "../../../components/aws/plan/instance-types";
import { addressesHeld, type PodNetworking, type WarmPool } from "../../../components/aws/plan/warm-pool";

const plain: PodNetworking = { cni: "aws", prefixDelegation: false, customNetworking: false };
const prefix: PodNetworking = { ...plain, prefixDelegation: true };
const custom: PodNetworking = { ...plain, customNetworking: true };
const overlay: PodNetworking = { ...plain, cni: "calico" };
const facts = (type: string) => lookUpInstanceType(type)!;
const types = Object.keys(table.types);

describe("published numbers of pods", () => {
  // AWS's eni-max-pods.txt, and the EKS guide for the other modes.
  test.each([
    ["t3.small", 11],
    ["t3.medium", 17],
    ["m5.large", 29],
    ["m7i.large", 29],
    ["m5.xlarge", 58],
    ["m5.4xlarge", 234],
    ["m5.24xlarge", 737],
    ["c1.medium", 12],
    ["p5.48xlarge", 100],
  ])("%s with one address per pod: %i", (type, pods) => {
    expect(podCapacity(facts(type), plain).publishedMaxPods).toBe(pods);
  });

  test("m5.large: 20 with custom networking, 434 and 290 addresses with prefixes, both capped at 110", () => {
    expect(podCapacity(facts("m5.large"), custom).maxPods).toBe(20);
    expect(podCapacity(facts("m5.large"), prefix)).toMatchObject({
      publishedMaxPods: 434,
      maxPods: 110,
    });
    expect(podCapacity(facts("m5.large"), { ...prefix, customNetworking: true })).toMatchObject({
      publishedMaxPods: 290,
      maxPods: 110,
    });
  });

  test("the cap is 250 above 30 vCPUs, and an overlay knows only the cap", () => {
    expect(podCapacity(facts("m5.24xlarge"), plain)).toMatchObject({
      publishedMaxPods: 737,
      maxPods: 250,
      cap: 250,
    });
    expect(podCapacity(facts("m5.24xlarge"), overlay).maxPods).toBe(250);
    const small = podCapacity(facts("t3.small"), overlay);
    expect(small).toMatchObject({ maxPods: 110, full: { total: 1 } });
    expect(small.publishedMaxPods).toBeUndefined();
  });
});

describe("warm pool", () => {
  // [type, warm pool, pods, interfaces, addresses without the interfaces' own]: the VPC CNI's eni-and-ip-target.md.
  const eniTable: [string, WarmPool, number, number, number][] = [
    ["t3.small", { warmEni: 1 }, 0, 1, 3],
    ["t3.small", { warmEni: 1 }, 5, 3, 9],
    ["t3.small", { warmEni: 1 }, 9, 3, 9],
    ["t3.small", { warmIp: 1, minimumIp: 1 }, 0, 1, 1],
    ["t3.small", { warmIp: 1, minimumIp: 1 }, 5, 2, 6],
    ["t3.small", { warmIp: 1, minimumIp: 1 }, 9, 3, 9],
    ["t3.small", { warmIp: 2, minimumIp: 5 }, 0, 2, 5],
    ["t3.small", { warmIp: 2, minimumIp: 5 }, 5, 3, 7],
    ["p3dn.24xlarge", { warmEni: 1 }, 0, 1, 49],
    ["p3dn.24xlarge", { warmEni: 1 }, 3, 2, 98],
    ["p3dn.24xlarge", { warmEni: 1 }, 95, 3, 147],
    ["p3dn.24xlarge", { warmIp: 5, minimumIp: 10 }, 7, 1, 12],
    ["p3dn.24xlarge", { warmIp: 5, minimumIp: 10 }, 45, 2, 50],
  ];
  test.each(eniTable)("%s %j with %i pods: %i interfaces, %i addresses", (type, warm, pods, enis, held) => {
    expect(addressesHeld(facts(type), plain, warm, pods)).toMatchObject({ enis, total: held + enis });
  });

  // [warm pool, pods, interfaces, prefixes] for t3.small: prefix-and-ip-target.md.
  const prefixTable: [WarmPool, number, number, number][] = [
    [{ warmPrefix: 1 }, 0, 1, 1],
    [{ warmPrefix: 1 }, 5, 1, 2],
    [{ warmPrefix: 1 }, 16, 1, 2],
    [{ warmPrefix: 1 }, 17, 1, 3],
    [{ warmPrefix: 1 }, 58, 2, 5],
    [{ warmIp: 1, minimumIp: 1 }, 17, 1, 2],
    [{ warmIp: 1, minimumIp: 1 }, 58, 2, 4],
    [{ warmIp: 7, minimumIp: 20 }, 17, 1, 2],
    [{ warmIp: 7, minimumIp: 20 }, 58, 2, 5],
  ];
  test.each(prefixTable)(
    "t3.small %j with %i pods: %i interfaces, %i prefixes",
    (warm, pods, enis, prefixes) => {
      expect(addressesHeld(facts("t3.small"), prefix, warm, pods)).toMatchObject({
        enis,
        inPrefixes: prefixes * 16,
      });
    },
  );

  test("a node at rest holds its used interface and a warm one: m5.large 20, t3.medium 12", () => {
    expect(podCapacity(facts("m5.large"), plain).atRest.total).toBe(20);
    expect(podCapacity(facts("t3.medium"), plain).atRest.total).toBe(12);
    expect(podCapacity(facts("m5.large"), plain).full.total).toBe(30);
  });

  test("with custom networking the node subnet gives one address, the pod subnet the rest", () => {
    expect(podCapacity(facts("m5.large"), custom)).toMatchObject({
      atRest: { node: 1, pod: 20, total: 21 },
      full: { node: 1, pod: 20, total: 21 },
    });
  });

  test("pools that cannot work are refused, all at once", () => {
    expect(warmPoolProblems({ minimumIp: 10 }, plain, "warm").map((p) => p.path)).toEqual(["warm.warmIp"]);
    expect(warmPoolProblems({ warmPrefix: 0 }, prefix, "warm")).toHaveLength(1);
    expect(warmPoolProblems({ warmPrefix: 1 }, plain, "warm")).toHaveLength(1);
    expect(warmPoolProblems({ warmEni: -1, warmIp: 1.5 }, plain, "warm")).toHaveLength(2);
    expect(warmPoolProblems({ warmEni: 2 }, overlay, "warm")).toHaveLength(1);
    expect(warmPoolProblems({ warmIp: 2, minimumIp: 10 }, plain, "warm")).toEqual([]);
  });
});

describe("rules over every type of the table", () => {
  const type = fc.constantFrom(...types);
  const mode = fc.constantFrom(plain, prefix, custom);
  const warm = fc.constantFrom<WarmPool>({}, { warmEni: 0 }, { warmIp: 2, minimumIp: 5 }, { warmIp: 20 });

  test("more pods never take fewer addresses, never more than the interfaces hold", () => {
    fc.assert(
      fc.property(type, mode, warm, fc.nat(800), fc.nat(100), (name, networking, pool, pods, more) => {
        const f = facts(name);
        if (capacityProblems(f, networking, name).length > 0) return;
        const few = addressesHeld(f, networking, pool, pods);
        const many = addressesHeld(f, networking, pool, pods + more);
        expect(many.total).toBeGreaterThanOrEqual(few.total);
        expect(many.enis).toBeLessThanOrEqual(f.enis);
        const perSlot = networking.prefixDelegation ? 16 : 1;
        expect(many.total).toBeLessThanOrEqual(f.enis * (1 + (f.ipv4PerEni - 1) * perSlot));
      }),
    );
  });

  test("a full node holds an address for each of its pods", () => {
    fc.assert(
      fc.property(type, mode, warm, (name, networking, pool) => {
        const f = facts(name);
        if (capacityProblems(f, networking, name).length > 0) return;
        const c = podCapacity(f, networking, pool);
        expect(c.full.total).toBeGreaterThanOrEqual(c.maxPods - 2 + 1);
        expect(c.maxPods).toBeLessThanOrEqual(c.cap);
      }),
    );
  });

  test("no placement takes more than the worst one", () => {
    fc.assert(
      fc.property(
        type,
        mode,
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }),
        (name, networking, pods) => {
          const f = facts(name);
          if (capacityProblems(f, networking, name).length > 0) return;
          const c = podCapacity(f, networking);
          const most = Math.max(1, c.maxPods - 2);
          const placed = pods.map((p) => Math.min(p, most));
          const all = placed.reduce((a, b) => a + b, 0);
          const held = placed.reduce((sum, p) => sum + addressesHeld(f, networking, {}, p).total, 0);
          expect(worstPlacement(c, {}, placed.length, all).total).toBeGreaterThanOrEqual(held);
        },
      ),
    );
  });
});

test("an unknown type is not guessed, a near miss is named", () => {
  expect(lookUpInstanceType("m99.large")).toBeUndefined();
  expect(lookUpInstanceType("toString")).toBeUndefined();
  expect(similarInstanceType("M5.large")).toBe("m5.large");
  expect(similarInstanceType("m5.larg")).toBe("m5.large");
  expect(similarInstanceType("something-else")).toBeUndefined();
});
