import { containsCidr } from "cidr-tools";
import fc from "fast-check";
import { dnsAddresses, ZONE } from "../../labs/services-and-dns/dns";
import { servicesAndDns as lab } from "../../labs/services-and-dns/lab";
import { labAt } from "../../labs/model";
import { lacks } from "../../labs/select";
import { facts } from "../support/facts";
import { contextOf, unproved } from "./proof";

describe.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s", (i) => {
  test("claims hold", () => {
    expect(unproved(lab, i, facts)).toEqual([]);
  });
});

const objects = (step: number) =>
  labAt({ instance: lab.id, lab, step, context: contextOf(lab, facts) }).objects;
const last = lab.steps.length - 1;

test("no step writes into kube-system: the cluster's own DNS stays what it is", () => {
  expect(objects(last).filter((o) => o.metadata.namespace === "kube-system")).toEqual([]);
  expect(lab.steps.every((s) => s.patch === undefined)).toBe(true);
});

test("the resolver's stub domain and the worker's nameserver are the addresses of the Services that stand for them", () => {
  const all = objects(last);
  const address = (name: string): string => {
    const s = all.find((o) => o.kind === "Service" && o.metadata.name === name) as unknown as {
      spec: { clusterIP: string };
    };
    return s.spec.clusterIP;
  };
  const corefile = all.find((o) => o.kind === "ConfigMap" && o.metadata.name === "resolver") as unknown as {
    data: { Corefile: string };
  };
  expect(corefile.data.Corefile).toMatch(
    new RegExp(`${ZONE}:53 \\{[^}]*forward \\. ${address("corp-dns").replaceAll(".", "\\.")}\n`),
  );
  const worker = JSON.stringify(all.find((o) => o.metadata.name === "remote-worker"));
  expect(worker).toContain(`"dnsPolicy":"None","dnsConfig":{"nameservers":["${address("resolver")}"]`);
});

test("fixed addresses lie in any range that is large enough, apart from its first ones", () => {
  fc.assert(
    fc.property(fc.nat(255), fc.integer({ min: 8, max: 30 }), (octet, prefix) => {
      const cidr = `10.${octet & (prefix < 16 ? 0 : 255)}.0.0/${prefix}`;
      const found = dnsAddresses(cidr);
      expect(found === undefined).toBe(prefix > 25);
      for (const a of found === undefined ? [] : [found.resolver, found.corp])
        expect(containsCidr(cidr, a)).toBe(true);
    }),
  );
  expect(dnsAddresses("10.96.0.0/16")).toEqual({ resolver: "10.96.0.53", corp: "10.96.0.54" });
});

test("where the Service range is not known the lab says what is missing", () => {
  const { serviceCidr: _, ...unknown } = facts;
  expect(lacks(lab, unknown)).toEqual([
    expect.objectContaining({
      reason: expect.stringContaining("not known") as string,
      fix: "set existing.serviceCidr",
    }),
  ]);
  expect(lacks(lab, { ...facts, serviceCidr: "10.96.0.0/26" })).toHaveLength(1);
  expect(lacks(lab, facts)).toEqual([]);
});
