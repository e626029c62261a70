import { lookUpInstanceType } from "../../../components/aws/plan/instance-types";
import { planNetwork, type Planned } from "../../../components/aws/plan/network-plan";
import { checkEksVersion, chooseZones } from "../../../components/aws/plan/aws-regions";
import {
  type CniMode,
  type GroupRequest,
  type NetworkRequest,
} from "../../../components/aws/plan/network-request";

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

const subnetsOf = (planned: Planned) => planned.plan!.subnets;
const paths = (planned: Planned) => planned.problems.map((p) => p.path);

describe("layouts", () => {
  test("the usual one: room to grow, three zones, nodes on private subnets", () => {
    const subnets = subnetsOf(planNetwork(request()));
    expect(subnets.map((s) => `${s.name} ${s.cidr}`)).toEqual([
      "public-a 10.0.64.0/24",
      "public-b 10.0.65.0/24",
      "public-c 10.0.66.0/24",
      "private-a 10.0.0.0/20",
      "private-b 10.0.16.0/20",
      "private-c 10.0.32.0/20",
    ]);
    expect(subnets.filter((s) => s.nodes).every((s) => s.role === "private")).toBe(true);
  });

  test("without NAT nodes go where they reach a registry: the public subnets", () => {
    const subnets = subnetsOf(planNetwork(request({ nat: "none" })));
    expect(subnets.filter((s) => s.nodes).map((s) => s.role)).toEqual(["public", "public", "public"]);
  });

  test("pods get subnets of their own in the secondary range, one per zone", () => {
    const subnets = subnetsOf(planNetwork(request({ cni: "aws-custom" })));
    expect(subnets.filter((s) => s.role === "pod").map((s) => s.cidr)).toEqual([
      "100.64.0.0/18",
      "100.64.64.0/18",
      "100.64.128.0/18",
    ]);
  });

  test("prefixes get half of each node subnet, away from the addresses that AWS keeps", () => {
    const subnet = subnetsOf(planNetwork(request({ cni: "aws-prefix" }))).find(
      (s) => s.name === "private-a",
    )!;
    expect(subnet.prefixReservations).toEqual(["10.0.4.0/22", "10.0.8.0/22"]);
  });

  test("with both, prefixes are taken and kept in the pod subnets, and nodes take one address each", () => {
    const subnets = subnetsOf(planNetwork(request({ cni: "aws-custom-prefix" })));
    const named = (name: string) => subnets.find((s) => s.name === name)!;
    expect(named("pod-a").prefixReservations).toEqual(["100.64.16.0/20", "100.64.32.0/20"]);
    expect(named("private-a").prefixReservations).toEqual([]);
    // Two m5.large with 108 pods each: 8 prefixes (one of them warm) on one interface, which has an address of its own.
    expect(named("pod-a").needs).toEqual([
      { what: "pods of 2 × m5.large (workers)", addresses: 2 * (8 * 16 + 1), inPrefixes: 2 * 8 * 16 },
    ]);
    expect(named("private-a").needs.at(-1)).toMatchObject({ addresses: 2, inPrefixes: 0 });
  });

  test("the control plane has its 16 addresses in every private subnet, the NAT gateway its one in one zone", () => {
    const subnets = subnetsOf(planNetwork(request()));
    const what = (name: string) =>
      subnets.find((s) => s.name === name)!.needs.map((n) => `${n.what} ${n.addresses}`);
    expect(what("private-b")).toContain("control plane 16");
    expect(what("public-a")).toContain("NAT gateway 1");
    expect(what("public-b")).not.toContain("NAT gateway 1");
  });
});

