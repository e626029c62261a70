import { covers, overlaps, parsed, type Net } from "../addresses";
import type { Host } from "../input/hosts";
import { poolsOf } from "../input/pools";
import type { Endpoint } from "../model";
import type { State } from "../state";
import type { Way } from "./interfaces";

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
  address.family === 4 ? parsed(`${address.text.split("/")[0] ?? ""}/24`) : address;

/**
 * As whom the receiver sees the sender; several where that is not known. A pod of a pool with natOutgoing reaches
 * what is in no pool, such as another machine, behind its node's address (felix/rules/nat.go).
 */
export function seenAs(
  state: State,
  source: Endpoint,
  destination: Endpoint,
  local: boolean,
  sender: Host | undefined,
): Endpoint[] {
  if (local || source.type !== "workload" || destination.type !== "host" || sender === undefined)
    return [source];
  if (poolsOf(state.pools, destination).length > 0) return [source];
  const pools = poolsOf(state.pools, source);
  if (pools.length === 0) return [source];
  return [...new Set(pools.map((pool) => (pool.masquerades ? sender.node : source)))];
}
