import { inNets } from "../addresses";
import type { Flow, Remark } from "../reach-flows";
import {
  protocolName,
  type Decision,
  type Direction,
  type Endpoint,
  type EndpointMatch,
  type HttpMatch,
} from "../reach-model";
import { contains, formatPorts } from "../port-sets";
import { truthAt } from "../rules/evaluate-rules";
import { matchPorts, type Packet } from "../rules/rule-ports";
import type { Entry } from "../rules/rule-entries";
import { FALSE, TRUE } from "../rules/entities";
import type { State } from "../reach-state";
import type { Leg, Question } from "../traced-flow";
import { failures } from "./failures";

/** Rules that would allow a closed flow but for one thing. */
export function nearMisses(state: State, question: Question, flow: Flow, leg: Leg): Remark[] {
  const packet = state.packet(leg.source, leg.destination, leg.protocol);
  if (packet === undefined) return [];
  return (["egress", "ingress"] as const).flatMap((direction) => {
    const subject = direction === "egress" ? leg.source : leg.destination;
    if (flow[direction].verdict !== "deny" || isMesh(flow[direction]) || subject.type !== "workload")
      return [];
    const { entries } = state.view(subject).list(direction, "normal");
    const misses = entries.flatMap((entry) => missOf(state, entry, direction, leg, packet, question) ?? []);
    return misses
      .sort((a, b) => a.distance - b.distance)
      .slice(0, 3)
      .map(({ text }): Remark => ({ about: "near-miss", text }));
  });
}

/** The network let it through: a proxy of the mesh decided. */
const isMesh = ({ at, tier }: Decision): boolean => at === "proxy" && tier === null;

interface Miss {
  readonly text: string;
  /** Smaller is nearer. */
  readonly distance: number;
}

function missOf(
  state: State,
  entry: Entry,
  direction: Direction,
  leg: Leg,
  packet: Packet,
  question: Question,
): Miss | undefined {
  const { rule } = entry;
  if (rule === undefined || entry.action !== "Allow") return undefined;
  const [subject, peer] =
    direction === "egress" ? [leg.source, leg.destination] : [leg.destination, leg.source];
  const [own, other] =
    direction === "egress" ? [entry.source, entry.destination] : [entry.destination, entry.source];
  const matches = (entity: number, endpoint: Endpoint): boolean =>
    entity === -1 || truthAt(state.view(endpoint).truths, entity) === TRUE;
  if (own !== -1 && truthAt(state.view(subject).truths, own) === FALSE) return undefined;
  const title = entry.decision.reason.replace(/: \w+$/, "");
  const { sure, maybe } = matchPorts(rule, packet);
  const port = leg.port ?? 0;
  const fits =
    leg.port === undefined ? sure.length + maybe.length > 0 : contains(sure, port) || contains(maybe, port);
  const reached = matches(other, peer);
  if (reached && fits) return undefined;
  if (reached && rule.http !== undefined && rule.http.unknown !== true) {
    const { sure: open } = matchPorts(rule, { ...packet, felix: true });
    if (leg.port === undefined || contains(open, leg.port))
      return {
        text: `${title} would match but for the request: it allows ${allowedRequests(rule.http)}`,
        distance: 0,
      };
  }
  if (reached) {
    const allowed = allowedPorts(entry, packet);
    const asked = leg.port === undefined || question.port === undefined ? "" : ` ${leg.port}`;
    const not =
      question.port === undefined && allowed.startsWith(protocolName(leg.protocol))
        ? " only"
        : `, not ${protocolName(leg.protocol)}${asked}`;
    return { text: `${title} would match but for the port: it allows ${allowed}${not}`, distance: 0 };
  }
  if (!fits) return undefined;
  const whys = (rule[direction === "egress" ? "destination" : "source"].anyOf ?? []).map((match) =>
    whyNot(match, peer),
  );
  const best = whys.filter((why) => why.length > 0).sort((a, b) => a.length - b.length)[0];
  if (best === undefined || best.length > 2) return undefined;
  return { text: `${title} would match but for the peer: ${best.join(", and ")}`, distance: best.length };
}

function allowedRequests({ methods = ["any method"], paths }: HttpMatch): string {
  const where = paths?.map(({ exact, prefix }) => exact ?? `${prefix ?? ""} and what is below it`);
  return `${methods.join(", ")}${where === undefined ? "" : ` of ${where.join(", ")}`}`;
}

/** What the rule allows in place of what was asked, for any protocol. */
function allowedPorts({ rule }: Entry, packet: Packet): string {
  if (rule === undefined) return "";
  const protocol = rule.protocol ?? packet.protocol;
  const { sure } = matchPorts(rule, { ...packet, protocol });
  const names = rule.destination.ports?.names ?? [];
  const ports =
    sure.length > 0
      ? formatPorts(sure)
      : names.length > 0
        ? `the port named ${names.join(", ")}`
        : "no port of it";
  return `${protocolName(protocol)} ${ports}`;
}

function whyNot({ selector, nets, notNets = [] }: EndpointMatch, peer: Endpoint): string[] {
  if (selector !== undefined) {
    if (peer.selectable === undefined) return [noSelector(peer)];
    return failures(selector, peer);
  }
  if (nets === undefined) return [];
  if (inNets(peer.addresses, nets) === false)
    return [`${peer.name} is not in ${nets.map(({ text }) => text).join(", ")}`];
  const except = notNets.filter((net) => inNets(peer.addresses, [net]) !== false);
  return except.length === 0 ? [] : [`${except.map(({ text }) => text).join(", ")} is excepted`];
}

/** Why selectors do not find an end without labels. */
export function noSelector(peer: Endpoint): string {
  if (peer.type === "outside")
    return `${peer.name} lies outside the cluster: selectors find pods, an ipBlock finds it`;
  if (peer.kind === "Node")
    return `${peer.name} is a node: pod selectors do not find it, an ipBlock with its addresses does`;
  return `${peer.name} is in its host's network: pod selectors do not find it, an ipBlock with its node's address does`;
}
