import type { EngineFacts, MachineFacts, WantedCluster } from "../../../components/kind/machine-facts";
import { judgeMachine } from "../../../components/kind/plan/machine-checks";
import { engineFacts, routesIn, tunnelsIn } from "../../../components/kind/read-machine";

const GIB = 2 ** 30;
const engine: EngineFacts = {
  system: "Debian GNU/Linux 12",
  podman: false,
  cgroup: "2",
  rootless: false,
  limits: true,
  memory: 16 * GIB,
  here: true,
};
const good: MachineFacts = {
  engine,
  kind: "0.33.0",
  inotify: { instances: 512, watches: 524288 },
  unprivilegedPorts: 1024,
  freeDisk: 100 * GIB,
  networks: [{ name: "kind", subnets: ["172.18.0.0/16"] }],
  routes: [],
  nodes: 0,
};
const port = (hostPort: number) => ({ hostPort, protocol: "TCP", listenAddress: "127.0.0.1" });
const NONE = {
  ipip: false,
  vxlan: false,
  macvlan: false,
  dummy: false,
  xt_set: false,
  br_netfilter: false,
} as const;
const cluster: WantedCluster = {
  name: "labs-kind",
  kubernetes: "1.36",
  image: "kindest/node:v1.36.4",
  nodes: 3,
  hostPorts: [port(30002), port(80)],
  ranges: [
    { key: "podCidr", cidr: "192.168.0.0/16" },
    { key: "serviceCidr", cidr: "10.96.0.0/16" },
  ],
  ipv6: false,
};
const own = { name: "labs-kind", subnet: "198.19.0.0/20" };
const judge = (facts: Partial<MachineFacts>, ...wanted: WantedCluster[]) =>
  judgeMachine({ ...good, ...facts }, wanted.length === 0 ? [cluster] : wanted);

test("a good machine has no problem and nothing unknown, also where no cluster is to be made", () => {
  expect(judge({})).toEqual({ problems: [], notes: [] });
  expect(judgeMachine({ networks: [], nodes: 0 }, [])).toEqual({ problems: [], notes: [] });
});

