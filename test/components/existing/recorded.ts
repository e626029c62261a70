import type { ClusterAnswers } from "../../../components/existing/plan/cluster-questions";
import type { KubeObject } from "../../../kube/objects";

/**
 * What API servers answer, in the shapes that each way of making a cluster gives them: kubeadm 1.36 (its templates and
 * constants), kops 1.36 (its golden files, cluster privatecalico), kind (kubeadm's, with its own provider id), EKS, k3s.
 */
const object = (kind: string, name: string, meta: object, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, ...meta },
  ...rest,
});

const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

export const node = (
  name: string,
  more: { labels?: object; taints?: object[]; ready?: boolean; providerID?: string } = {},
) =>
  object(
    "Node",
    name,
    { labels: { "kubernetes.io/hostname": name, ...more.labels } },
    {
      spec: {
        ...(more.taints === undefined ? {} : { taints: more.taints }),
        ...(more.providerID === undefined ? {} : { providerID: more.providerID }),
      },
      status: {
        conditions: [{ type: "Ready", status: more.ready === false ? "False" : "True" }],
        addresses: [
          { type: "InternalIP", address: "10.0.0.4" },
          { type: "Hostname", address: name },
        ],
        nodeInfo: { architecture: "amd64", kubeletVersion: "v1.36.2", osImage: "Ubuntu 24.04.3 LTS" },
      },
    },
  );

export const controlPlane = (name: string, more: Parameters<typeof node>[1] = {}) =>
  node(name, {
    ...more,
    labels: { [CONTROL_PLANE]: "", ...more.labels },
    taints: [{ key: CONTROL_PLANE, effect: "NoSchedule" }],
  });

export const daemonSet = (
  namespace: string,
  name: string,
  desired = 3,
  containers: object[] = [],
  labels: object = {},
) =>
  object(
    "DaemonSet",
    name,
    { namespace, labels },
    { spec: { template: { spec: { containers } } }, status: { desiredNumberScheduled: desired } },
  );

export const configMap = (name: string, data: Record<string, string>) =>
  object("ConfigMap", name, { namespace: "kube-system" }, { data });

const pod = (name: string, labels: object, container: object) =>
  object("Pod", name, { namespace: "kube-system", labels }, { spec: { containers: [container] } });

export const pool = (name: string, spec: object) =>
  object("IPPool", name, {}, { spec: { natOutgoing: true, nodeSelector: "all()", blockSize: 26, ...spec } });

const clusterConfiguration = `apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
clusterName: kubernetes
controlPlaneEndpoint: 10.0.0.4:6443
kind: ClusterConfiguration
kubernetesVersion: v1.36.2
networking:
  dnsDomain: cluster.local
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
`;

const proxyConfig = (mode: string) => ({
  "config.conf": `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nclusterCIDR: 10.244.0.0/16\nkind: KubeProxyConfiguration\nmode: "${mode}"\n`,
  "kubeconfig.conf":
    "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://10.0.0.4:6443\n  name: default\n",
});

