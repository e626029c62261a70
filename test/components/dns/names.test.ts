import type { DnsConfig } from "../../../components/dns/dns-config";
import { planDns, type DnsSite } from "../../../components/dns/plan/dns-plan";

const onAws: DnsSite = { expose: "load-balancer", route53: true };
const laptop: DnsSite = { expose: "host-ports", route53: false };
const plan = (config: Partial<DnsConfig>, site: DnsSite) =>
  planDns({ zone: "none", ...config }, { baseDomain: "localhost" }, site);
const paths = (config: Partial<DnsConfig>, site: DnsSite) => plan(config, site).problems.map((p) => p.path);

test("on a laptop names are its own, without set-up or records", () => {
  expect(plan({}, laptop)).toEqual({
    plan: { baseDomain: "localhost", records: [] },
    problems: [],
    notes: [],
  });
});

test("with a zone the domain and everything below it lead to the load balancer", () => {
  expect(plan({ baseDomain: "labs.acme.dev", zone: "find", zoneName: "acme.dev" }, onAws).plan).toEqual({
    baseDomain: "labs.acme.dev",
    zone: { how: "find", name: "acme.dev" },
    records: ["labs.acme.dev", "*.labs.acme.dev"],
  });
});

test("beside ingress-nginx a Gateway gets its share of the names", () => {
  const shared = { baseDomain: "labs.acme.dev", zone: "find" } as const;
  const both = { ...onAws, both: true };
  expect(plan(shared, both).plan.gatewayWeight).toBe(0);
  expect(plan({ ...shared, gatewayWeight: 10 }, both).plan.gatewayWeight).toBe(10);
  expect(plan({ ...shared, zone: "none" }, both).plan.gatewayWeight).toBeUndefined();
});

test.each<[string, Partial<DnsConfig>, DnsSite, string[]]>([
  ["a zone without a domain", { zone: "create" }, onAws, ["dns.baseDomain"]],
  ["a zone where nothing is made on AWS", { zone: "find", baseDomain: "a.dev" }, laptop, ["dns.zone"]],
  [
    "a zone without a load balancer",
    { zone: "find", baseDomain: "a.dev" },
    { ...onAws, expose: "node-ports" },
    ["dns.zone"],
  ],
  [
    "a zone name without a zone",
    { zoneName: "acme.dev", baseDomain: "labs.acme.dev" },
    onAws,
    ["dns.zoneName"],
  ],
  [
    "a share for a Gateway that is not beside ingress-nginx",
    { zone: "find", baseDomain: "a.dev", gatewayWeight: 10 },
    onAws,
    ["dns.gatewayWeight"],
  ],
  [
    "a share of names that nobody makes",
    { baseDomain: "a.dev", gatewayWeight: 10 },
    { ...onAws, both: true },
    ["dns.gatewayWeight"],
  ],
  [
    "a domain outside of its zone",
    { zone: "find", zoneName: "acme.dev", baseDomain: "labs.notacme.dev" },
    onAws,
    ["dns.zoneName"],
  ],
])("%s is refused", (_, config, site, expected) => {
  expect(paths(config, site)).toEqual(expected);
});

test("what leads nowhere by itself is said", () => {
  expect(plan({}, onAws).notes.join()).toMatch(/your own machine, not the load balancer/);
  expect(plan({ baseDomain: "acme.dev" }, laptop).notes.join()).toMatch(/makes no DNS records/);
});