test.each<[string, Partial<MachineFacts>, WantedCluster, RegExp]>([
  [
    "cgroup v1",
    { engine: { ...engine, cgroup: "1" } },
    cluster,
    /^docker: cgroup v1: the kubelet of Kubernetes 1\.36 does not start/,
  ],
  [
    "an old kind",
    { kind: "0.31.0" },
    cluster,
    /^kind: v0\.31\.0: makes no nodes of Kubernetes 1\.36: kind does since v0\.32\.0/,
  ],
  [
    "rootless without delegation",
    { engine: { ...engine, rootless: true, limits: false }, unprivilegedPorts: 80 },
    cluster,
    /Delegate=yes/,
  ],
  [
    "rootless and port 80",
    { engine: { ...engine, rootless: true } },
    cluster,
    /^kind\.portMappings: 80: .*from 1024 only.*ip_unprivileged_port_start=80/,
  ],
  ["podman by kind's variable", { provider: "podman" }, cluster, /^KIND_EXPERIMENTAL_PROVIDER: podman/],
  [
    "podman in docker's place",
    { engine: { ...engine, podman: true } },
    cluster,
    /^docker: Podman: answers in Docker's place/,
  ],
  ["Windows itself", { windows: true }, { ...cluster, balanced: true }, /^kind\.loadBalancer: .*WSL2/],
  [
    "few inotify instances",
    { inotify: { instances: 128, watches: 524288 } },
    cluster,
    /^fs\.inotify: max_user_instances 128.*3 nodes need about 192 and 12288.*sudo sysctl fs\.inotify\.max_user_instances=512/,
  ],
  [
    "few in a virtual machine",
    { engine: { ...engine, here: false }, inotify: { instances: 128, watches: 8192 } },
    cluster,
    /docker run --rm --privileged --entrypoint sysctl kindest\/node:v1\.36\.4 -w/,
  ],
  [
    "beside nodes that run",
    { inotify: { instances: 256, watches: 524288 }, nodes: 3 },
    cluster,
    /6 nodes need about 384/,
  ],
  [
    "pods in the nodes' network",
    { networks: [{ name: "kind", subnets: ["192.168.16.0/20"] }] },
    cluster,
    /^kind\.podCidr: 192\.168\.0\.0\/16: overlaps the nodes' own network: docker network kind is 192\.168\.16\.0\/20/,
  ],
  [
    "Services in it",
    { networks: [{ name: "kind", subnets: ["10.96.0.0/20"] }] },
    cluster,
    /^kind\.serviceCidr: /,
  ],
  [
    "a route where the nodes' network is to be",
    { routes: [{ cidr: "198.18.0.0/15", device: "tun0" }] },
    { ...cluster, network: own },
    /^kind\.network\.subnet: .*route to 198\.18\.0\.0\/15 \(tun0\)/,
  ],
  [
    "little memory",
    { engine: { ...engine, memory: 1.9 * GIB, here: false } },
    cluster,
    /^docker: 1\.9 GiB of memory: the cluster of 3 nodes needs about 2\.0 GiB.*virtual machine/,
  ],
  [
    "a kernel too old for eBPF",
    { engine: { ...engine, kernel: "5.4.0-42-generic" }, bpffs: true },
    { ...cluster, ebpf: true },
    /^docker: Linux 5\.4\.0-42-generic: is older than Calico's eBPF dataplane needs.*another calico\.dataplane/,
  ],
  [
    "eBPF without root",
    { engine: { ...engine, kernel: "6.8.0", rootless: true }, bpffs: true, unprivilegedPorts: 80 },
    { ...cluster, ebpf: true },
    /^docker: rootless: may not load eBPF programs/,
  ],
  [
    "no BPF filesystem",
    { engine: { ...engine, kernel: "6.8.0" }, bpffs: false },
    { ...cluster, ebpf: true },
    /^docker: no bpf in \/proc\/filesystems/,
  ],
  [
    "little memory for eBPF's tables",
    { engine: { ...engine, kernel: "6.8.0", memory: 3 * GIB }, bpffs: true },
    { ...cluster, ebpf: true },
    /^docker: 3\.0 GiB of memory: the cluster of 3 nodes needs about 3\.5 GiB/,
  ],
  [
    "a kernel without IPIP",
    { tunnels: { ...NONE, vxlan: true } },
    { ...cluster, tunnels: ["ipip", "vxlan"] },
    /^docker: no module ipip: the kernel cannot make the tunnels that a pool asks for.*linux-modules-extra/,
  ],
  [
    "a kernel without what Weave Net's controller needs",
    { tunnels: { ...NONE, br_netfilter: true } },
    { ...cluster, tunnels: ["xt_set", "br_netfilter"] },
    /^docker: no module xt_set: Weave Net's policy controller needs it .*or remove kind.cni$/,
  ],
  ["little disk", { freeDisk: 2 * GIB }, cluster, /^docker: 2\.0 GiB of disk: .*about 5\.5 GiB/],
])("%s is refused, with a way out", (_, facts, wanted, text) => {
  const found = judge(facts, wanted).problems.map(
    (p) => `${p.path}: ${String(p.value)}: ${p.message} | ${p.fix ?? ""}`,
  );
  expect(found).toEqual([expect.stringMatching(text)]);
});

test("a class is judged by all of its clusters", () => {
  const all = Array.from({ length: 12 }, (_, i) => ({ ...cluster, name: `net101-s${i}` }));
  expect(judge({}, ...all).problems.map((p) => p.message)).toEqual([
    expect.stringMatching(/^36 nodes need about 2304/),
    "12 clusters of 36 nodes need about 24.0 GiB",
  ]);
});

test("eBPF: a good kernel is one, what is not known is said, and nobody else is asked", () => {
  const ebpf = { ...cluster, ebpf: true };
  expect(judge({ engine: { ...engine, kernel: "6.8.0" }, bpffs: true }, ebpf)).toEqual({
    problems: [],
    notes: [],
  });
  expect(judge({}, ebpf).notes).toEqual([
    expect.stringMatching(/^not known: the kernel where Docker runs/),
    expect.stringMatching(/^not known: whether the kernel has the BPF filesystem/),
  ]);
  expect(judge({ engine: { ...engine, kernel: "4.4.0" }, bpffs: false }).problems).toEqual([]);
});

