import { parseNet, type Net } from "../../../../kube/ip";
import type { Fields } from "./object-fields";

/** A Node of the input. */
export interface NodeSource {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** By which other machines of the cluster know it. */
  readonly addresses: readonly Net[];
  readonly otherAddresses: readonly Net[];
  readonly subnets: readonly Net[];
  readonly podCidrs: readonly Net[];
  readonly tunnels: Tunnels;
}

/** Addresses of the tunnels between nodes. */
export interface Tunnels {
  readonly ipip: readonly Net[];
  readonly vxlan: readonly Net[];
  readonly wireguard: readonly Net[];
}

const CALICO_ADDRESSES = [
  "IPv4Address",
  "IPv6Address",
  "IPv4IPIPTunnelAddr",
  "IPv4VXLANTunnelAddr",
  "IPv6VXLANTunnelAddr",
  "IPv4WireguardInterfaceAddr",
  "IPv6WireguardInterfaceAddr",
];

export function nodeSource(name: string, root: Fields): NodeSource {
  const spec = root.object("spec");
  const annotations = root.object("metadata").map("annotations");
  const status = root.object("status").objects("addresses");
  const ofType = (type: string): (string | undefined)[] =>
    status.filter((a) => a.string("type") === type).map((a) => a.string("address"));
  // Calico notes what it knows of the node's addresses, its tunnels' too, on the node.
  const noted = CALICO_ADDRESSES.map((key) => annotations[`projectcalico.org/${key}`]?.split("/")[0]);
  const nets = (list: readonly (string | undefined)[]): Net[] =>
    [...new Set(list)].flatMap((text) => (text === undefined ? [] : (parseNet(text) ?? [])));
  return {
    name,
    labels: root.object("metadata").map("labels"),
    addresses: nets(ofType("InternalIP")),
    otherAddresses: nets([...ofType("ExternalIP"), ...noted]),
    subnets: nets(
      ["IPv4Address", "IPv6Address"].map((key) => annotations[`projectcalico.org/${key}`]),
    ).filter(({ first, last }) => first !== last),
    podCidrs: nets([...spec.strings("podCIDRs"), spec.string("podCIDR")]),
    tunnels: {
      ipip: nets(noted.slice(2, 3)),
      vxlan: nets(noted.slice(3, 5)),
      wireguard: nets(noted.slice(5, 7)),
    },
  };
}
