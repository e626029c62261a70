import type { Family } from "../../../kube/ip";
import type { HttpRequest } from "./reach-model";

/** What the objects do not say about the cluster they go to. */
export interface Facts {
  /**
   * Where pods get their addresses. Without it, and without IPPools, an Installation or Nodes in the input, pods whose
   * address is not known are taken to lie in the private ranges of RFC 1918.
   */
  readonly podCidrs?: readonly string[];
  /**
   * Whether packets between nodes are encapsulated (VXLAN or IPIP): then policies of a host endpoint with a named
   * interface do not see what goes to pods of other nodes. @default as the IPPools or the Installation say, else false
   */
  readonly encapsulated?: boolean;
  /**
   * What becomes of a pod's packet to its own node after the pod's egress policy.
   * @default as FelixConfiguration `default` says, else "Accept" (as the operator sets it; plain Felix drops)
   */
  readonly endpointToHost?: "Drop" | "Return" | "Accept";
  /**
   * Whether Calico's eBPF dataplane runs, which keeps the client's address where kube-proxy does not.
   * @default as FelixConfiguration `default` or the Installation says, else false
   */
  readonly ebpf?: boolean;
  /** Judge as if Calico's staged policies were enforced. @default false: they are named, and decide nothing */
  readonly staged?: boolean;
  /** The HTTP request that questions are about, for rules with `http`. @default none: before Dikastes such rules may or may not match */
  readonly request?: HttpRequest;
  /** Judge packets of this family alone. @default every family that the cluster has */
  readonly family?: Family;
  /** What reading the objects had to say (`readFiles`). */
  readonly notes?: readonly string[];
  /** Ends that questions will name: the address space is split at the addresses and CIDRs among them too. */
  readonly splitAt?: readonly string[];
}
