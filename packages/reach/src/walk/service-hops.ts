import { ANY_NODE } from "../hosts/node-entry";
import type { State } from "../reach-state";
import type { Leg } from "../traced-flow";
import { toPod } from "./between-machines";
import { policyHop, type Hop } from "./hop";
import { machineOf } from "./names";

type Served = Leg & { readonly by: NonNullable<Leg["by"]> };

export const isServed = (leg: Leg): leg is Served => leg.by !== undefined;
const nameOf = ({ by: { service } }: Served): string => `${service.namespace}/${service.name}`;
const became = ({ destination, port }: Served): string =>
  `${destination.name}${port === undefined ? "" : `:${port}`}`;

/** A Service's own address becomes one of its pods', where the packet starts. */
export function atSender(leg: Served, at: string): Hop {
  const { service, port, entry } = leg.by;
  if (service.headless)
    return {
      at,
      does: `the name ${nameOf(leg)} stands for the pods' own addresses: nothing is translated`,
      by: "DNS: the Service has no address (clusterIP None)",
    };
  const own = {
    clusterIP: service.clusterIPs,
    loadBalancer: service.loadBalancer.addresses,
    externalIP: service.externalIPs,
  };
  const [address] = entry === "nodePort" ? [] : own[entry];
  const shown = entry === "nodePort" ? (port.nodePort ?? port.port) : port.port;
  return {
    at,
    does: `destination ${address?.text.split("/")[0] ?? ""}:${shown} becomes ${became(leg)}`,
    by: `DNAT for Service ${nameOf(leg)}, before policies: kube-proxy, or Calico's eBPF in its place`,
  };
}

/** Through the node that receives it: destination and, mostly, source are replaced there. */
export function throughNode(state: State, leg: Served): Hop[] {
  const { by, source, destination, egress, ingress } = leg;
  const { service, port, entry, node: receiver } = by;
  const node = receiver === undefined ? "the node that receives it" : `node ${receiver.name}`;
  const keeps = service.externalTrafficPolicy === "Local";
  const shown = entry === "nodePort" ? port.nodePort : port.port;
  const there = receiver !== undefined && destination.nodes?.length === 1;
  const ends = {
    source: receiver?.node ?? ANY_NODE,
    destination,
    sender: receiver,
    receiver: state.hosts.find(
      ({ name }) => destination.nodes?.length === 1 && name === destination.nodes[0],
    ),
    local: keeps ? true : there ? destination.nodes[0] === receiver.name : undefined,
  };
  return [
    ...(source.type === "outside"
      ? []
      : [policyHop(machineOf(source, undefined), "policies where it leaves", egress)]),
    ...(entry === "loadBalancer"
      ? [{ at: "the load balancer", does: "hands it to a node", by: balancer(leg) }]
      : []),
    {
      at: node,
      does: `destination :${shown ?? port.port} becomes ${became(leg)}`,
      by: `DNAT for Service ${nameOf(leg)}, before all policies but preDNAT and doNotTrack`,
    },
    { at: node, ...sourceThere(keeps, state.ebpf) },
    ...(destination.type === "workload" ? toPod(state, node, ends) : []),
    policyHop(
      machineOf(destination, undefined),
      "policies on the way in: of the nodes, and of the pod",
      ingress,
    ),
  ];
}

function sourceThere(keeps: boolean, ebpf: boolean): Omit<Hop, "at"> {
  if (keeps)
    return {
      does: "keeps the client's address; only pods of this node answer",
      by: "externalTrafficPolicy Local",
    };
  return ebpf
    ? { does: "keeps the client's address, also to a pod of another node", by: "Calico's eBPF dataplane" }
    : {
        does: "behind this node's policies its source becomes the node's address, or that of its tunnel",
        by: "kube-proxy masquerades (KUBE-MARK-MASQ): externalTrafficPolicy is Cluster",
      };
}

function balancer({ by: { service, port } }: Served): string {
  const node = port.nodePort === undefined ? "a port of its own" : `node port ${port.nodePort}`;
  switch (service.loadBalancer.hands) {
    case "nodePort":
      return `to ${node} (ipMode Proxy)`;
    case "address":
      return "with the Service's own address and port (ipMode VIP)";
    case "unknown":
      return `to ${node}, or with the Service's own address: its status does not say`;
  }
}
