import { ec2Schema } from "../../../components/ec2/ec2-config";
import { planEc2 } from "../../../components/ec2/plan/ec2-plan";
import type { Ec2Facts } from "../../../components/ec2/plan/ec2-types";
import { nodePolicy } from "../../../components/ec2/plan/node-policies";
import { offlineFacts } from "../../../components/eks/plan/aws-facts";
import { ProblemsError } from "../../../kube/problems";
import { planStack } from "../../../stacks/stack-plan";
import { rawConfig } from "../../support/graph";

const OWN = { publicCidrs: ["198.51.101.7/32"] };
const planned = (config: object, facts: Partial<Ec2Facts> = {}) =>
  planEc2(
    ec2Schema.parse({ endpoint: OWN, ...config }),
    { stack: "ec2", clusterName: "labs-ec2", version: "1.36.4", kubeProxyMode: "iptables" },
    { ...offlineFacts, ...facts },
  );
const said = (config: object, facts?: Partial<Ec2Facts>): string[] =>
  planned(config, facts).problems.map((p) => `${p.path}: ${p.message}`);
const stackSaid = (config: Record<string, unknown>): string[] => {
  try {
    planStack("ec2", rawConfig({ target: "ec2", ...config }));
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message}`);
  }
};

test("one control plane, and workers round the zones: one beside it, one across", () => {
  const { plan } = planned({});
  expect(plan?.nodes.map((n) => [n.name, n.zone, n.subnet])).toEqual([
    ["labs-ec2-control-plane", "us-west-2a", "public"],
    ["labs-ec2-worker-1", "us-west-2a", "public"],
    ["labs-ec2-worker-2", "us-west-2b", "public"],
  ]);
  const home = plan?.network.subnets.find((s) => s.name === "public-a")?.cidr ?? "";
  expect(plan?.kubeadm.address).toBe(home.replace(/\d+\/\d+$/, "10"));
});

test("behind NAT workers are on private subnets, the control plane stays reachable", () => {
  const { plan } = planned({ network: { nat: "single" } });
  expect(plan?.nodes.map((n) => n.subnet)).toEqual(["public", "private", "private"]);
});

test("one zone is enough here", () => {
  expect(said({ zones: 1 })).toEqual([]);
});

test("the course's ports and protocols, from the group of the nodes alone", () => {
  const rules = planned({}).plan?.rules ?? [];
  const between = rules
    .filter((r) => "group" in r.from)
    .map((r) => [r.name, r.group, r.protocol, r.ports?.from]);
  expect(between).toEqual([
    ["api-nodes", "control-plane", "tcp", 6443],
    ["etcd", "control-plane", "tcp", 2379],
    ["kubelet", "nodes", "tcp", 10250],
    ["ping", "nodes", "icmp", undefined],
    ["bgp", "nodes", "tcp", 179],
    ["ipip", "nodes", "4", undefined],
    ["vxlan", "nodes", "udp", 4789],
    ["wireguard", "nodes", "udp", 51820],
    ["typha", "nodes", "tcp", 5473],
  ]);
  const open = rules.flatMap((r) => ("cidr" in r.from ? [[r.name, r.from.cidr, r.ports?.from]] : []));
  expect(open).toEqual([
    ["api-198-51-101-7-32", "198.51.101.7/32", 6443],
    ["pods-192-168-0-0-16", "192.168.0.0/16", undefined],
  ]);
  expect(new Set(rules.map((r) => r.name)).size).toBe(rules.length);
});

test.each([
  [{ endpoint: {} }, /^ec2\.endpoint\.publicCidrs: nobody gets in/],
  [{ endpoint: { publicCidrs: ["10.0.0.1/32"] } }, /publicCidrs\[0\]: is no address of the internet/],
  [{ controlPlane: { instanceType: "t2.micro" } }, /controlPlane\.instanceType: has 1 vCPU/],
  [{ workers: { instanceType: "t3.micro" } }, /workers\.instanceType: has 1024 MiB/],
  [{ workers: { instanceType: "t3.medum" } }, /workers\.instanceType: is not one of/],
  [{ podCidr: "10.0.128.0/20" }, /overlaps the VPC/],
  [{ zones: ["us-east-1a"] }, /zones\[0\]: is not the name of a zone of us-west-2/],
  [{ region: "us-west-9" }, /region: is not a region/],
])("%j is refused", (config, why) => {
  expect(said(config)).toContainEqual(expect.stringMatching(why));
});

test("what AWS answered: account, offerings, addresses for documents", () => {
  const facts = {
    stage: "looked-up",
    account: "111111111111",
    offerings: { "t3.medium": ["us-west-2a"] },
  } as const;
  const config = { account: "222222222222", endpoint: { publicCidrs: ["203.0.113.0/24"] } };
  expect(said(config, facts)).toEqual([
    "ec2.account: the credentials belong to account 111111111111",
    "ec2.workers.instanceType: is not offered in us-west-2b",
    "ec2.endpoint.publicCidrs[0]: is a range for documents: nobody has such an address",
  ]);
});

test("a worker reads the token and not the admin's kubeconfig; AWS's policy that reads all is not used", () => {
  const place = {
    partition: "aws",
    region: "us-west-2",
    account: "111111111111",
    cluster: "labs-ec2",
  } as const;
  const rights = (control: boolean) =>
    nodePolicy(place, control, false)
      .Statement.filter((s) => s.Sid !== "Session")
      .map((s) => [s.Action, s.Resource]);
  const parameter = (name: string) => `arn:aws:ssm:us-west-2:111111111111:parameter/labs/labs-ec2/${name}`;
  expect(rights(false)).toEqual([[["ssm:GetParameter"], [parameter("join")]]]);
  expect(rights(true)).toEqual([[["ssm:PutParameter"], [parameter("join"), parameter("kubeconfig")]]]);
});

describe("Calico between the nodes", () => {
  const pool = (encapsulation: string) => ({
    calico: { pools: [{ cidr: "192.168.0.0/16", encapsulation }] },
  });
  test.each(["IPIP", "IPIPCrossSubnet", "VXLAN", "VXLANCrossSubnet", "None"])("%s works", (mode) => {
    expect(stackSaid({ ec2: { endpoint: OWN }, ...pool(mode) })).toEqual([]);
  });

  test.each(["IPIPCrossSubnet", "VXLANCrossSubnet", "None"])(
    "%s loses packets where EC2 checks the source",
    (mode) => {
      const ec2 = { endpoint: OWN, sourceDestCheck: "on" };
      expect(stackSaid({ ec2, ...pool(mode) })).toEqual([
        expect.stringMatching(/^calico\.pools\.0\.encapsulation: .*EC2 drops/),
      ]);
      expect(stackSaid({ ec2: { ...ec2, sourceDestCheck: "felix" }, ...pool(mode) })).toEqual([]);
    },
  );

  test("wrapped packets pass the check, and so does the pool of one's own that is left out", () => {
    const ec2 = { endpoint: OWN, sourceDestCheck: "on" };
    for (const mode of ["IPIP", "VXLAN"]) expect(stackSaid({ ec2, ...pool(mode) })).toEqual([]);
    expect(stackSaid({ ec2 })).toEqual([]);
  });

  test("what the security group does not let pass is refused, all at once", () => {
    const ec2 = { endpoint: OWN, between: ["vxlan"] };
    expect(stackSaid({ ec2, ...pool("IPIP") })).toEqual([
      expect.stringMatching(/^ec2\.between: .*BGP, TCP 179/),
      expect.stringMatching(/^ec2\.between: .*IPIP, IP protocol 4/),
      expect.stringMatching(/^ec2\.between: .*Typha, TCP 5473/),
    ]);
  });

  test("sections of another target are refused", () => {
    expect(stackSaid({ ec2: { endpoint: OWN }, eks: {} })).toEqual([
      "eks: is for target eks, and the target is ec2",
    ]);
  });
});
