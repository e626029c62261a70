import { kindRanges, rangeProblems } from "../../../components/kind/plan/address-families";
import { kindSchema, type KindConfig } from "../../../components/kind/kind-config";
import { judgeMachine } from "../../../components/kind/plan/machine-checks";
import type { MachineFacts } from "../../../components/kind/machine-facts";
import { rawConfig } from "../../support/graph";
import { planStack } from "../../../stacks/stack-plan";

const config = (over: Partial<KindConfig> = {}): KindConfig => ({ ...kindSchema.parse({}), ...over });
const planOf = (over: Parameters<typeof rawConfig>[0]) =>
  planStack("kind", rawConfig({ target: "kind", ...over }));
const told = (over: Partial<KindConfig>): string[] =>
  rangeProblems(config(over), 3).map((p) => `${p.path}: ${p.message}`);

test.each([
  ["fd00:10:244::1/56", /has host bits set; the range is fd00:10:244::\/56/],
  ["FD00:10:244::/56", /is not written in short; the range is fd00:10:244::\/56/],
  ["10.0.0.0/16", /must be an IPv6 CIDR/],
])("an IPv6 range %s is refused in the right words", (podCidr6, message) => {
  expect(kindSchema.safeParse({ podCidr6 }).error?.issues[0]?.message).toMatch(message);
});

test("what comes first is the family of Services that name none", () => {
  const cidrs = (ipFamily: KindConfig["ipFamily"]) => {
    const { pods, services } = kindRanges(config({ ipFamily }));
    return [pods, services].map((l) => l.map((r) => r.cidr).join(","));
  };
  expect(cidrs("ipv4")).toEqual(["192.168.0.0/16", "10.96.0.0/16"]);
  expect(cidrs("dual")).toEqual(["192.168.0.0/16,fd00:10:244::/56", "10.96.0.0/16,fd00:10:96::/112"]);
  expect(cidrs("ipv6")).toEqual(["fd00:10:244::/56", "fd00:10:96::/112"]);
});

test.each<[string, Partial<KindConfig>, RegExp]>([
  ["IPv6 ranges without IPv6", { podCidr6: "fd00::/56" }, /^kind\.podCidr6: the cluster has IPv4 only/],
  [
    "overlap in the second family",
    { ipFamily: "dual", podCidr6: "fd00:10:96::/56" },
    /^kind\.serviceCidr6: overlaps the pod range fd00:10:96::\/56/,
  ],
  ["a /64 for three nodes", { ipFamily: "dual", podCidr6: "fd00::/64" }, /holds 1 ranges of \/64, and 3/],
  ["a /40", { ipFamily: "ipv6", podCidr6: "fd00::/40" }, /too large: parts of \/64 are cut from \/48/],
  [
    "a /64 of Services",
    { ipFamily: "dual", serviceCidr6: "fd01::/64" },
    /serviceCidr6: the API server takes \/108/,
  ],
])("refused: %s", (_, over, problem) => {
  expect(told(over)).toEqual([expect.stringMatching(problem)]);
});

test("a stack with both families: kind's config, Calico's pools and the facts", () => {
  const plan = planOf({ kind: { ipFamily: "dual" }, labs: {} });
  if (plan.target.kind !== "kind") throw new Error("no kind cluster");
  expect(plan.target.cluster.config).toContain("ipFamily: dual");
  expect(plan.target.cluster.config).toContain("podSubnet: 192.168.0.0/16,fd00:10:244::/56");
  expect(plan.calico.pools.map(({ name, cidr, blockSize }) => [name, cidr, blockSize])).toEqual([
    ["default-ipv4-ippool", "192.168.0.0/16", 26],
    ["default-ipv6-ippool", "fd00:10:244::/56", 122],
  ]);
  expect([plan.facts.podCidrs.length, plan.facts.serviceCidr6]).toEqual([2, "fd00:10:96::/112"]);
});

test("without the key kind is given what it was given before: no cluster is replaced", () => {
  const plan = planOf({ labs: {} });
  if (plan.target.kind !== "kind") throw new Error("no kind cluster");
  expect(plan.target.cluster.config).not.toMatch(/ipFamily|apiServerAddress|fd00/);
});

test("of an IPv6 cluster no port of the machine is promised unless it is asked for", () => {
  const ports = (kind: object) =>
    planOf({ kind: { ipFamily: "ipv6", ...kind }, labs: {} }).facts.hostPorts.map((p) => p.hostPort);
  expect(ports({})).toEqual([]);
  expect(ports({ portMappings: [{ nodePort: 30080 }] })).toEqual([30080]);
  expect(planOf({ kind: { ipFamily: "ipv6" }, labs: {} }).notes.join()).toMatch(
    /IPv6 node ports is not known/,
  );
});

test("a network of its own has IPv4 only, and says so", () => {
  expect(() => planOf({ kind: { ipFamily: "dual", network: {} }, labs: {} })).toThrow(/kind\.network.*IPv4/);
});

test("pools of one family where pods have both are refused", () => {
  const pools = [{ cidr: "192.168.0.0/16" }];
  expect(() => planOf({ kind: { ipFamily: "dual" }, calico: { pools }, labs: {} })).toThrow(
    /calico\.pools: has no IPv6 pool/,
  );
});

test("IPIP in an IPv6 pool is refused", () => {
  const pools = [{ cidr: "192.168.0.0/16" }, { cidr: "fd00:10:244::/56", encapsulation: "IPIP" }];
  expect(() => planOf({ kind: { ipFamily: "dual" }, calico: { pools }, labs: {} })).toThrow(
    /calico\.pools\.1\.encapsulation.*carries IPv4 only/,
  );
});

describe("the machine", () => {
  const wanted = {
    name: "labs",
    kubernetes: "1.36",
    image: "kindest/node",
    nodes: 3,
    hostPorts: [],
    ranges: [...kindRanges(config({ ipFamily: "dual" })).pods],
    ipv6: true,
  };
  const machine: MachineFacts = { networks: [], nodes: 0, inotify: { instances: 8192, watches: 999999 } };
  const problems = (facts: Partial<MachineFacts>) =>
    judgeMachine({ ...machine, ...facts }, [wanted]).problems.map((p) => `${p.path}: ${p.message}`);

  test("a kernel without IPv6, and a network kind that was made without", () => {
    expect(problems({ ipv6: true })).toEqual([]);
    expect(problems({ ipv6: false })).toEqual([expect.stringContaining("IPv6 turned off")]);
    const four = [{ name: "kind", subnets: ["172.18.0.0/16"] }];
    expect(problems({ ipv6: true, networks: four })).toEqual([expect.stringContaining("without IPv6")]);
    const both = [{ name: "kind", subnets: ["172.18.0.0/16", "fc00:f853:ccd:e793::/64"] }];
    expect(problems({ ipv6: true, networks: both })).toEqual([]);
  });

  test("pods in the nodes' own IPv6 range", () => {
    const networks = [{ name: "kind", subnets: ["172.18.0.0/16", "fd00:10:244::/64"] }];
    expect(problems({ ipv6: true, networks })).toEqual([
      expect.stringContaining("kind.podCidr6: overlaps the nodes' own network"),
    ]);
  });
});
