import { program } from "../../cli/labs";
import type { CapacityRow } from "../../components/eks/plan/capacity-report";

async function run(...args: string[]): Promise<string> {
  let out = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    await program()
      .exitOverride()
      .parseAsync(["node", "labs", "capacity", ...args]);
  } finally {
    write.mockRestore();
  }
  return out;
}
const json = async (...args: string[]) => JSON.parse(await run(...args, "--json")) as CapacityRow[];

test("--json is an array with one object per type, in the order asked", async () => {
  const rows = await json("m5.large", "t3.medium");
  expect(rows.map((r) => r.instanceType)).toEqual(["m5.large", "t3.medium"]);
  expect(rows[0]).toMatchObject({
    enis: 3,
    ipv4PerEni: 10,
    publishedMaxPods: 29,
    maxPods: 29,
    addressesAtRest: 20,
    addressesFull: 30,
  });
});

test("maxPods is what the kubelet gets, publishedMaxPods AWS's own number; a full node has maxPods pods", async () => {
  const [row] = await json("m5.24xlarge");
  // 248 pods with an address of 49 on each interface: six interfaces and a warm one.
  expect(row).toMatchObject({ publishedMaxPods: 737, recommendedCap: 250, maxPods: 250, addressesFull: 350 });
  expect((await json("m5.24xlarge", "--cni", "calico"))[0]).toMatchObject({
    publishedMaxPods: null,
    maxPods: 250,
  });
});

test("the modes", async () => {
  const of = async (...flags: string[]) => (await json("m5.large", ...flags))[0]!.maxPods;
  expect(await of("--custom-networking")).toBe(20);
  expect(await of("--prefix-delegation")).toBe(110);
  expect(await of("--prefix-delegation", "--custom-networking")).toBe(110);
  expect(await of("--cni", "calico")).toBe(110);
});

test("nodes and pods: what is possible, how many nodes are needed, which subnet holds them", async () => {
  const [row] = await json("m5.large", "--nodes", "3", "--pods", "100");
  expect(row!.plan).toMatchObject({ nodes: 3, podsPossible: 81, fits: false, nodesNeeded: 4, addresses: 90 });
  expect((await json("m5.large", "--pods", "100"))[0]!.plan).toMatchObject({ nodes: 4, fits: true });
});

test("the table says the same and where the facts come from", async () => {
  const text = await run("m5.24xlarge", "--nodes", "2");
  expect(text).toMatch(/m5\.24xlarge .*737 .*250/);
  expect(text).toContain("Facts of 2026-08-21");
});

test("every wrong word at once, with its fix", async () => {
  const failed = run("m5.larg", "t2.small", "what.ever", "--prefix-delegation", "--minimum-ip", "5");
  await expect(failed).rejects.toMatchObject({
    problems: [
      expect.objectContaining({ path: "warm.warmIp" }),
      expect.objectContaining({ value: "m5.larg", fix: "did you mean m5.large?" }),
      expect.objectContaining({ value: "t2.small" }),
      expect.objectContaining({ value: "what.ever" }),
    ],
  });
  await expect(run("m5.large", "--cni", "calico", "--prefix-delegation")).rejects.toThrow(/VPC CNI/);
});
