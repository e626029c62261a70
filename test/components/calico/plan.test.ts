import type { CalicoConfig, PoolConfig } from "../../../components/calico/calico-config";
import { planCalico } from "../../../components/calico/plan/calico-plan";
import type { CalicoSite } from "../../../components/calico/plan/calico-site";
import { installation, operatorValues } from "../../../components/calico/plan/specs";
import { versionSets } from "../../../components/versions";

const site: CalicoSite = {
  cni: "calico",
  bgp: { possible: true },
  podCidrs: ["192.168.0.0/16"],
  serviceCidrs: ["10.96.0.0/16"],
  kubeProxyMode: "iptables",
  kubeProxyOff: "turn it off",
  nodesAtInstall: 3,
  workers: 2,
};
const config: CalicoConfig = { install: true, wireguard: false, containerIpForwarding: false };
const pool = (over: Partial<PoolConfig>): PoolConfig => ({
  cidr: "192.168.0.0/16",
  encapsulation: "VXLAN",
  blockSize: 26,
  natOutgoing: true,
  nodeSelector: "all()",
  ...over,
});
const none = { charts: {}, images: {} };

const plan = (w: Partial<CalicoConfig> = {}, s: Partial<CalicoSite> = {}) =>
  planCalico({ ...config, ...w }, { ...site, ...s }, versionSets[0]);
const told = (w: Partial<CalicoConfig>, s: Partial<CalicoSite> = {}): string[] =>
  plan(w, s).problems.map((p) => `${p.path}: ${p.message}`);

describe("refused, with the reason, before anything is made", () => {
  test.each<[string, Partial<CalicoConfig>, Partial<CalicoSite>, RegExp]>([
    [
      "a pool outside the pod CIDR",
      { pools: [pool({ cidr: "10.0.0.0/16" })] },
      {},
      /^calico\.pools\.0\.cidr: is outside the cluster's pod CIDR/,
    ],
    [
      "flow logs of a Calico that this stack does not install",
      { install: false, observability: true },
      {},
      /^calico\.observability: is part of a Calico that this stack installs/,
    ],
    [
      "IPIP without BGP",
      { bgp: false, pools: [pool({ encapsulation: "IPIP" })] },
      {},
      /encapsulation: needs BGP, which is off/,
    ],
    [
      "no encapsulation without BGP",
      { bgp: false, pools: [pool({ encapsulation: "None" })] },
      {},
      /encapsulation: needs BGP, which is off/,
    ],
    [
      "IPIPCrossSubnet without BGP",
      { bgp: false, pools: [pool({ encapsulation: "IPIPCrossSubnet" })] },
      {},
      /encapsulation: needs BGP/,
    ],
    [
      "an overlap with the service CIDR",
      { pools: [pool({ cidr: "10.96.128.0/17" })] },
      { podCidrs: [] },
      /overlaps the Service range 10\.96\.0\.0\/16/,
    ],
    [
      "an overlap with the VPC",
      { pools: [pool({})] },
      { taken: [{ what: "the VPC", cidr: "192.168.128.0/20" }] },
      /overlaps the VPC/,
    ],
    [
      "a block larger than the pool",
      { pools: [pool({ cidr: "192.168.0.0/27", blockSize: 26 })] },
      {},
      /a \/26 block does not fit a \/27 pool/,
    ],
    [
      "fewer blocks than nodes",
      { pools: [pool({ cidr: "192.168.0.0/25", blockSize: 26 })] },
      {},
      /holds 2 blocks, and 3 nodes each need one/,
    ],
    [
      "two pools that overlap",
      { pools: [pool({}), pool({ cidr: "192.168.4.0/24" })] },
      {},
      /pools\.1\.cidr: overlaps pool default-ipv4-ippool/,
    ],
    [
      "BGP where nodes cannot speak it",
      { bgp: true },
      { bgp: { possible: false, reason: "EKS nodes have no BGP" } },
      /EKS nodes have no BGP/,
    ],
    ["BGP beside a cloud's CNI", { bgp: true }, { cni: "aws" }, /BGP needs Calico's own CNI/],
    ["pools beside a cloud's CNI", { pools: [pool({})] }, { cni: "aws" }, /pools need Calico's own CNI/],
    [
      "nftables beside iptables",
      { dataplane: "Nftables" },
      {},
      /does not go with kube-proxy in iptables mode/,
    ],
    [
      "CRDs by an operator that cannot run",
      { crds: "operator" },
      { nodesAtInstall: 0, workers: 0 },
      /no node could run the operator/,
    ],
  ])("%s", (_what, w, s, message) => {
    expect(told(w, s).join("\n")).toMatch(message);
  });
});

test("a pool outside of a block size problem names the size that would do", () => {
  expect(plan({ pools: [pool({ cidr: "192.168.0.0/25", blockSize: 26 })] }).problems[0]?.fix).toMatch(
    /block size of 27 or more/,
  );
});

test.each([
  ["choose a range inside fd00:10::/56", { podCidrs: ["192.168.0.0/16", "fd00:10::/56"] }],
  ["remove the pool", { podCidrs: ["192.168.0.0/16"] }],
])("a pool outside the pod CIDR is told a range of its own family: %s", (fix, s) => {
  const problems = plan({ pools: [pool({ cidr: "fd99::/64", encapsulation: "VXLAN" })] }, s).problems;
  expect(problems.find((p) => p.path === "calico.pools.0.cidr")?.fix).toBe(fix);
});

test.each(["VXLAN", "VXLANCrossSubnet", "IPIP", "IPIPCrossSubnet", "None"] as const)(
  "%s works with BGP",
  (encapsulation) => {
    expect(told({ pools: [pool({ encapsulation })] })).toEqual([]);
  },
);

test("the dataplane follows kube-proxy", () => {
  expect(plan({}, { kubeProxyMode: "nftables" }).plan.dataplane).toBe("Nftables");
  expect(plan().plan.dataplane).toBe("Iptables");
});

test("the CNI is always named: on EKS the operator would take AmazonVPC by itself", () => {
  expect(installation(plan().plan, none)).toMatchObject({ spec: { cni: { type: "Calico" } } });
  const policyOnly = installation(plan({}, { cni: "aws", podCidrs: [] }).plan, none);
  expect(policyOnly).toMatchObject({
    spec: { cni: { type: "AmazonVPC" }, calicoNetwork: { bgp: "Disabled" } },
  });
  expect(JSON.stringify(policyOnly)).not.toContain("ipPools");
});

test("an installation for BGP: no encapsulation, forwarding on", () => {
  const { plan: p, problems } = plan({
    containerIpForwarding: true,
    pools: [pool({ encapsulation: "None" })],
  });
  expect(problems).toEqual([]);
  expect(installation(p, none)).toMatchObject({
    spec: {
      calicoNetwork: {
        containerIPForwarding: "Enabled",
        ipPools: [{ cidr: "192.168.0.0/16", encapsulation: "None", natOutgoing: "Enabled" }],
      },
    },
  });
});

test("the operator is told which API to use", () => {
  const env = (i: 0 | 1): unknown =>
    (
      operatorValues(planCalico(config, site, versionSets[i]!).plan, none)["tigeraOperator"] as {
        env: unknown;
      }
    ).env;
  expect(env(0)).toEqual([{ name: "CALICO_API_GROUP", value: "projectcalico.org/v3" }]);
  expect(env(1)).toEqual([{ name: "CALICO_API_GROUP", value: "crd.projectcalico.org/v1" }]);
});
