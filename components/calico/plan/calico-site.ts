import type { CniFacts } from "../../../kube/cluster-facts";

/** What a target says about the place where Calico is to run. */
export interface CalicoSite {
  /** Who gives pods their addresses. With a cloud's CNI, Calico only enforces policy. */
  cni: CniFacts["type"];
  /** Operator's name of the platform; left out, the operator finds out by itself. */
  provider?: "EKS";
  /** Whether nodes can speak BGP to each other; if not, why. */
  bgp: { possible: true } | { possible: false; reason: string };
  /** Whether packets with pod addresses may go unwrapped within a subnet; if not, why. @default possible */
  crossSubnet?: {
    possible: false;
    reason: string;
    /** Not even where the pool says so for all packets, or wraps in IPIP across subnets. */
    unwrapped?: true;
  };
  /** Calico turns EC2's source/destination check off. */
  sourceDestCheck?: "felix";
  podCidrs: readonly string[];
  /** Ranges of Service addresses; absent where not known. */
  serviceCidrs?: readonly string[];
  /** Other ranges that pods must stay out of: name → CIDR. */
  taken?: readonly { what: string; cidr: string }[];
  kubeProxyMode: "iptables" | "ipvs" | "nftables" | "none";
  /** How a user turns kube-proxy off, for a dataplane that takes its place. */
  kubeProxyOff: string;
  /** Config key of the API server's own address, where it is needed and missing. @default it is known */
  apiServerNeeded?: string;
  /** Where the config opens ports of SCTP. */
  sctpPorts?: readonly { path: string }[];
  /** Worker nodes when Calico is installed; 0: they come later, or never. */
  nodesAtInstall: number;
  /** Worker nodes planned. */
  workers: number;
  /** A Calico that is there already and not this stack's, as far as it tells how it was set up. */
  there?: Partial<Pick<CniFacts, "bgp" | "encapsulation" | "dataplane" | "pools">>;
}
