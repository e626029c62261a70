import type { Host } from "../input/hosts";
import type { Direction, Endpoint, Hook } from "../reach-model";
import { intersect, isEmpty, type PortSet } from "../port-sets";
import { between, evaluate, type Segment } from "../rules/evaluate-rules";
import type { State } from "../reach-state";
import type { View } from "../endpoint-views";
import type { Crossing, Trip } from "./host-chains";
import { governing, type Way } from "./host-interfaces";

/** What a packet meets where it crosses a host: hooks in order, for what ends or starts there or is forwarded. */
export function crossing(
  state: State,
  host: Host,
  way: Way,
  direction: Direction,
  forwarded: boolean,
  asked?: string,
): Crossing {
  const at = (hook: Hook): Crossing["hooks"][number] => ({
    hook,
    view: governing(state, host, way, hook, direction, asked),
  });
  const last = at(forwarded ? "forward" : "normal");
  // Forwarded packets leave without meeting the hooks before tracking: those are for what the host itself sends.
  const early =
    direction === "ingress" ? [at("untracked"), at("preDNAT")] : forwarded ? [] : [at("untracked")];
  return {
    direction,
    hooks: [...early, last],
    failsafe: forwarded ? (direction === "ingress" ? "early" : "none") : "all",
    otherwise: forwarded
      ? "no host endpoint governs what the host forwards"
      : "no host endpoint governs the host",
  };
}

/** As which endpoint rules see an end: a host as its host endpoint where it has one. */
export function identity(state: State, endpoint: Endpoint, host: Host | undefined, asked?: string): View {
  if (endpoint.type !== "host" || host === undefined || host.interfaces.length === 0)
    return state.view(endpoint);
  const named = host.interfaces.find((i) => i.name === asked);
  if (named !== undefined) return state.view(named.endpoint);
  return governing(state, host, "fabric", "normal", "ingress") ?? state.view(endpoint);
}

/**
 * The hosts that an end may be on; undefined stands for one without any host endpoint, or for the outside. Of hosts
 * that no policy tells apart two are enough: one of its own, and another.
 */
export function candidates(state: State, endpoint: Endpoint): (Host | undefined)[] {
  if (endpoint.type === "outside") return [undefined];
  if (endpoint.nodes !== undefined)
    return endpoint.nodes.map((name) => state.hosts.find((host) => host.name === name));
  if (!state.governed) return [undefined];
  const byKind = new Map<string, Host[]>();
  for (const host of state.hosts) {
    const key = hostKey(state, host);
    const alike = byKind.get(key) ?? [];
    if (alike.length < 2) byKind.set(key, [...alike, host]);
  }
  return [...byKind.values()].flat();
}

function hostKey(state: State, host: Host): string {
  const view = (endpoint: Endpoint): string => {
    const v = state.view(endpoint);
    const lists = (["ingress", "egress"] as const).flatMap((direction) =>
      (["normal", "forward", "preDNAT", "untracked"] as const).map((hook) => v.list(direction, hook).id),
    );
    return `${Buffer.from(v.truths).toString("latin1")} ${lists.join()}`;
  };
  const own = Buffer.from(state.view(host.node).truths).toString("latin1");
  return [own, ...host.interfaces.map((i) => `${i.wildcard} ${view(i.endpoint)}`)].join("\u0000");
}

/** A pod's own policies. */
export function ownPolicies(trip: Trip, view: View, direction: Direction, ports: PortSet): Segment[] {
  const matches = between(trip.source.truths, trip.destination.truths);
  const list = view.list(direction, "normal");
  const { packet } = trip;
  const found = evaluate(list, matches, packet, ports);
  if (!list.byRequest || packet.request === undefined || packet.destination.dikastes !== true) return found;
  return atProxy(found, evaluate(list, matches, { ...packet, felix: true }, ports));
}

/** What Felix lets through and Dikastes denies: the same rules are judged twice, at the pod's interface and at its proxy. */
function atProxy(found: readonly Segment[], felix: readonly Segment[]): Segment[] {
  return found.flatMap((segment) => {
    const { decision, ports } = segment;
    if (decision.verdict !== "deny") return [segment];
    return felix.flatMap((at): Segment[] => {
      const both = intersect(ports, at.ports);
      if (isEmpty(both)) return [];
      if (at.decision.verdict !== "allow") return [{ ports: both, decision }];
      const reason = `${decision.reason}; at Dikastes, which answers 403: Felix does not look at http, and lets it through`;
      return [{ ports: both, decision: { ...decision, at: "proxy", reason } }];
    });
  });
}
