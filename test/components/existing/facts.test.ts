import type { ClusterAnswers } from "../../../components/existing/plan/cluster-questions";
import { foundCluster } from "../../../components/existing/plan/found-cluster";
import {
  configMap,
  controlPlane,
  daemonSet,
  eks,
  k3s,
  kind,
  kops,
  kubeadm,
  node,
  withOperator,
} from "./recorded";

const found = (answers: ClusterAnswers) => {
  const f = foundCluster(answers, "labs-mine");
  return {
    platform: f.platform,
    workers: f.nodes?.workers,
    all: f.nodes?.all,
    cni: f.cni?.value,
    pods: f.podCidrs?.value,
    services: f.serviceCidrs?.value,
    proxy: f.kubeProxyMode?.value,
    balancer: f.loadBalancer?.value,
    dns: f.dns,
    reaches: f.controlPlaneReachesPods?.value,
  };
};

test.each<[string, ClusterAnswers, object]>([
  [
    "kubeadm, bare",
    kubeadm(),
    {
      platform: "kubeadm",
      workers: 2,
      all: 3,
      cni: "none",
      pods: ["10.244.0.0/16"],
      services: ["10.96.0.0/12"],
      proxy: "iptables",
      balancer: "none",
      dns: "10.96.0.10",
    },
  ],
  ["kind with its own CNI", kind(), { platform: "kind", workers: 1, cni: "other", proxy: "iptables" }],
  [
    "kops with Calico",
    kops(),
    {
      platform: "kops",
      workers: 2,
      cni: "calico",
      pods: ["100.96.0.0/11"],
      services: ["100.64.0.0/13"],
      proxy: "iptables",
      balancer: "aws-in-tree",
      dns: "100.64.0.10",
    },
  ],
  [
    "EKS",
    eks(),
    {
      platform: "EKS",
      workers: 2,
      cni: "aws",
      pods: undefined,
      services: ["172.20.0.0/16"],
      proxy: "nftables",
      balancer: "aws-in-tree",
      reaches: undefined,
    },
  ],
  [
    "EKS with Calico's own network",
    withOperator({ ...eks(), objects: { ...eks().objects, daemonSets: [] } }),
    { cni: "calico", reaches: false },
  ],
  // Its control plane shows no arguments, and its kube-proxy no pod: nothing is made up.
  [
    "k3s",
    k3s(),
    {
      platform: "k3s",
      workers: 1,
      cni: "other",
      pods: undefined,
      services: ["10.43.0.0/16"],
      proxy: undefined,
      balancer: "none",
    },
  ],
])("%s", (_what, answers, expected) => {
  expect(found(answers)).toMatchObject(expected);
});

test.each([
  ["Always", "Never", "IPIP"],
  ["CrossSubnet", "Never", "IPIPCrossSubnet"],
  ["Never", "Always", "VXLAN"],
  ["Never", "CrossSubnet", "VXLANCrossSubnet"],
  ["Never", "Never", "None"],
])("kops with ipipMode %s and vxlanMode %s: %s", (ipip, vxlan, encapsulation) => {
  expect(foundCluster(kops(ipip, vxlan), "labs-mine").calico).toEqual({
    by: "manifest",
    version: "v3.31.6",
    api: false,
    bgp: true,
    dataplane: "Iptables",
    encapsulation,
    pools: [{ name: "default-ipv4-ippool", cidr: "100.96.0.0/11", encapsulation, natOutgoing: true }],
  });
});

test("Calico of somebody else: its pools say where addresses come from, those for other uses do not", () => {
  const f = foundCluster(withOperator(kubeadm()), "labs-mine");
  expect(f.cni?.value).toBe("calico");
  expect(f.podCidrs).toEqual({ value: ["10.244.0.0/17"], from: "IPPools default-ipv4-ippool" });
  expect(f.calico).toMatchObject({
    by: "operator",
    version: "v3.33.1",
    api: true,
    bgp: true,
    encapsulation: "VXLANCrossSubnet",
  });
});

test("after the first up Calico is the stack's own: its second up finds what the first has found", () => {
  const before = found(kubeadm());
  const after = found(withOperator(kubeadm(), "labs-mine"));
  expect(after).toEqual(before);
  expect(foundCluster(withOperator(kubeadm(), "labs-mine"), "labs-mine").calico).toBeUndefined();
  // Another stack's is somebody else's.
  expect(found(withOperator(kubeadm(), "labs-theirs")).cni).toBe("calico");
});

test.each<[string, Partial<ClusterAnswers["objects"]>, object]>([
  [
    "kube-proxy that a selector turned off",
    { daemonSets: [daemonSet("kube-system", "kube-proxy", 0)] },
    { proxy: "none" },
  ],
  [
    "kube-proxy of a mode that is not known",
    { proxyConfig: [configMap("kube-proxy", { "config.conf": "mode: userspace" })] },
    { proxy: undefined },
  ],
  [
    "a ConfigMap that is no YAML",
    { kubeadm: [configMap("kubeadm-config", { ClusterConfiguration: "a: [" })] },
    { pods: ["10.244.0.0/16"] },
  ],
  [
    "a range that is none",
    {
      kubeadm: [configMap("kubeadm-config", { ClusterConfiguration: "networking: { podSubnet: ten }" })],
      componentPods: [],
    },
    { pods: undefined },
  ],
  [
    "a dual stack",
    {
      kubeadm: [
        configMap("kubeadm-config", {
          ClusterConfiguration: 'networking: { podSubnet: "10.1.2.3/16,FD00::/56" }',
        }),
      ],
    },
    { pods: ["10.1.0.0/16", "fd00::/56"] },
  ],
  // What is cordoned or not ready yet comes back; what is tainted for others does not take the labs' pods.
  [
    "nodes with taints",
    {
      nodes: [
        node("a", { taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }] }),
        node("b", { taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] }),
        node("c", { taints: [{ key: "soft", effect: "PreferNoSchedule" }] }),
        controlPlane("d"),
      ],
    },
    { workers: 2, all: 4 },
  ],
  [
    "nodes that are Ready by a CNI that nobody knows",
    { nodes: [node("a")], daemonSets: [] },
    { cni: undefined },
  ],
  [
    "MetalLB",
    { daemonSets: [daemonSet("metallb-system", "speaker", 1, [], { app: "metallb" })] },
    { balancer: "provided" },
  ],
  [
    "a CNI whose DaemonSet has no node to run on",
    { daemonSets: [daemonSet("kube-system", "aws-node", 0)] },
    { cni: "none" },
  ],
])("%s", (_what, objects, expected) => {
  const answers = kubeadm();
  expect(found({ ...answers, objects: { ...answers.objects, ...objects } })).toMatchObject(expected);
});

test("what may not be read is not taken for absent", () => {
  const answers = kubeadm();
  const { daemonSets: _, awsController: __, ...rest } = answers.objects;
  const refused = { daemonSets: "forbidden", awsController: "forbidden" };
  expect(found({ ...answers, objects: rest, refused })).toMatchObject({
    cni: undefined,
    balancer: undefined,
    proxy: undefined,
  });
});

test("an address of a Service decides nothing, and is told", () => {
  const answers = kubeadm();
  const served = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
  };
  const f = foundCluster({ ...answers, objects: { ...answers.objects, balanced: [served] } }, "labs-mine");
  expect([f.loadBalancer?.value, f.served]).toEqual(["none", "shop/web"]);
});