describe("refused, with the missing number and ways out", () => {
  test("a VPC that is too small for its nodes", () => {
    const { problems } = planNetwork(request({ vpcCidr: "10.0.0.0/23", groups: [group(30)] }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: "eks.network.vpcCidr", value: "10.0.0.0/23" });
    // 10 nodes a zone × 30 addresses, 16 for the control plane, 8 for a load balancer.
    expect(problems[0]!.message).toMatch(
      /subnet private-a needs 324 addresses .* room is for 59: 265 missing/,
    );
    expect(problems[0]!.fix).toMatch(
      /\(1\) a larger VPC: .* 10\.0\.0\.0\/21 would do.*\(2\) fewer nodes.*\(3\) another mode/,
    );
  });

  test("a subnet whose size was given", () => {
    const { problems } = planNetwork(request({ prefixes: { private: 25 }, groups: [group(12)] }));
    expect(problems).toMatchObject([
      {
        path: "eks.network.prefixes.private",
        message: expect.stringMatching(/private-a needs 144 addresses .* has 123: 21 missing/) as string,
      },
    ]);
    expect(problems[0]!.fix).toContain("prefixes.private: 20 would do");
  });

  test("a size that was given, in a VPC that could not hold a larger one", () => {
    const { problems } = planNetwork(
      request({ vpcCidr: "10.0.0.0/23", prefixes: { private: 27 }, groups: [group(12)] }),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]!.fix).toMatch(
      /without eks.network.prefixes.private, .*vpcCidr 10\.0\.0\.0\/22 would do/,
    );
  });

  test("pod ranges that are too small, with ranges that would do", () => {
    const small = request({ cni: "aws-custom", secondaryCidrs: ["100.64.0.0/22"], groups: [group(60)] });
    const { problems } = planNetwork(small);
    expect(paths({ problems, warnings: [] })).toEqual(["eks.network.secondaryCidrs"]);
    const range = /secondaryCidrs: \[(\S+)\] would do/.exec(problems[0]!.fix!)![1]!;
    expect(planNetwork({ ...small, secondaryCidrs: [range] }).plan).toBeDefined();
  });

  test("more pods than the nodes carry", () => {
    const { problems } = planNetwork(request({ pods: 500 }));
    expect(problems).toMatchObject([
      { path: "eks.pods", message: expect.stringContaining("338 too many") as string },
    ]);
  });

  test("a control plane without its six addresses", () => {
    const { problems } = planNetwork(
      request({ cni: "calico", prefixes: { private: 28 }, groups: [group(3)] }),
    );
    expect(problems.some((p) => /needs .* missing|control plane, which needs 6/.test(p.message))).toBe(true);
  });

  test("ranges that clash, all at once", () => {
    const planned = planNetwork(
      request({
        cni: "calico",
        podCidrs: ["10.0.128.0/17"],
        serviceCidr: "10.0.0.0/20",
        peers: [
          { name: "office", cidr: "10.0.200.0/24" },
          { name: "office-again", cidr: "10.0.200.0/24" },
        ],
      }),
    );
    expect(planned.problems.map((p) => `${p.path}: ${p.message}`)).toEqual([
      "eks.network.serviceCidr: overlaps the VPC (10.0.0.0/16)",
      "calico.pools: overlaps the VPC (10.0.0.0/16)",
      "eks.network.peers[0].cidr: overlaps the VPC (10.0.0.0/16)",
      "eks.network.peers[0].cidr: overlaps pod pool 10.0.128.0/17 (10.0.128.0/17)",
      "eks.network.peers[1].cidr: overlaps the VPC (10.0.0.0/16)",
      "eks.network.peers[1].cidr: overlaps pod pool 10.0.128.0/17 (10.0.128.0/17)",
    ]);
  });

  test.each<[string, Partial<NetworkRequest>, string]>([
    ["a VPC larger than /16", { vpcCidr: "10.0.0.0/15" }, "eks.network.vpcCidr"],
    ["a VPC smaller than /28", { vpcCidr: "10.0.0.0/29" }, "eks.network.vpcCidr"],
    [
      "six ranges",
      { cni: "aws-custom", secondaryCidrs: [64, 65, 66, 67, 68].map((n) => `100.${n}.0.0/16`) },
      "eks.network.secondaryCidrs",
    ],
    ["a Service range outside the private ones", { serviceCidr: "100.64.0.0/16" }, "eks.network.serviceCidr"],
    ["a Service range that is too small", { serviceCidr: "172.20.0.0/26" }, "eks.network.serviceCidr"],
    ["one zone", { zones: ["us-west-2a"], groups: [] }, "eks.zones"],
    ["a zone twice", { zones: ["us-west-2a", "us-west-2a"], groups: [] }, "eks.zones[1]"],
    ["a zone of another region", { zones: ["us-west-2a", "us-east-1b"], groups: [] }, "eks.zones[1]"],
    ["a local zone", { zones: ["us-west-2a", "us-west-2-lax-1a"], groups: [] }, "eks.zones[1]"],
    [
      "an unknown region",
      { region: "us-west-9", zones: ["us-west-9a", "us-west-9b"], groups: [] },
      "eks.region",
    ],
    [
      "pods of their own without a range",
      { cni: "aws-custom", secondaryCidrs: [] },
      "eks.network.secondaryCidrs",
    ],
    ["pod subnets without their mode", { prefixes: { pod: 18 } }, "eks.network.prefixes.pod"],
    [
      "prefixes on Xen",
      { cni: "aws-prefix", groups: [group(2, { types: [lookUpInstanceType("t2.small")!] })] },
      "eks.nodeGroups.workers.instanceTypes[0]",
    ],
  ])("%s", (_, more, path) => {
    const planned = planNetwork(request(more));
    expect(paths(planned)).toContain(path);
    expect(planned.plan).toBeUndefined();
    for (const problem of planned.problems) expect(problem.fix).toBeTruthy();
  });

  test("a zone where EKS has no control plane, and one that is gone, once AWS was asked", () => {
    const available = { "us-east-1a": "use1-az3", "us-east-1b": "use1-az1", "us-east-1d": "use1-az4" };
    const planned = planNetwork(
      request({ region: "us-east-1", zones: ["us-east-1a", "us-east-1b", "us-east-1c"], groups: [] }),
      "eks",
      { available },
    );
    expect(planned.problems.map((p) => p.path)).toEqual(["eks.zones[0]", "eks.zones[2]"]);
    expect(planned.problems[0]!.fix).toBe("use: us-east-1b, us-east-1d");
    expect(chooseZones("us-east-1", 2, { available })).toEqual(["us-east-1b", "us-east-1d"]);
  });
});

