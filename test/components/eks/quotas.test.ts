import { quotaFindings, sumNeeds, type Limits, type QuotaNeeds } from "../../../components/eks/plan/quotas";

const found = (needs: QuotaNeeds, limits?: Limits) => {
  const { problems, warnings } = quotaFindings(needs, limits);
  return [
    ...problems.map((p) => `refused: ${p.message}`),
    ...warnings.map((w) => `told: ${w.split(":")[0]!}`),
  ];
};

test.each<[string, QuotaNeeds, Limits | undefined, RegExp[]]>([
  ["the default stack", { vpcs: 1, addresses: 1, nodeGroups: 1, standard: 4 }, undefined, []],
  ["200 groups", { nodeGroups: 200 }, undefined, [/^told: quota "Managed node groups per cluster"$/]],
  // Accounts have more vCPUs than the default soon, by use alone: nothing is said of what is not known.
  ["many nodes", { standard: 500 }, undefined, []],
  ["a first GPU", { graphics: 4 }, undefined, [/^told: quota "Running On-Demand G and VT/]],
  ["a GPU that the account has room for", { graphics: 4 }, { graphics: { value: 8 } }, []],
  [
    "more vCPUs than AWS gives",
    { standard: 40 },
    { standard: { value: 32 } },
    [/^refused: .*quota of 32 \(Running/],
  ],
  ["the last VPC", { vpcs: 1 }, { vpcs: { value: 5, used: 4 } }, []],
  [
    "no VPC left",
    { vpcs: 1 },
    { vpcs: { value: 5, used: 5 } },
    [/^refused: .*quota of 5 \(VPCs per Region\), and 5 are in use$/],
  ],
  ["no address asked for", { addresses: 0 }, { addresses: { value: 0, used: 0 } }, []],
])("%s", (_, needs, limits, expected) => {
  expect(found(needs, limits)).toEqual(expected.map((e) => expect.stringMatching(e) as string));
});

test("six students need six VPCs and six addresses of one region; groups are a cluster's own affair", () => {
  const one = { vpcs: 1, addresses: 1, nodeGroups: 20, standard: 4 };
  const all = sumNeeds(Array.from({ length: 6 }, () => one));
  expect(all).toEqual({ vpcs: 6, addresses: 6, standard: 24 });
  expect(found(all)).toEqual(['told: quota "VPCs per Region"', 'told: quota "EC2-VPC Elastic IPs"']);
});