/** kubeadm init and two workers, with nothing on it yet: its nodes are not Ready. */
export const kubeadm = (mode = ""): ClusterAnswers => ({
  version: "v1.36.2",
  refused: {},
  objects: {
    nodes: [controlPlane("cp", { ready: false }), node("w1", { ready: false }), node("w2", { ready: false })],
    kubeadm: [configMap("kubeadm-config", { ClusterConfiguration: clusterConfiguration })],
    componentPods: [
      pod(
        "kube-controller-manager-cp",
        { component: "kube-controller-manager", tier: "control-plane" },
        {
          command: [
            "kube-controller-manager",
            "--cluster-cidr=10.244.0.0/16",
            "--service-cluster-ip-range=10.96.0.0/12",
          ],
        },
      ),
    ],
    appPods: [],
    proxyPods: [
      pod(
        "kube-proxy-x",
        { "k8s-app": "kube-proxy" },
        { command: ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"] },
      ),
    ],
    proxyConfig: [configMap("kube-proxy", proxyConfig(mode))],
    eksProxyConfig: [],
    serviceRanges: [object("ServiceCIDR", "kubernetes", {}, { spec: { cidrs: ["10.96.0.0/12"] } })],
    dns: [object("Service", "kube-dns", { namespace: "kube-system" }, { spec: { clusterIP: "10.96.0.10" } })],
    daemonSets: [daemonSet("kube-system", "kube-proxy")],
    awsController: [],
    balanced: [],
    installation: [],
    operatorNamespace: [],
    calicoConfig: [],
    calicoApi: [],
    pools: [],
    storedPools: [],
  },
});

const changed = (answers: ClusterAnswers, objects: ClusterAnswers["objects"], version = answers.version) => ({
  ...answers,
  version,
  objects: { ...answers.objects, ...objects },
});

/** kind's own network; its kube-proxy is told its mode. */
export const kind = (): ClusterAnswers =>
  changed(kubeadm("iptables"), {
    nodes: [
      controlPlane("kind-control-plane", { providerID: "kind://docker/kind/kind-control-plane" }),
      node("kind-worker", { providerID: "kind://docker/kind/kind-worker" }),
    ],
    daemonSets: [daemonSet("kube-system", "kube-proxy"), daemonSet("kube-system", "kindnet")],
  });

/** `kops create cluster --networking calico` on AWS: static pods with arguments, no kubeadm, Calico by its manifest. */
export const kops = (ipip = "CrossSubnet", vxlan = "Never"): ClusterAnswers => {
  const of = (name: string, zone: string, role: "control-plane" | "node") => ({
    labels: { "kops.k8s.io/instancegroup": role, "topology.kubernetes.io/zone": zone },
    providerID: `aws:///${zone}/i-${name}`,
  });
  const goRunner = ["/go-runner"];
  return changed(kubeadm(), {
    nodes: [
      controlPlane("i-0", of("0", "us-east-1a", "control-plane")),
      node("i-1", of("1", "us-east-1a", "node")),
      node("i-2", of("2", "us-east-1b", "node")),
    ],
    kubeadm: [],
    componentPods: [],
    appPods: [
      pod(
        "kube-controller-manager-i-0",
        { "k8s-app": "kube-controller-manager" },
        {
          command: goRunner,
          args: ["/usr/local/bin/kube-controller-manager", "--cluster-cidr=100.96.0.0/11"],
        },
      ),
      pod(
        "kube-apiserver-i-0",
        { "k8s-app": "kube-apiserver" },
        {
          command: goRunner,
          args: ["/usr/local/bin/kube-apiserver", "--service-cluster-ip-range=100.64.0.0/13"],
        },
      ),
    ],
    proxyPods: ["i-0", "i-1", "i-2"].map((at) =>
      pod(
        `kube-proxy-${at}`,
        { "k8s-app": "kube-proxy", tier: "node" },
        { command: goRunner, args: ["/usr/local/bin/kube-proxy", "--cluster-cidr=100.96.0.0/11"] },
      ),
    ),
    proxyConfig: [],
    serviceRanges: [],
    dns: [
      object("Service", "kube-dns", { namespace: "kube-system" }, { spec: { clusterIP: "100.64.0.10" } }),
    ],
    daemonSets: [
      daemonSet("kube-system", "calico-node", 3, [
        { image: "docker.io/calico/node:v3.31.6", env: [{ name: "FELIX_BPFENABLED", value: "false" }] },
      ]),
      daemonSet("kube-system", "aws-cloud-controller-manager", 1),
    ],
    calicoConfig: [configMap("calico-config", { calico_backend: "bird" })],
    storedPools: [pool("default-ipv4-ippool", { cidr: "100.96.0.0/11", ipipMode: ipip, vxlanMode: vxlan })],
  });
};

/** EKS with its own CNI: no control plane to be seen, kube-proxy's config under another name. */
export const eks = (): ClusterAnswers =>
  changed(
    kubeadm(),
    {
      nodes: ["a", "b"].map((z) =>
        node(`ip-${z}`, {
          labels: {
            "eks.amazonaws.com/nodegroup": "workers",
            "topology.kubernetes.io/zone": `eu-west-1${z}`,
          },
          providerID: `aws:///eu-west-1${z}/i-${z}`,
        }),
      ),
      kubeadm: [],
      componentPods: [],
      proxyConfig: [configMap("kube-proxy", { kubeconfig: "apiVersion: v1" })],
      eksProxyConfig: [configMap("kube-proxy-config", { config: 'mode: "nftables"\n' })],
      serviceRanges: [object("ServiceCIDR", "kubernetes", {}, { spec: { cidrs: ["172.20.0.0/16"] } })],
      daemonSets: [daemonSet("kube-system", "kube-proxy"), daemonSet("kube-system", "aws-node")],
    },
    "v1.36.2-eks-3abbec1",
  );

/** k3s: all in one process, Flannel among it. */
export const k3s = (): ClusterAnswers =>
  changed(
    kubeadm(),
    {
      nodes: [
        object(
          "Node",
          "k3s",
          {
            labels: { [CONTROL_PLANE]: "true" },
            annotations: { "flannel.alpha.coreos.com/backend-type": "vxlan" },
          },
          { spec: { podCIDR: "10.42.0.0/24" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
        ),
      ],
      kubeadm: [],
      componentPods: [],
      proxyPods: [],
      proxyConfig: [],
      serviceRanges: [object("ServiceCIDR", "kubernetes", {}, { spec: { cidrs: ["10.43.0.0/16"] } })],
      daemonSets: [],
    },
    "v1.36.2+k3s1",
  );

/** Calico by the operator, of somebody or of a stack's own (`owner`), over a cluster that had none. */
export const withOperator = (answers: ClusterAnswers, owner?: string): ClusterAnswers =>
  changed(answers, {
    nodes: (answers.objects.nodes ?? []).map((n) => ({
      ...n,
      status: { ...(n["status"] as object), conditions: [{ type: "Ready", status: "True" }] },
    })),
    daemonSets: [...(answers.objects.daemonSets ?? []), daemonSet("calico-system", "calico-node")],
    operatorNamespace: [
      object(
        "Namespace",
        "tigera-operator",
        owner === undefined ? {} : { labels: { "k8s-network-labs/cluster": owner } },
      ),
    ],
    installation: [
      object(
        "Installation",
        "default",
        {},
        {
          spec: { calicoNetwork: { linuxDataplane: "Iptables" } },
          status: {
            calicoVersion: "v3.33.1",
            computed: { calicoNetwork: { bgp: "Enabled", linuxDataplane: "Iptables" } },
          },
        },
      ),
    ],
    calicoApi: [object("APIResourceList", "", {})],
    pools: [
      pool("default-ipv4-ippool", { cidr: "10.244.0.0/17", vxlanMode: "CrossSubnet", ipipMode: "Never" }),
      pool("old", { cidr: "10.9.0.0/16", disabled: true }),
      pool("balancers", { cidr: "10.8.0.0/24", allowedUses: ["LoadBalancer"] }),
    ],
  });
