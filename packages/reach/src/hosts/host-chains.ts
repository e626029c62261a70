import { inNets } from "../addresses";
import type { Failsafe } from "../input/failsafe";
import type { Decision, Direction, Endpoint, Hook } from "../reach-model";
import { intersect, isEmpty, NO_PORTS, subtract, union, type PortSet } from "../port-sets";
import { between, evaluate, type Segment } from "../rules/evaluate-rules";
import type { Packet } from "../rules/rule-ports";
import type { State } from "../reach-state";
import { defaultDecision } from "./default-decision";
import { untrackedSegments } from "./ebpf";
import type { View } from "../endpoint-views";

/** A packet on its way, with what both ends are to the rules. */
export interface Trip {
  readonly packet: Packet;
  readonly source: View;
  readonly destination: View;
}

/** How a host endpoint is met: at which hooks, in this order; an allow before DNAT or tracking skips the rest. */
export interface Crossing {
  readonly direction: Direction;
  readonly hooks: readonly { readonly hook: Hook; readonly view: View | undefined }[];
  /** Failsafe ports pass all hooks of traffic that ends at the host, and the early ones of what it forwards. */
  readonly failsafe: "all" | "early" | "none";
  /** The answer where no host endpoint governs. */
  readonly otherwise: string;
}

/** Divides ports by what happens at a host. */
export function cross(state: State, trip: Trip, crossing: Crossing, ports: PortSet): Segment[] {
  const { direction, hooks } = crossing;
  if (hooks.every(({ view }) => view === undefined))
    return [{ ports, decision: defaultDecision("allow", crossing.otherwise) }];
  const result: Segment[] = [];
  let remaining = ports;
  const exempt =
    crossing.failsafe === "none" ? NO_PORTS : intersect(ports, failsafePorts(state, trip, direction));
  if (crossing.failsafe === "all" && !isEmpty(exempt)) {
    result.push({ ports: exempt, decision: FAILSAFE[direction] });
    remaining = subtract(remaining, exempt);
  }
  for (const [i, { hook, view }] of hooks.entries()) {
    if (view === undefined) continue;
    const early = hook === "preDNAT" || hook === "untracked";
    const skipped = early ? intersect(remaining, exempt) : NO_PORTS;
    const list = view.list(direction, hook);
    const found = evaluate(
      list,
      between(trip.source.truths, trip.destination.truths),
      trip.packet,
      subtract(remaining, skipped),
    );
    const forwarded = crossing.failsafe !== "all";
    const segments = hook === "untracked" ? untrackedSegments(state, list, forwarded, found) : found;
    let on: PortSet = skipped;
    for (const segment of segments) {
      if (goesOn(segment.decision) && hooks.slice(i + 1).some((h) => h.view !== undefined))
        on = union(on, segment.ports);
      else result.push(goesOn(segment.decision) ? { ...segment, decision: NOT_DECIDED } : segment);
    }
    remaining = on;
  }
  if (!isEmpty(remaining)) result.push({ ports: remaining, decision: NOT_DECIDED });
  return result;
}

/**
 * The same where the host translates the destination between the hooks: those before DNAT and tracking see what the
 * packet was sent to, a Service's port or a node port, the later one where it goes. An allow before DNAT is the last
 * word of the interface that it came by (MarkAccept in felix/rules/static.go; felix/fv/pre_dnat_test.go).
 */
export function crossTranslated(
  state: State,
  trip: Trip,
  at: Crossing,
  { from, port }: { readonly from: Endpoint; readonly port: number },
  ports: PortSet,
): Segment[] {
  const sent: Trip = {
    ...trip,
    packet: { ...trip.packet, destination: from },
    destination: state.view(from),
  };
  const [early] = cross(state, sent, beforeDnat(at), [[port, port]]);
  const decision = early?.decision ?? NOT_DECIDED;
  const last = decision.verdict === "allow" && decision.policy !== null;
  const stages: Segment[][] = [[{ ports, decision }]];
  if (!last) stages.push(cross(state, trip, afterDnat(at), ports));
  return sequence(stages, stages.length - 1);
}

/** Only the hooks before DNAT and tracking. */
export function beforeDnat(crossing: Crossing): Crossing {
  return {
    ...crossing,
    hooks: crossing.hooks.filter(({ hook }) => hook === "untracked" || hook === "preDNAT"),
  };
}

/** Only the hook after them. */
export function afterDnat(crossing: Crossing): Crossing {
  return { ...crossing, hooks: crossing.hooks.slice(-1), failsafe: "none" };
}

/** Whether an early hook left the packet to the next one. */
function goesOn(decision: Decision): boolean {
  return decision.goesOn === true;
}

const NOT_DECIDED = defaultDecision("allow", "no policy of the host endpoint applies here");
const FAILSAFE = {
  ingress: defaultDecision("allow", "failsafe port of the host (failsafeInboundHostPorts)"),
  egress: defaultDecision("allow", "failsafe port of the host (failsafeOutboundHostPorts)"),
};

function failsafePorts(state: State, trip: Trip, direction: Direction): PortSet {
  const { packet } = trip;
  const list: readonly Failsafe[] = state.failsafe[direction === "ingress" ? "inbound" : "outbound"];
  const other = direction === "ingress" ? packet.source : packet.destination;
  return list
    .filter((f) => f.protocol === packet.protocol)
    .filter((f) => f.net === undefined || inNets(other.addresses, [f.net]) === true)
    .reduce<PortSet>((ports, f) => union(ports, [[f.port, f.port]]), NO_PORTS);
}

/**
 * What a row of hooks decides together: the first deny, else the first unknown, else what the one that matters most
 * says.
 */
export function sequence(stages: readonly (readonly Segment[])[], primary: number): Segment[] {
  const order = [...stages.keys()].map((i) => i);
  let result: { ports: PortSet; decisions: Decision[] }[] | undefined;
  for (const i of order) {
    const stage = stages[i] ?? [];
    result =
      result === undefined
        ? stage.map(({ ports, decision }) => ({ ports, decisions: [decision] }))
        : result.flatMap(({ ports, decisions }) =>
            stage.flatMap((segment) => {
              const common = intersect(ports, segment.ports);
              return isEmpty(common) ? [] : [{ ports: common, decisions: [...decisions, segment.decision] }];
            }),
          );
  }
  return (result ?? []).flatMap(({ ports, decisions }) => {
    const decision =
      decisions.find((d) => d.verdict === "deny") ??
      decisions.find((d) => d.verdict === "unknown") ??
      decisions[primary];
    return decision === undefined ? [] : [{ ports, decision }];
  });
}

/** Where it depends on something unknown which of several ways a packet goes: equal verdicts count, others do not. */
export function merged(ways: readonly (readonly Segment[])[], reason: string): Segment[] {
  const [first = [], ...others] = ways;
  return others.reduce<readonly Segment[]>(
    (result, other) =>
      result.flatMap((a) =>
        other.flatMap((b) => {
          const ports = intersect(a.ports, b.ports);
          if (isEmpty(ports)) return [];
          const same = a.decision.verdict === b.decision.verdict;
          return [{ ports, decision: same ? a.decision : defaultDecision("unknown", reason) }];
        }),
      ),
    first,
  ) as Segment[];
}
