import { z } from "zod";
import { anyCidr, dnsLabel } from "../../kube/config-fields";

export const encapsulations = ["None", "VXLAN", "VXLANCrossSubnet", "IPIP", "IPIPCrossSubnet"] as const;

const pool = z.strictObject({
  name: dnsLabel().exactOptional().meta({
    description:
      "Name of the IPPool. `default-ipv4-ippool` and `default-ipv6-ippool` for the first of a family if left out, then `pool-2` …",
  }),
  cidr: anyCidr.meta({ description: "Range of the pool: inside the cluster's pod CIDR." }),
  encapsulation: z.enum(encapsulations).default("VXLANCrossSubnet").meta({
    description: "How packets between nodes are wrapped. None and IPIP need BGP; IPIP carries IPv4 only.",
  }),
  blockSize: z.int().min(20).max(128).exactOptional().meta({
    description:
      "Prefix length of the blocks that a node takes from the pool: 26, or 122 for IPv6, if left out.",
  }),
  natOutgoing: z
    .boolean()
    .default(true)
    .meta({ description: "Whether pods leave the pool's range behind their node's address." }),
  nodeSelector: z
    .string()
    .default("all()")
    .meta({ description: "Calico selector over nodes that take addresses from the pool." }),
});

/** Config of Calico itself. Which modes fit a target is checked by components/calico/plan. */
export const calicoSchema = z.strictObject({
  install: z
    .boolean()
    .default(true)
    .meta({ description: "Whether Calico is installed; false where the cluster has it already." }),
  pools: z.array(pool).exactOptional().meta({
    description: "IP pools. One pool over the pod CIDR if left out; without Calico's CNI there are none.",
  }),
  bgp: z.boolean().exactOptional().meta({
    description:
      "Whether nodes exchange routes by BGP. If left out: on where Calico is the CNI and the target allows it.",
  }),
  dataplane: z.enum(["Iptables", "Nftables", "BPF"]).exactOptional().meta({
    description:
      "How policy is programmed. It must go with kube-proxy's mode; if left out it does. `BPF` is Calico's eBPF dataplane, which takes kube-proxy's place: kind, EKS and EC2 then have none, an existing cluster must have none. On kind a change to or from it replaces the cluster.",
  }),
  wireguard: z.boolean().default(false).meta({ description: "Whether traffic between nodes is encrypted." }),
  observability: z.boolean().exactOptional().meta({
    description:
      "Whether Goldmane and Whisker run: flow logs with the policies that decided, also staged ones, and a page for them. If left out: where a lab needs them.",
  }),
  containerIpForwarding: z.boolean().default(false).meta({
    description: "Whether pods may forward packets (sysctl `ip_forward` in their network namespace).",
  }),
  crds: z.enum(["operator", "apply"]).exactOptional().meta({
    description:
      "Who makes Calico's CRDs: `operator` (where a node can run it first) or `apply` (one server-side apply). If left out: `apply` where there is no node.",
  }),
});

/** A pool as the config says it. */
export type PoolConfig = z.output<typeof pool>;
export type CalicoConfig = z.output<typeof calicoSchema>;
