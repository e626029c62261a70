import { covers, EVERYWHERE, without, type Family, type Net } from "../../../kube/ip";
import type { Endpoint } from "./reach-model";

/**
 * The address space outside the cluster, split at the given networks: one endpoint for each piece, which no network
 * that is named anywhere divides. What none of them holds is `internet`; networks nest or are disjoint, so that a
 * piece is a network without those inside it.
 */
export function outsideBlocks(named: readonly Net[], families: readonly Family[]): Endpoint[] {
  const nets = [...new Map(named.map((net) => [net.text, net])).values()].sort(
    (a, b) => a.prefix - b.prefix || (a.first < b.first ? -1 : 1),
  );
  const result: Endpoint[] = [];
  for (const family of families) {
    const own = nets.filter((net) => net.family === family && net.prefix > 0);
    const rest = without(EVERYWHERE[family], own);
    if (rest.length > 0) result.push(block(internetName(family), family, rest));
    for (const [i, net] of own.entries()) {
      const inside = own.slice(i + 1).filter((other) => covers(net, other));
      for (const piece of without(net, inside)) result.push(block(piece.text, family, [piece]));
    }
  }
  return result;
}

/** `internet` is what no policy or question names. */
export function internetName(family: Family): string {
  return family === 4 ? "internet" : "internet (IPv6)";
}

/** Addresses outside the cluster, as the peer of a flow. */
export function block(name: string, family: Family, nets: readonly Net[]): Endpoint {
  return {
    type: "outside",
    name,
    kind: "Addresses",
    labels: {},
    selectable: undefined,
    // Any of the addresses: no network divides them, so they are all alike.
    addresses: { exact: false, nets },
    families: [family],
    ports: [],
  };
}
