import { stringify } from "yaml";

/** What kubeadm is told; `v1beta4` since Kubernetes 1.31. */
const KUBEADM = "kubeadm.k8s.io/v1beta4";

/** Filled in on the node: what is only known there, and what no user data may have. */
export const INSTANCE = "@INSTANCE@";
export const TOKEN = "@TOKEN@";
export const CA_HASH = "@CA_HASH@";

export interface KubeadmNode {
  /** Name of the node: no cloud provider gives another. */
  name: string;
  zone: string;
}

export interface KubeadmCluster {
  name: string;
  /** With the patch, as `1.36.4`. */
  version: string;
  /** Private address of the control plane, known before it exists. */
  address: string;
  podCidr: string;
  serviceCidr: string;
  kubeProxyMode: "iptables" | "ipvs" | "nftables" | "none";
}

export const API_PORT = 6443;

/** `provider-id`: for whoever looks for the instance of a node; no cloud provider runs here that would set it. */
const registration = ({ name, zone }: KubeadmNode) => ({
  name,
  criSocket: "unix:///run/containerd/containerd.sock",
  kubeletExtraArgs: [{ name: "provider-id", value: `aws:///${zone}/${INSTANCE}` }],
});

const documents = (...all: object[]): string => all.map((d) => stringify(d)).join("---\n");

/** For `kubeadm init`. @param publicAddress where the user reaches the API server: part of its certificate */
export function initConfig(cluster: KubeadmCluster, node: KubeadmNode, publicAddress: string): string {
  const { name, version, address, podCidr, serviceCidr, kubeProxyMode } = cluster;
  return documents(
    {
      apiVersion: KUBEADM,
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: address, bindPort: API_PORT },
      nodeRegistration: registration(node),
    },
    {
      apiVersion: KUBEADM,
      kind: "ClusterConfiguration",
      clusterName: name,
      kubernetesVersion: `v${version}`,
      controlPlaneEndpoint: `${address}:${API_PORT}`,
      // Small enough that a kubeconfig fits a parameter of 4 KB.
      encryptionAlgorithm: "ECDSA-P256",
      networking: { podSubnet: podCidr, serviceSubnet: serviceCidr },
      apiServer: { certSANs: [publicAddress, address] },
      ...(kubeProxyMode === "none" ? { proxy: { disabled: true } } : {}),
    },
    {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      // containerd has the same: two managers of one tree make nodes fall over under load.
      cgroupDriver: "systemd",
    },
    ...(kubeProxyMode === "none"
      ? []
      : [
          {
            apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
            kind: "KubeProxyConfiguration",
            mode: kubeProxyMode,
          },
        ]),
  );
}

/** For `kubeadm join`: token and hash are filled in on the node. */
export function joinConfig({ address }: Pick<KubeadmCluster, "address">, node: KubeadmNode): string {
  return documents({
    apiVersion: KUBEADM,
    kind: "JoinConfiguration",
    discovery: {
      bootstrapToken: {
        apiServerEndpoint: `${address}:${API_PORT}`,
        token: TOKEN,
        caCertHashes: [CA_HASH],
      },
    },
    nodeRegistration: registration(node),
  });
}
