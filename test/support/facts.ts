import type { ClusterFacts } from "../../kube/cluster-facts";

/** A kind cluster as the default config makes it. */
export const facts: ClusterFacts = {
  platform: "kind",
  kubernetes: "1.36",
  workers: 2,
  cni: { type: "calico", bgp: true, encapsulation: "VXLANCrossSubnet", podsRoutable: false },
  podCidrs: ["192.168.0.0/16"],
  serviceCidr: "10.96.0.0/16",
  kubeProxyMode: "iptables",
  controlPlaneReachesPods: true,
  loadBalancer: "none",
  hostPorts: [80, 443].map((p) => ({
    nodePort: p,
    hostPort: p,
    listenAddress: "127.0.0.1",
    protocol: "TCP",
  })),
  hostPortNodes: { "ingress-ready": "true" },
  baseDomain: "localhost",
  owned: true,
};
