import { combine } from "../reach-flows";
import type { Host } from "../input/hosts";
import { possible, type PairParts } from "../matrix";
import type { Decision, Endpoint } from "../reach-model";
import type { PortSet } from "../port-sets";
import type { Segment } from "../rules/evaluate-rules";
import { type Packet, portSpace } from "../rules/rule-ports";
import type { State } from "../reach-state";
import { defaultDecision } from "./default-decision";
import { beforeDnat, cross, crossTranslated, merged, type Trip } from "./host-chains";
import { alone, inSequence, type HookedWay, type Stage, type Staged } from "./hook-stages";
import { seenAs, waysBetween } from "./node-ways";
import { candidates, crossing, identity, ownPolicies } from "./host-crossings";
import type { Way } from "./host-interfaces";
import { carried, proxyStage, seenPorts, unfollowed, unknownStage } from "../mesh/mesh-stage";

/** What both ends decide, each over the same ports. */
export interface Ways {
  readonly egress: readonly Segment[];
  readonly ingress: readonly Segment[];
}

/** What a question may add to a pair. */
export interface Asked {
  /** The HostEndpoint by which an end was named. */
  readonly source?: string;
  readonly destination?: string;
  readonly sourcePort?: number;
  /** What the packet was sent to, where the sender's own node translates it to the destination. */
  readonly translated?: { readonly from: Endpoint; readonly port: number };
}

const NODE_UNKNOWN = "depends on the node that the pod runs on, which is not known before deployment";
const WAY_UNKNOWN =
  "depends on nodes and pools: whether packets are encapsulated, and whose address they show";

/** One way a packet may take. */
interface Route {
  readonly sender: Host | undefined;
  readonly receiver: Host | undefined;
  readonly local: boolean;
  readonly way: Way;
  /** As whom the receiver sees the sender. */
  readonly seen: Endpoint;
}

/**
 * Follows a packet through the hosts on its way (felix/rules/static.go, endpoints.go and dispatch.go): what host
 * endpoints forward, what ends at or starts from a host itself, and the pods' own policies.
 */
export class PathEvaluator {
  private readonly cache = new Map<Endpoint, Map<Endpoint, PairParts>>();

  constructor(private readonly state: State) {}

  /** All answers for a pair; the same object for the same pair. */
  pair(from: Endpoint, to: Endpoint): PairParts {
    let row = this.cache.get(from);
    if (row === undefined) this.cache.set(from, (row = new Map<Endpoint, PairParts>()));
    let parts = row.get(to);
    if (parts === undefined) {
      parts = this.state.protocols.flatMap((protocol) => {
        const ways = this.ways(from, to, protocol, portSpace(protocol));
        return ways === undefined ? [] : combine(protocol, ways.egress, ways.ingress);
      });
      row.set(to, parts);
    }
    return parts;
  }

  /** What both ends decide; undefined where the ends share no address family, or both lie outside. */
  ways(from: Endpoint, to: Endpoint, protocol: number, ports: PortSet, asked: Asked = {}): Ways | undefined {
    const results = this.trips(from, to, protocol, ports, asked)?.flatMap((trips): Ways[] => {
      const ways = trips.map(({ staged: { egress, ingress } }) => ({
        egress: inSequence(egress),
        ingress: inSequence(ingress),
      }));
      const [first] = ways;
      return first === undefined ? [] : [ways.length === 1 ? first : mergedWays(ways, WAY_UNKNOWN)];
    });
    const [only] = results ?? [];
    return results === undefined || results.length === 1 ? only : mergedWays(results, NODE_UNKNOWN);
  }

  /** The same, hook by hook, on each way that what is known leaves open. */
  hooks(from: Endpoint, to: Endpoint, protocol: number, ports: PortSet, asked: Asked = {}): HookedWay[] {
    return (this.trips(from, to, protocol, ports, asked) ?? []).flat().map(({ route, staged }) => ({
      sender: route.sender,
      receiver: route.receiver,
      local: route.local,
      seen: route.seen,
      egress: staged.egress.stages,
      ingress: staged.ingress.stages,
    }));
  }

