import { covers, overlaps, netOf, type Net } from "../../../../kube/ip";
import { hostAddresses, type Host } from "../input/hosts";
import { poolsOf } from "../input/ip-pools";
import { familiesOf } from "../input/workloads";
import type { Endpoint } from "../reach-model";
import type { State } from "../reach-state";
import type { Way } from "./host-interfaces";

/**
 * Which way packets go from one end to another; several where that is not known. Encapsulated ones pass no named
 * interface. Only packets to pods ever are: to a machine's own address its plain routes lead. With CrossSubnet the
 * sending machine decides by its own subnet (felix/calc/l3_route_resolver.go, nodeInOurSubnet).
 */
export function waysBetween(
  state: State,
  source: Endpoint,
  destination: Endpoint,
  local: boolean,
  sender: Host | undefined,
  receiver: Host | undefined,
): Way[] {
  if (local) return ["internal"];
  if (source.type === "outside" || destination.type !== "workload") return ["fabric"];
  if (state.encapsulated !== undefined) return [state.encapsulated ? "internal" : "fabric"];
  const ways = poolsOf(state.pools, destination).flatMap(({ encapsulation }): Way[] => {
    if (encapsulation !== "crossSubnet") return [encapsulation === "always" ? "internal" : "fabric"];
    const same = sameSubnet(sender, receiver);
    return same === undefined ? ["fabric", "internal"] : [same ? "fabric" : "internal"];
  });
  return ways.length === 0 ? ["fabric"] : [...new Set(ways)];
}

/** By the subnet that Calico noted; without it, by what is so in nearly every network: a /24 is not divided. */
function sameSubnet(sender: Host | undefined, receiver: Host | undefined): boolean | undefined {
  const [from, to] = [sender, receiver].map((host) =>
    host?.node.addresses.exact === true ? host.node.addresses.nets[0] : undefined,
  );
  if (sender === undefined || from === undefined || to === undefined) return undefined;
  const noted = sender.subnets.filter((subnet) => subnet.family === to.family);
  if (noted.length > 0) return noted.some((subnet) => covers(subnet, to));
  return overlaps(around(from), to) ? true : undefined;
}

const around = (address: Net): Net =>
  address.family === 4 ? netOf(`${address.text.split("/")[0] ?? ""}/24`) : address;

/**
 * As whom the receiver sees the sender; several where that is not known. A pod of a pool with natOutgoing reaches
 * what is in no pool, such as another machine, behind its node's address (felix/rules/nat.go). A host's packets to a
 * pod of another machine carry the address of the tunnel that they take.
 */
export function seenAs(
  state: State,
  source: Endpoint,
  destination: Endpoint,
  local: boolean,
  sender: Host | undefined,
  receiver?: Host,
): Endpoint[] {
  if (local) return [source];
  if (source.type === "host" && destination.type === "workload")
    return hostSeenAs(state, source, destination, sender, receiver);
  if (source.type !== "workload" || destination.type !== "host" || sender === undefined) return [source];
  if (poolsOf(state.pools, destination).length > 0) return [source];
  const pools = poolsOf(state.pools, source);
  if (pools.length === 0) return [source];
  return [...new Set(pools.map((pool) => (pool.masquerades ? sender.node : source)))];
}

/**
 * A host's own address, or its tunnel's: the route to the pod leads into the tunnel, and the kernel takes the address
 * of the device. Calico notes these addresses on the node (`projectcalico.org/IPv4IPIPTunnelAddr` and the like);
 * where it did not, any address may be seen.
 */
export function hostSeenAs(
  state: State,
  source: Endpoint,
  destination: Endpoint,
  sender: Host | undefined,
  receiver: Host | undefined,
): Endpoint[] {
  // Its `weave` bridge has the route to pods, and an address from the pods' own range.
  if (state.weave) return [tunnelled(source, sender, [])];
  const [wireguard] = sender?.tunnels.wireguard ?? [];
  if (wireguard !== undefined) return [tunnelled(source, sender, sender?.tunnels.wireguard ?? [])];
  const pools = poolsOf(state.pools, destination);
  if (pools.length === 0) {
    // No pool says how packets go: a tunnel that the node has may or may not be taken.
    const noted = [sender?.tunnels.ipip ?? [], sender?.tunnels.vxlan ?? []].filter((list) => list.length > 0);
    return [source, ...noted.map((list) => tunnelled(source, sender, list))];
  }
  const seen = pools.flatMap(({ tunnel, encapsulation }) => {
    if (tunnel === undefined) return [source];
    const same = encapsulation === "always" ? false : sameSubnet(sender, receiver);
    if (same === true) return [source];
    const through = tunnelled(source, sender, sender?.tunnels[tunnel] ?? []);
    return same === false ? [through] : [source, through];
  });
  return [
    ...new Map(
      seen.map((endpoint) => [JSON.stringify(endpoint.addresses.nets.map((n) => n.text)), endpoint]),
    ).values(),
  ];
}

/** The same host behind other addresses: selectors find it only by host endpoints that expect them. */
function tunnelled(source: Endpoint, sender: Host | undefined, nets: readonly Net[]): Endpoint {
  const host = sender?.interfaces.find(({ expected }) =>
    nets.some((net) => expected.some((e) => covers(e, net))),
  );
  const addresses = hostAddresses(nets);
  return {
    ...(host?.endpoint ?? { ...source, selectable: undefined }),
    addresses,
    families: familiesOf(addresses),
  };
}
