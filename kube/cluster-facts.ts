/**
 * What is known of a cluster before it exists: plain data. Calico, ingress, TLS, labs and students ask these facts
 * and never which platform they run on; `platform` is for messages only.
 */
export interface ClusterFacts {
  /** For messages and links; nothing may decide by it. */
  platform: "kind" | "existing" | "eks" | "ec2";
  /** Kubernetes minor version, as `1.36`. */
  kubernetes: string;
  /** Worker nodes planned (the smallest number, where groups scale). */
  workers: number;
  /** Who gives pods their addresses and interfaces. */
  cni: CniFacts;
  /** Ranges that pod addresses come from; empty where not known (an existing cluster that was not described). */
  podCidrs: readonly string[];
  /** Range of Service addresses; absent where not known. */
  serviceCidr?: string;
  /** The IPv6 range of Services, where a cluster has both families. */
  serviceCidr6?: string;
  /** kube-proxy's mode; Calico's dataplane must go with it. `none`: there is no kube-proxy. */
  kubeProxyMode: "iptables" | "ipvs" | "nftables" | "none";
  /** Whether the API server reaches pod addresses. Where not, webhooks must run on the host network. */
  controlPlaneReachesPods: boolean;
  /**
   * How a Service of type LoadBalancer is served; `none`: it would stay pending for ever; `container`: by a proxy beside
   * the nodes, which goes with the cluster.
   */
  loadBalancer: "none" | "aws-lbc" | "aws-in-tree" | "provided" | "container";
  /** IngressClass whose Ingresses are load balancers of the cloud. */
  albClass?: string;
  /** Nothing of it reaches the internet, and nothing there reaches it. */
  isolated?: boolean;
  /** Ports of the nodes that are open on the user's own machine: nodePort → address and port there. */
  hostPorts: readonly HostPort[];
  /** Labels of the nodes whose own ports are the ones open on the user's machine; absent where every node's are. */
  hostPortNodes?: Readonly<Record<string, string>>;
  /** Domain under which lab names live, as `labs.localhost`. */
  baseDomain: string;
  /** Whether this project made the cluster and takes it away: such a cluster may be changed as a whole. */
  owned: boolean;
  /** A host beside the nodes, outside the cluster; absent where there is none whose address is known. */
  outside?: OutsideHost;
  /** Docker's networks and containers beside the nodes, where a lab may have some: what their names begin with. */
  docker?: { prefix: string };
  /** Names of the nodes, where they are known before they exist. */
  nodes?: readonly { name: string; controlPlane: boolean }[];
  /** CPU architectures of the nodes, where known. */
  architectures?: readonly ("amd64" | "arm64")[];
}

/** A machine on the nodes' network that is not a node: a client from outside, and a BGP router: host1. */
export interface OutsideHost {
  address: string;
  /** Range that it shares with the nodes. */
  network: string;
  /** Whose address the user's own requests to the nodes carry. */
  gateway: string;
  /** AS of its BGP daemon, which takes any neighbour of that AS from the network. */
  asNumber: number;
  /** Container to run commands in, as `docker exec <container>`. */
  container: string;
}

export type Dataplane = "Iptables" | "Nftables" | "BPF";

export interface CniFacts {
  /**
   * `calico`: Calico gives addresses; `weave`: Weave Net does, and there is no Calico; others: a cloud's CNI does and
   * Calico only enforces policy.
   */
  type: "calico" | "aws" | "weave" | "other";
  /** Whether BGP runs between the nodes. */
  bgp: boolean;
  /** Encapsulation of the pod network between nodes. */
  encapsulation: "None" | "VXLAN" | "VXLANCrossSubnet" | "IPIP" | "IPIPCrossSubnet" | "cloud";
  /** How Calico programs policies, as far as this project made it; `BPF` also stands in kube-proxy's place. */
  dataplane?: Dataplane;
  /** Whether Calico's flow logs are there (Goldmane and Whisker), as far as this project made them. */
  observability?: boolean;
  /** Calico's address pools; absent where they are not known. */
  pools?: readonly PoolFacts[];
  /** Whether addresses of pods are reachable from the network around the nodes (load balancers with ip targets). */
  podsRoutable: boolean;
}

/** An address pool of Calico's, as far as it decides how packets travel. */
export interface PoolFacts {
  name: string;
  cidr: string;
  /** How packets to its pods are wrapped between nodes. */
  encapsulation: string;
  /** Whether its pods leave the cluster behind their node's address. */
  natOutgoing: boolean;
}

export interface HostPort {
  /** Port on every node. */
  nodePort: number;
  /** Port on the user's machine. */
  hostPort: number;
  /** Address on the user's machine. */
  listenAddress: string;
  protocol: "TCP" | "UDP" | "SCTP";
}