  /** Every way, those of one pair of nodes together; undefined where no packet can go. */
  private trips(from: Endpoint, to: Endpoint, protocol: number, ports: PortSet, asked: Asked) {
    const { state } = this;
    const packet = state.packet(from, to, protocol, asked.sourcePort);
    if (packet === undefined || !possible(protocol, packet.family)) return undefined;
    if (from.type === "outside" && to.type === "outside") return undefined;
    return candidates(state, from).flatMap((a) =>
      candidates(state, to).flatMap((b) =>
        this.localities(from, to, a, b).map((local) =>
          this.routes(from, to, local, a, b).flatMap((route) => {
            const staged = this.trip(packet, route, ports, asked);
            return staged === undefined ? [] : [{ route, staged }];
          }),
        ),
      ),
    );
  }

  /** Every way from end to end that what is known leaves open. */
  private routes(
    from: Endpoint,
    to: Endpoint,
    local: boolean,
    sender: Host | undefined,
    receiver: Host | undefined,
  ): Route[] {
    const seen = seenAs(this.state, from, to, local, sender, receiver);
    // Where no host endpoint governs, every way is the same.
    if (!this.state.governed && from.type !== "host")
      return [{ sender, receiver, local, way: "fabric", seen: from }];
    return waysBetween(this.state, from, to, local, sender, receiver).flatMap((way) =>
      seen.map((as) => ({ sender, receiver, local, way, seen: as })),
    );
  }

  /** Whether both ends are on one machine; both answers where that is open. */
  private localities(from: Endpoint, to: Endpoint, a: Host | undefined, b: Host | undefined): boolean[] {
    if (from.type === "outside" || to.type === "outside") return [false];
    if (a !== undefined && b !== undefined) return [a === b];
    const [first, second] = [from.nodes, to.nodes];
    if (first !== undefined && second !== undefined) return [first.some((node) => second.includes(node))];
    if (from === to) return from.several === true ? [true, false] : [true];
    // Only what starts or ends at a host cares.
    if (from.type === "workload" && to.type === "workload") return [false];
    return this.state.hosts.length === 1 ? [true] : [false, true];
  }

  private trip(
    packet: Packet,
    route: Route,
    ports: PortSet,
    asked: Asked,
  ): { egress: Staged; ingress: Staged } | undefined {
    const { state } = this;
    const { sender, receiver, seen } = route;
    const trip = (of: Packet): Trip => ({
      packet: of,
      // Behind another address a host is what that address makes of it.
      source:
        of.source === packet.source || of.source === sender?.node
          ? identity(state, of.source, sender, asked.source)
          : state.view(of.source),
      destination: identity(state, of.destination, receiver, asked.destination),
    });
    const arriving =
      seen === packet.source
        ? packet
        : state.packet(seen, packet.destination, packet.protocol, packet.sourcePort);
    if (arriving === undefined) return undefined;
    const why = unfollowed(state, packet);
    if (why !== undefined) {
      const open = unknownStage(ports, why);
      return { egress: open, ingress: open };
    }
    const seenAt = seenPorts(state, packet, ports);
    const egress = this.leaving(trip(packet), route, seenAt, asked);
    const ingress = this.arriving(trip(arriving), route, seenAt, asked);
    const proxy = proxyStage(state, packet, ports);
    if (proxy === undefined) return { egress, ingress };
    const [out, in_] =
      seenAt === ports ? [egress, ingress] : [carried(egress, ports), carried(ingress, ports)];
    return { egress: out, ingress: { ...in_, stages: [...in_.stages, proxy] } };
  }

