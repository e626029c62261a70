import type { Family } from "../../../../kube/ip";
import { hasPorts, isIcmp, type Decision, type Endpoint, type PortMatch, type Rule } from "../reach-model";
import {
  ALL_ICMP,
  ALL_PORTS,
  intersect,
  isEmpty,
  NO_PORTS,
  subtract,
  union,
  type PortSet,
} from "../port-sets";
import type { Entry, RuleList } from "./rule-lists";
import { both, FALSE, MAYBE, TRUE, type TruthCode } from "./entities";

/** A part of a protocol's ports with one decision. */
export interface Segment {
  readonly ports: PortSet;
  readonly decision: Decision;
}

/** What matching needs to know beside the entities. */
export interface Packet {
  readonly protocol: number;
  readonly family: Family;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly sourcePort?: number;
  /** Ports by which a Service stands for an endpoint; undefined where that is not known. */
  readonly servicePorts: (service: string, endpoint: Endpoint, protocol: number) => PortSet | undefined;
}

/** The whole port space of a protocol; a single point where it has no ports. */
export function portSpace(protocol: number): PortSet {
  return hasPorts(protocol) ? ALL_PORTS : isIcmp(protocol) ? ALL_ICMP : POINT;
}
const POINT: PortSet = [[0, 0]];

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

interface Matched {
  /** Ports on which the rule matches. */
  readonly sure: PortSet;
  /** Ports on which it may match. */
  readonly maybe: PortSet;
}
const NOTHING: Matched = { sure: NO_PORTS, maybe: NO_PORTS };

/**
 * The ports on which a rule matches packets of a protocol and family, if that depends on no endpoint and no question;
 * undefined where it does.
 */
export function staticPorts(rule: Rule, protocol: number, family: Family): PortSet | undefined {
  if (!carries(rule, protocol, family)) return NO_PORTS;
  const { source, destination } = rule;
  if (source.ports !== undefined || source.notPorts !== undefined) return undefined;
  const dynamic = (ports: PortMatch | undefined): boolean =>
    ports !== undefined && (ports.names.length > 0 || ports.service !== undefined || ports.unknown === true);
  if (dynamic(destination.ports) || dynamic(destination.notPorts)) return undefined;
  const space = portSpace(protocol);
  let result = space;
  if (rule.icmp !== undefined) result = intersect(result, rule.icmp);
  if (rule.notIcmp !== undefined) result = subtract(result, rule.notIcmp);
  const numbers = (ports: PortMatch): PortSet => (hasPorts(protocol) ? ports.numbers : NO_PORTS);
  if (destination.ports !== undefined) result = intersect(result, numbers(destination.ports));
  if (destination.notPorts !== undefined) result = subtract(result, numbers(destination.notPorts));
  // The very same set for the whole space, so that it is recognised at a glance.
  return isEmpty(subtract(space, result)) ? space : result;
}

function carries(rule: Rule, protocol: number, family: Family): boolean {
  if (rule.protocol !== undefined && rule.protocol !== protocol) return false;
  return rule.notProtocol !== protocol && (rule.family === undefined || rule.family === family);
}

/** The ports on which a rule matches, surely and perhaps. */
export function matchPorts(rule: Rule, packet: Packet): Matched {
  const { protocol } = packet;
  const space = portSpace(protocol);
  if (!carries(rule, protocol, packet.family)) return NOTHING;
  let sure = space;
  let maybe = NO_PORTS;
  const limit = (to: Matched): void => {
    const possible = intersect(union(sure, maybe), union(to.sure, to.maybe));
    sure = intersect(sure, to.sure);
    maybe = subtract(possible, sure);
  };
  if (rule.icmp !== undefined) limit({ sure: rule.icmp, maybe: NO_PORTS });
  if (rule.notIcmp !== undefined) limit({ sure: subtract(space, rule.notIcmp), maybe: NO_PORTS });
  const { source, destination } = rule;
  if (destination.ports !== undefined) limit(portsOf(destination.ports, packet.destination, packet));
  if (destination.notPorts !== undefined)
    limit(complement(portsOf(destination.notPorts, packet.destination, packet), space));
  if (source.ports !== undefined)
    limit(sourcePorts(portsOf(source.ports, packet.source, packet), packet, space));
  if (source.notPorts !== undefined) {
    const others = complement(portsOf(source.notPorts, packet.source, packet), space);
    limit(sourcePorts(others, packet, space));
  }
  return { sure, maybe };
}

/** The ports that a list of numbers, names and Services means at an endpoint. */
function portsOf(match: PortMatch, endpoint: Endpoint, packet: Packet): Matched {
  // A list of ports never matches what has no ports.
  if (!hasPorts(packet.protocol)) return NOTHING;
  let sure = match.numbers;
  let unknown = match.unknown === true;
  for (const name of match.names) {
    for (const port of endpoint.ports) {
      if (port.name !== name || port.protocol !== packet.protocol) continue;
      if (port.port === undefined) unknown = true;
      else sure = union(sure, [[port.port, port.port]]);
    }
  }
  if (match.service !== undefined) {
    const ports = packet.servicePorts(match.service, endpoint, packet.protocol);
    if (ports === undefined) unknown = true;
    else sure = union(sure, ports);
  }
  return { sure, maybe: unknown ? subtract(ALL_PORTS, sure) : NO_PORTS };
}

function complement({ sure, maybe }: Matched, space: PortSet): Matched {
  return { sure: subtract(subtract(space, sure), maybe), maybe };
}

/** A client may send from any port: unless the question names one, a rule on source ports may or may not match. */
function sourcePorts({ sure, maybe }: Matched, packet: Packet, space: PortSet): Matched {
  const all: Matched = { sure: space, maybe: NO_PORTS };
  const perhaps: Matched = { sure: NO_PORTS, maybe: space };
  const { sourcePort } = packet;
  if (sourcePort === undefined) {
    if (isEmpty(subtract(ALL_PORTS, sure))) return all;
    return isEmpty(sure) && isEmpty(maybe) ? NOTHING : perhaps;
  }
  const at: PortSet = [[sourcePort, sourcePort]];
  if (!isEmpty(intersect(sure, at))) return all;
  return isEmpty(intersect(maybe, at)) ? NOTHING : perhaps;
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
