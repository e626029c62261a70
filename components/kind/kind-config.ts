import { z } from "zod";
import { cidr4, cidr6, port } from "../../kube/config-fields";
import { GATEWAY_NODE_PORTS } from "../node-ports";
import { imageReference } from "../../kube/reference-fields";

const portMapping = z
  .strictObject({
    nodePort: port.meta({
      description: "Port on the nodes: a NodePort, or a host port of the ingress controller.",
    }),
    hostPort: port
      .exactOptional()
      .meta({ description: "Port on your machine. The same as `nodePort` if left out." }),
    listenAddress: z
      .ipv4()
      .default("127.0.0.1")
      .meta({ description: "Address on your machine; loopback, so that nothing is public." }),
    protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP").meta({ description: "Protocol." }),
  })
  .transform((m) => ({ ...m, hostPort: m.hostPort ?? m.nodePort }));

/** What requests come in by: whose ports are open on the laptop. */
export interface PortHolders {
  nginx: boolean;
  gateway: boolean;
}

/**
 * Node ports of the labs, open on the laptop by default: a later lab then needs no new cluster. The ingress's only where
 * the stack has one: a rootless engine may not open them. A Gateway has 80 and 443 too, or beside nginx 8080 and 8443.
 */
export function defaultPorts({ nginx, gateway }: PortHolders): PortMapping[] {
  const { http, https } = GATEWAY_NODE_PORTS;
  const [plain, secure] = nginx ? [8080, 8443] : [80, 443];
  return [
    { nodePort: 30002 },
    { nodePort: 30180 },
    ...(nginx ? [{ nodePort: 80 }, { nodePort: 443 }] : []),
    ...(gateway
      ? [
          { nodePort: http, hostPort: plain },
          { nodePort: https, hostPort: secure },
        ]
      : []),
  ].map((m) => portMapping.parse(m));
}

export type PortMapping = z.output<typeof portMapping>;

const kindNetwork = z.strictObject({
  subnet: cidr4.default("198.19.0.0/20").meta({
    description: "Range of the network: nodes get its first addresses, host1 the last.",
  }),
  host1: z.boolean().default(true).meta({
    description: "Whether a container beside the nodes is client and BGP router: host1.",
  }),
  asNumber: z
    .int()
    .min(1)
    .max(4294967295)
    .default(64512)
    .meta({ description: "AS number of that router; Calico's own default is the same." }),
});

/** Config of a kind cluster. What fits together is checked by components/kind/plan. */
export const kindSchema = z.strictObject({
  cni: z.enum(["calico", "weave"]).default("calico").meta({
    description:
      "Who gives pods their addresses and enforces policies: Calico, or Weave Net, for its lab: IPv4 alone, and no lab that needs Calico. A change replaces the cluster.",
  }),
  workers: z.int().min(0).max(10).default(2).meta({ description: "Worker nodes." }),
  podCidr: cidr4
    .default("192.168.0.0/16")
    .meta({ description: "Addresses of pods. A change replaces the cluster." }),
  serviceCidr: cidr4
    .default("10.96.0.0/16")
    .meta({ description: "Addresses of Services. A change replaces the cluster." }),
  ipFamily: z.enum(["ipv4", "dual", "ipv6"]).default("ipv4").meta({
    description:
      "Addresses of pods and Services: IPv4, both, or IPv6 only. Docker needs IPv6 for the last two. A change replaces the cluster.",
  }),
  podCidr6: cidr6.exactOptional().meta({
    description: "IPv6 addresses of pods: `fd00:10:244::/56` if left out. Each node takes a /64 of it.",
  }),
  serviceCidr6: cidr6.exactOptional().meta({
    description: "IPv6 addresses of Services: `fd00:10:96::/112` if left out.",
  }),
  kubeProxyMode: z.enum(["iptables", "ipvs", "nftables"]).exactOptional().meta({
    description:
      "kube-proxy's mode: `iptables` if left out; `nftables` goes with `calico.dataplane: Nftables`. With `calico.dataplane: BPF` there is no kube-proxy. A change replaces the cluster.",
  }),
  portMappings: z.array(portMapping).exactOptional().meta({
    description:
      "Node ports that are open on your machine: 30002 and 30180 if left out (none with `ipFamily: ipv6`), and 80 and 443 where the stack has an ingress controller; a Gateway's node ports 31080 and 31443 are open as 80 and 443, or beside ingress-nginx as 8080 and 8443. A change replaces the cluster, so list 80 and 443 if a lab behind the ingress may come later.",
  }),
  loadBalancer: z.boolean().exactOptional().meta({
    description:
      "Whether a container beside the nodes gives Services of type LoadBalancer an address: cloud-provider-kind. It is given Docker's socket, and with it as much power as root on the machine of the engine. If left out: true where a lab has such a Service, or `ingress.expose` is `load-balancer`.",
  }),
  apiServerPort: port
    .exactOptional()
    .meta({ description: "Port of the API server on your machine; a free one if left out." }),
  nodeImage: imageReference
    .exactOptional()
    .meta({ description: "Node image instead of the version set's, for a mirror: must carry a digest." }),
  network: kindNetwork.exactOptional().meta({
    description:
      "A docker network of the cluster's own, whose addresses are known beforehand; labs on BGP, overlays and host endpoints need it. kind's shared network if left out. A change replaces the cluster.",
  }),
});

export type KindConfig = z.output<typeof kindSchema>;
export type KindNetworkConfig = z.output<typeof kindNetwork>;
