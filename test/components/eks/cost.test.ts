import { instancePrice, servicePrice, volumePrice } from "../../../components/aws/plan/prices";
import { classCostText, costText } from "../../../cli/plan/cost-text";
import { stackCost, type StackCost } from "../../../stacks/stack-cost";
import { planStack } from "../../../stacks/stack-plan";

const now = new Date("2026-11-26T12:00:00Z");
const costOf = (config: Record<string, unknown>, today = now): StackCost => {
  const raw = Object.fromEntries(
    Object.entries({ target: "eks", ...config }).map(([key, value]) => [
      `k8s-network-labs:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const cost = stackCost(planStack("eks", raw), today);
  if (cost === undefined) throw new Error("no cost");
  return cost;
};
const endpoint = { publicCidrs: ["203.0.113.0/24"] };
const hour = (eks: object = {}, more: object = {}): number =>
  costOf({ eks: { endpoint, ...eks }, ...more }).hour;
const base = 0.1 + 2 * 0.0416 + (2 * 30 * 0.08) / 730 + 0.045 + 0.005;

test.each<[string, object, object, number]>([
  ["the default cluster", {}, {}, base],
  ["a NAT gateway a zone", { nat: "perZone" }, {}, base + 0.05],
  ["no NAT gateway: an address a node", { nat: "none" }, {}, base - 0.05 + 2 * 0.005],
])("%s costs the sum of its parts", (_what, network, more, usd) => {
  expect(hour({ network }, more)).toBeCloseTo(usd, 6);
});

test("load balancers of the controller and of labs, internal ones without public addresses, a zone, a key", () => {
  const lb = 0.0225;
  const addresses = 2 * 0.005;
  expect(hour({}, { ingress: { install: true } })).toBeCloseTo(base + lb + addresses, 6);
  const internal = { install: true, loadBalancer: { scheme: "internal", targetType: "ip" } };
  expect(hour({}, { ingress: internal })).toBeCloseTo(base + lb, 6);
  const balancing = { "load-balancing": { step: 4 } };
  const labs = costOf({ eks: { endpoint }, labs: balancing }).parts.map((p) => p.what);
  expect(labs).toContain("network load balancer of lab load-balancing");
  const zone = { ingress: { install: true }, dns: { baseDomain: "labs.example.org", zone: "create" } };
  expect(hour({ encryptSecrets: true }, zone)).toBeCloseTo(base + lb + addresses + 1.5 / 730, 6);
});

test("extended support costs six times as much from the day after the standard support", () => {
  const at = (day: string): number => costOf({ eks: { endpoint } }, new Date(day)).hour;
  expect(at("2027-08-03") - at("2027-08-01")).toBeCloseTo(0.5, 6);
});

test("groups that grow have a most, and an expiry gives the price of the whole life", () => {
  const groups = { nodeGroups: { workers: { instanceTypes: ["m5.large"], min: 1, max: 3, perZone: true } } };
  const cost = costOf({ eks: { endpoint, ...groups }, expires: "2026-11-28T12:00:00Z" });
  const node = 0.096 + (30 * 0.08) / 730;
  expect(cost.hour).toBeCloseTo(0.15 + 2 * node, 6);
  expect(cost.most).toBeCloseTo(0.15 + 6 * node, 6);
  expect(cost.life).toEqual({ hours: 48, usd: cost.hour * 48 });
  expect(cost.unknown).toEqual(["logs of the control plane"]);
});

test("no price is guessed: not from another region, not for spot, and the sums say that they are without it", () => {
  expect(servicePrice("eu-central-2", "NAT gateway")).toBeUndefined();
  expect(instancePrice("us-west-2", "toString")).toBeUndefined();
  expect([instancePrice("eu-central-1", "t3.medium"), servicePrice("eu-central-1", "NAT gateway")]).toEqual([
    0.048, 0.052,
  ]);
  expect(volumePrice("us-east-1", 730)).toBeCloseTo(0.08, 6);
  const spot = { workers: { capacity: "spot" } };
  const cost = costOf({ eks: { endpoint, nodeGroups: spot } });
  expect(cost.unknown).toContain("t3.medium, spot, group workers");
  expect(costText(cost).join("\n")).toMatch(/unknown: spot prices move.*at least 0\.16 an hour/s);
  const nowhere = costText(costOf({ eks: { endpoint, region: "eu-central-2" } })).join("\n");
  expect(nowhere).toContain("unknown: the table has no prices of eu-central-2");
  expect(nowhere).not.toMatch(/\d an hour/);
});

test("a class is the sum of its environments", () => {
  const one = costOf({ eks: { endpoint }, expires: "2026-11-26T22:00:00Z" });
  const [line = "", without] = classCostText([one, one, one]);
  expect(line).toContain(
    `at least ${(one.hour * 3).toFixed(2)} USD an hour for 3 on AWS, ${(one.hour * 30).toFixed(2)} until`,
  );
  expect(without).toContain("logs of the control plane");
  expect(classCostText([])).toEqual([]);
});