test("what could not be asked is said, not passed", () => {
  const { problems, notes } = judgeMachine(
    {
      networks: [],
      nodes: 0,
      engine: { system: "Docker Desktop", podman: false, rootless: true, limits: true, here: false },
    },
    [cluster],
  );
  expect(problems).toEqual([]);
  expect(notes.map((n) => /^not known: (.{24})/.exec(n)?.[1])).toEqual(
    [
      "the engine's cgroup versi",
      "whether rootless Docker m",
      "the version of kind; the ",
      "the inotify limits where ",
      "the engine's memory; abou",
      "the free disk where Docke",
    ].map((s) => s.slice(0, 24)),
  );
});

test("an older kind that can is noted; so is what pods lose to their range, with the home network's name", () => {
  const { problems, notes } = judge({
    kind: "0.32.0",
    routes: [{ cidr: "192.168.1.0/24", device: "wlan0" }],
    networks: [...good.networks, { name: "shop_default", subnets: ["192.168.32.0/20"] }],
  });
  expect(problems).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/^kind v0\.32\.0 is older than v0\.33\.0/),
    "kind.podCidr 192.168.0.0/16: pods will not reach docker network shop_default (192.168.32.0/20), 192.168.1.0/24 (wlan0), which has addresses in it",
  ]);
});

describe("what engines say of themselves", () => {
  const self = { host: "laptop", kernel: "6.8.0", platform: "linux" as const };
  const info = {
    Name: "laptop",
    KernelVersion: "6.8.0",
    OperatingSystem: "Ubuntu",
    CgroupVersion: "2",
    MemTotal: 8,
    SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"],
  };
  const facts = (more: object, env: NodeJS.ProcessEnv = {}, components: string[] = ["Engine"]) =>
    engineFacts({ info: { ...info, ...more }, components }, env, self);
  test.each([
    ["Docker on this machine", facts({}), { here: true, rootless: true, cgroup: "2", podman: false }],
    [
      "Docker Desktop",
      facts({ Name: "docker-desktop", SecurityOptions: null }),
      { here: false, rootless: false },
    ],
    ["an engine elsewhere", facts({}, { DOCKER_HOST: "ssh://me@laptop" }), { here: false }],
    ["podman's socket", facts({}, {}, ["Podman Engine", "Conmon"]), { podman: true }],
    [
      "podman's own command",
      engineFacts({ info: { host: { security: { rootless: true } } }, components: [] }, {}, self),
      { podman: true, rootless: true },
    ],
  ])("%s", (_, found, expected) => {
    expect(found).toMatchObject(expected);
  });
});

test("routes as the kernel prints them; the default route is none", () => {
  const table = [
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
    "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
    "tun0\t0000000A\t00000000\t0001\t0\t0\t50\t000000FF\t0\t0\t0",
    "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0",
  ].join("\n");
  expect(routesIn(table)).toEqual([
    { cidr: "10.0.0.0/8", device: "tun0" },
    { cidr: "192.168.1.0/24", device: "wlan0" },
  ]);
});

test("tunnels: only what pools ask for is asked, and what cannot be known is said", () => {
  expect(judge({ tunnels: NONE }, { ...cluster, tunnels: [] })).toEqual({ problems: [], notes: [] });
  expect(judge({}, { ...cluster, tunnels: ["vxlan"] }).notes).toEqual([
    "not known: whether the kernel where Docker runs has vxlan, which pools, the CNI or labs ask for",
  ]);
});

test("a macvlan network without a parent needs two modules", () => {
  const { problems } = judge(
    { tunnels: { ...NONE, macvlan: true } },
    { ...cluster, tunnels: ["macvlan", "dummy"] },
  );
  expect(problems.map((p) => `${String(p.value)}: ${p.message}`)).toEqual([
    "no module dummy: the kernel cannot make the Docker network that a lab asks for",
  ]);
});

test("tunnels are read from kmod's lists, built in or not, compressed or not", () => {
  const lists =
    "kernel/net/ipv4/ipip.ko\n\nkernel/drivers/net/vxlan/vxlan.ko.zst: kernel/net/ipv4/udp_tunnel.ko.zst";
  expect(tunnelsIn(lists)).toEqual({ ...NONE, ipip: true, vxlan: true });
  expect(tunnelsIn("kernel/net/netfilter/ipvs/ip_vs.ko:\nkernel/x/not_vxlan.ko:")).toEqual(NONE);
});