  /** From the sender to the wire. */
  private leaving(trip: Trip, { sender: host, local, way }: Route, ports: PortSet, asked: Asked): Staged {
    const { state } = this;
    const { source, destination } = trip.packet;
    if (source.type === "outside") return alone(ports, "the sender is outside the cluster");
    if (source.type === "host") {
      if (local || host === undefined || host.interfaces.length === 0)
        return alone(ports, "no host endpoint governs what the host sends here");
      const hook = `host endpoint of ${host.name}, what it sends`;
      const at = crossing(state, host, way, "egress", false, asked.source);
      return { stages: [{ hook, segments: cross(state, trip, at, ports) }], primary: 0 };
    }
    // net/bridge.go and prog/weave-npc: what is for an address of the node itself returns before any policy's rule.
    if (state.weave && local && destination.type === "host")
      return alone(ports, "Weave Net checks nothing that a pod sends to its own node");
    const own: Stage = { hook: "pod", segments: ownPolicies(trip, trip.source, "egress", ports) };
    if (host === undefined || host.interfaces.length === 0) return { stages: [own], primary: 0 };
    // The pod's interface is one that `*` governs; to its own host no forward policy applies.
    const toHost = destination.type === "host" && local;
    const inside = crossing(state, host, "internal", "ingress", !toHost);
    const first: Stage = {
      hook: `host endpoint of ${host.name}, from its pod`,
      segments:
        asked.translated === undefined
          ? cross(state, trip, toHost ? beforeDnat(inside) : inside, ports)
          : crossTranslated(state, trip, inside, asked.translated, ports),
    };
    const out: Stage[] = local
      ? []
      : [
          {
            hook: `host endpoint of ${host.name}, what it forwards out`,
            segments: cross(state, trip, crossing(state, host, way, "egress", true), ports),
          },
        ];
    return { stages: [first, own, ...out], primary: 1 };
  }

  /** From the wire to the receiver. */
  private arriving(trip: Trip, { receiver: host, local, way }: Route, ports: PortSet, asked: Asked): Staged {
    const { state } = this;
    const { source, destination } = trip.packet;
    if (destination.type === "outside") return alone(ports, "the receiver is outside the cluster");
    if (destination.type === "host") {
      if (local)
        return {
          stages: [{ hook: "host", segments: [{ ports, decision: this.ownHost(source) }] }],
          primary: 0,
        };
      if (host === undefined || host.interfaces.length === 0)
        return alone(ports, "no host endpoint governs what the host receives");
      const hook = `host endpoint of ${host.name}, what it receives`;
      const at = crossing(state, host, way, "ingress", false, asked.destination);
      return { stages: [{ hook, segments: cross(state, trip, at, ports) }], primary: 0 };
    }
    // felix/rules/static.go: a host reaches its own pods whatever their policies say.
    if (local && source.type === "host") return alone(ports, "a host always reaches its own pods");
    const own: Stage = { hook: "pod", segments: ownPolicies(trip, trip.destination, "ingress", ports) };
    if (host === undefined || host.interfaces.length === 0) return { stages: [own], primary: 0 };
    const before: Stage[] = local
      ? []
      : [
          {
            hook: `host endpoint of ${host.name}, what it forwards in`,
            segments: cross(state, trip, crossing(state, host, way, "ingress", true), ports),
          },
        ];
    const last: Stage = {
      hook: `host endpoint of ${host.name}, to its pod`,
      segments: cross(state, trip, crossing(state, host, "internal", "egress", true), ports),
    };
    return { stages: [...before, own, last], primary: before.length };
  }

  private ownHost(source: Endpoint): Decision {
    if (source.type === "host") return defaultDecision("allow", "a host always reaches itself");
    const action = this.state.endpointToHost;
    const what = `defaultEndpointToHostAction is ${action}`;
    return action === "Drop"
      ? defaultDecision("deny", `${what}: a pod does not reach its own host`)
      : defaultDecision("allow", `${what}: what the pod's policies allow reaches its own host`);
  }
}

function mergedWays(ways: readonly Ways[], reason: string): Ways {
  const side = (of: "egress" | "ingress"): Segment[] =>
    merged(
      ways.map((w) => w[of]),
      reason,
    );
  return { egress: side("egress"), ingress: side("ingress") };
}
