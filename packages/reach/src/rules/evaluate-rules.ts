import { hasPorts, type Decision } from "../reach-model";
import { intersect, isEmpty, NO_PORTS, subtract, union, type PortSet } from "../port-sets";
import type { RuleList } from "./rule-lists";
import type { Entry } from "./rule-entries";
import { both, FALSE, MAYBE, TRUE, type TruthCode } from "./entities";
import { matchPorts, portsOf, type Packet } from "./rule-ports";

/** A part of a protocol's ports with one decision. */
export interface Segment {
  readonly ports: PortSet;
  readonly decision: Decision;
}

/** How surely an entry's source and destination match; ports and protocols come later. */
export type EntryTruth = (entry: Entry, index: number) => TruthCode;

/** Divides `ports` by which entry of the list decides; the parts cover it exactly. */
export function evaluate(list: RuleList, matches: EntryTruth, packet: Packet, ports: PortSet): Segment[] {
  const segments = walk(list, matches, packet, ports, 0);
  const open = packet.sourcePort === undefined && list.bySourcePort && hasPorts(packet.protocol);
  if (!open || segments.every(({ decision }) => decision.verdict !== "unknown")) return segments;
  return overSourcePorts(list, packet, (of) => walk(list, matches, of, ports, 0)) ?? segments;
}

/**
 * The client may send from any port: rules on it, alone unsure, may together cover every one. Each stretch of source
 * ports that no rule divides is asked by itself; undefined where there are too many.
 */
function overSourcePorts(
  list: RuleList,
  packet: Packet,
  ask: (packet: Packet) => Segment[],
): Segment[] | undefined {
  const edges = new Set([1]);
  for (const { rule } of list.entries) {
    for (const ports of [rule?.source.ports, rule?.source.notPorts]) {
      if (ports === undefined) continue;
      for (const [first, last] of portsOf(ports, packet.source, packet).sure) edges.add(first).add(last + 1);
    }
  }
  if (edges.size > MOST_SOURCE_PORTS) return undefined;
  const [first = [], ...others] = [...edges]
    .filter((port) => port >= 1 && port <= 65535)
    .sort((a, b) => a - b)
    .map((sourcePort) => ask({ ...packet, sourcePort }));
  return join(
    others.reduce<readonly Segment[]>(
      (result, other) =>
        result.flatMap((a) =>
          other.flatMap((b): Segment[] => {
            const ports = intersect(a.ports, b.ports);
            if (isEmpty(ports)) return [];
            const agree =
              a.decision.verdict === b.decision.verdict && a.decision.goesOn === b.decision.goesOn;
            return [{ ports, decision: agree ? a.decision : bySourcePort(a.decision, b.decision) }];
          }),
        ),
      first,
    ),
  );
}
const MOST_SOURCE_PORTS = 500;

function bySourcePort(a: Decision, b: Decision): Decision {
  if (a.verdict === "unknown") return a;
  if (b.verdict === "unknown") return b;
  const { tier, policy, rule } = a.policy === null ? b : a;
  const reason = `depends on the client's port (--source-port): ${a.reason}, or ${b.reason}`;
  return { verdict: "unknown", tier, policy, rule, reason };
}

function walk(list: RuleList, matches: EntryTruth, packet: Packet, ports: PortSet, start: number): Segment[] {
  const { entries } = list;
  const segments: Segment[] = [];
  let remaining = ports;
  for (let i = start; i < entries.length && !isEmpty(remaining); i++) {
    const entry = entries[i];
    if (entry === undefined) break;
    const truth = both(entry.certain, matches(entry, i));
    if (truth === FALSE) continue;
    const matched =
      entry.rule === undefined ? { sure: remaining, maybe: NO_PORTS } : matchPorts(entry.rule, packet);
    const sure = truth === TRUE ? intersect(remaining, matched.sure) : NO_PORTS;
    const maybe = subtract(
      intersect(remaining, truth === TRUE ? matched.maybe : union(matched.sure, matched.maybe)),
      sure,
    );
    if (!isEmpty(sure)) segments.push(...decide(list, entry, matches, packet, sure));
    if (!isEmpty(maybe)) {
      const taken = decide(list, entry, matches, packet, maybe);
      segments.push(...merge(taken, walk(list, matches, packet, maybe, i + 1), entry.unsure));
    }
    remaining = subtract(subtract(remaining, sure), maybe);
  }
  return join(segments);
}

function decide(
  list: RuleList,
  entry: Entry,
  matches: EntryTruth,
  packet: Packet,
  ports: PortSet,
): Segment[] {
  if (entry.action === "Pass" && entry.next < list.entries.length)
    return walk(list, matches, packet, ports, entry.next);
  return [{ ports, decision: entry.decision }];
}

/** Where both outcomes agree it does not matter which comes true. */
function merge(taken: readonly Segment[], left: readonly Segment[], unsure: Decision): Segment[] {
  const result: Segment[] = [];
  for (const a of taken) {
    for (const b of left) {
      const ports = intersect(a.ports, b.ports);
      if (isEmpty(ports)) continue;
      const agree = a.decision.verdict === b.decision.verdict && a.decision.goesOn === b.decision.goesOn;
      result.push({ ports, decision: !agree ? unsure : b.decision });
    }
  }
  return result;
}

/** One segment per decision. */
function join(segments: readonly Segment[]): Segment[] {
  if (segments.length < 2) return [...segments];
  const byDecision = new Map<Decision, PortSet>();
  for (const { ports, decision } of segments)
    byDecision.set(decision, union(byDecision.get(decision) ?? NO_PORTS, ports));
  return [...byDecision].map(([decision, ports]) => ({ ports, decision }));
}

/** Whether an entry matches certainly, possibly or not, given what source and destination are to the entities. */
export function between(source: Uint8Array, destination: Uint8Array): EntryTruth {
  return (entry) => {
    const from = entry.source === -1 ? TRUE : truthAt(source, entry.source);
    return from === FALSE
      ? FALSE
      : both(from, entry.destination === -1 ? TRUE : truthAt(destination, entry.destination));
  };
}

export function truthAt(truths: Uint8Array, index: number): TruthCode {
  const value = truths[index];
  return value === TRUE ? TRUE : value === MAYBE ? MAYBE : FALSE;
}