describe("ranges of a VPC that AWS refuses", () => {
  const said = (vpcCidr: string, secondaryCidrs: string[] = []): string[] =>
    planNetwork(
      request({ cni: "aws-custom" as CniMode, vpcCidr, secondaryCidrs, serviceCidr: "172.20.0.0/16" }),
    ).problems.map((p) => `${p.path}: ${p.message}`);

  test.each(["0.0.0.0/16", "127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16"])("%s, of no VPC", (cidr) => {
    expect(said(cidr).join()).toMatch(/eks\.network\.vpcCidr: is of .*AWS makes no VPC of it/);
  });

  test.each([
    ["10.0.0.0/16", "198.19.0.0/16", "198.19.0.0/16"],
    ["10.0.0.0/16", "172.18.0.0/16", "172.16.0.0/12"],
    ["10.0.0.0/16", "192.168.0.0/16", "192.168.0.0/16"],
    ["172.16.0.0/16", "172.31.0.0/16", "172.31.0.0/16"],
    ["172.16.0.0/16", "10.0.0.0/16", "10.0.0.0/8"],
    ["192.168.0.0/16", "10.0.0.0/16", "10.0.0.0/8"],
    ["100.64.0.0/16", "10.0.0.0/16", "10.0.0.0/8"],
    ["10.1.0.0/16", "10.0.0.0/20", "10.0.0.0/16"],
  ])("%s with %s beside it", (primary, secondary, range) => {
    expect(said(primary, [secondary]).join()).toContain(
      `eks.network.secondaryCidrs[0]: is of ${range}, which AWS refuses beside ${primary}`,
    );
  });

  test.each([
    ["10.0.0.0/16", "100.64.0.0/16"],
    ["10.0.0.0/16", "10.1.0.0/16"],
    ["10.1.0.0/16", "10.2.0.0/16"],
    ["172.16.0.0/16", "172.18.0.0/16"],
    ["192.168.0.0/16", "100.64.0.0/16"],
    ["100.64.0.0/16", "100.65.0.0/16"],
  ])("%s takes %s", (primary, secondary) => {
    expect(said(primary, [secondary]).filter((m) => m.includes("AWS refuses"))).toEqual([]);
  });
});

describe("warnings where we are not sure, or where it only costs", () => {
  test("100.64.0.0/10 is safe", () => {
    expect(planNetwork(request({ cni: "aws-custom" })).warnings).toEqual([]);
  });

  test("no room for the nodes that an update adds", () => {
    const planned = planNetwork(request({ prefixes: { private: 25 }, groups: [group(9)] }));
    expect(planned.plan).toBeDefined();
    expect(planned.warnings.join()).toMatch(/private-a .* update/);
  });
});

describe("Kubernetes versions", () => {
  const today = new Date("2026-11-20");
  test("an unknown one names those that this project has a set for", () => {
    expect(checkEksVersion("1.37", today, "kubernetes").problems[0]).toMatchObject({
      path: "kubernetes",
      fix: "use one of: 1.36, 1.35",
    });
  });
  test("what AWS offers at deploy time wins over the table", () => {
    expect(checkEksVersion("1.37", today, "kubernetes", ["1.37", "1.36"]).problems).toEqual([]);
  });
  test("the end of standard support is told", () => {
    expect(checkEksVersion("1.34", today, "kubernetes").warnings[0]).toContain("ends on 2026-12-02");
    expect(checkEksVersion("1.33", today, "kubernetes").warnings[0]).toContain("ended on 2026-07-29");
    expect(checkEksVersion("1.36", today, "kubernetes").warnings).toEqual([]);
  });
});
