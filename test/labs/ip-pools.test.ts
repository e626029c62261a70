import { containsCidr, overlapCidr } from "cidr-tools";
import fc from "fast-check";
import { bgp } from "../../labs/bgp/lab";
import { ipPools as lab } from "../../labs/ip-pools/lab";
import { externalPool, externalRange, upperHalf } from "../../labs/ip-pools/pools";
import { labAt } from "../../labs/model";
import { lacks } from "../../labs/select";
import type { IPPool } from "../../policies/calico/cluster-types";
import { facts } from "../support/facts";
import { ownStackFacts } from "./own-stack-facts";
import { contextOf, unproved } from "./proof";

const poolAt = (step: number) =>
  labAt({ instance: lab.id, lab, step, context: contextOf(lab, ownStackFacts) }).objects.find(
    (o) => o.kind === "IPPool",
  ) as IPPool | undefined;

describe.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s", (i) => {
  test("claims hold", () => {
    expect(unproved(lab, i, ownStackFacts)).toEqual([]);
  });

  test("a pool's range and block size never change: Calico refuses both", () => {
    const pool = poolAt(i);
    if (i === 0) expect(pool).toBeUndefined();
    else expect(pool?.spec).toMatchObject({ cidr: "198.19.24.0/21", blockSize: 29, ipipMode: "Never" });
  });
});

test("the external pool", () => {
  expect(poolAt(1)?.spec).toMatchObject({ nodeSelector: "!all()", natOutgoing: true });
  expect(poolAt(5)?.spec).toMatchObject({ assignmentMode: "Manual", natOutgoing: false });
});

test("the namespace asks for the pool that exists", () => {
  const { objects } = labAt({ instance: lab.id, lab, step: 2, context: contextOf(lab, ownStackFacts) });
  const ns = objects.find((o) => o.metadata.name === "external-ns");
  expect(JSON.parse(ns?.metadata.annotations?.["cni.projectcalico.org/ipv4pools"] ?? "")).toEqual([
    poolAt(2)?.metadata.name,
  ]);
});

test("without routes between nodes the pool is encapsulated", () => {
  const overlay = { ...ownStackFacts, cni: { ...ownStackFacts.cni, bgp: false } };
  expect(externalPool(overlay).spec).toMatchObject({ ipipMode: "Never", vxlanMode: "Always" });
});

test("the upper half lies in the range and leaves the lower one free", () => {
  expect(upperHalf("198.19.16.0/20")).toBe("198.19.24.0/21");
  fc.assert(
    fc.property(fc.nat(255), fc.integer({ min: 8, max: 28 }), (octet, prefix) => {
      const base = prefix >= 16 ? `10.${octet}.0.0` : prefix === 8 ? "10.0.0.0" : "10.128.0.0";
      const cidr = `${base}/${prefix}`;
      fc.pre(prefix >= 16 || prefix <= 9);
      const half = upperHalf(cidr);
      expect(containsCidr(cidr, half)).toBe(true);
      expect(overlapCidr(half, `${base}/${prefix + 1}`)).toBe(false);
    }),
  );
});

test.each([lab, bgp])("$id says what is in the way, and what would help", (one) => {
  const pool = (cidr: string) => ({
    ...ownStackFacts,
    cni: { ...ownStackFacts.cni, pools: ownStackFacts.cni.pools!.map((p) => ({ ...p, cidr })) },
  });
  expect(lacks(one, pool("198.19.16.0/21"))).toEqual([]);
  expect(lacks(one, pool("198.19.16.0/20"))).toEqual([
    {
      reason: expect.stringContaining("default-ipv4-ippool (198.19.16.0/20) leaves no room") as string,
      fix: "set calico.pools to [{ cidr: 198.19.16.0/21 }] before the cluster is made, on a kind stack as Pulumi.ip-pools.yaml",
    },
  ]);
});

test("a pod range that is unknown or tiny is told", () => {
  expect(externalRange({ ...facts, podCidrs: [] })).toMatchObject({
    reason: expect.stringContaining("not known") as string,
  });
  expect(externalRange({ ...facts, podCidrs: ["10.0.0.0/29"] })).toMatchObject({
    reason: expect.stringContaining("smaller than one block") as string,
  });
});
