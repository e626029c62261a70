import { UserError } from "../../../../kube/problems";
import { traced } from "../explain";
import { withFamily } from "../families";
import { PathEvaluator, type Asked } from "../hosts/path-evaluator";
import type { HookedWay, Stage } from "../hosts/hook-stages";
import { translatedAtSender, virtual } from "../hosts/service-flow";
import { worse } from "../reach-flows";
import { hasPorts, type Decision, type Endpoint } from "../reach-model";
import { protocolNumber } from "../question-ends";
import { portSpace } from "../rules/rule-ports";
import type { State } from "../reach-state";
import type { Leg, Question, TracedFlow } from "../traced-flow";
import { toMachine, toPod, type Ends } from "./between-machines";
import { policyHop, type Hop, type Walk } from "./hop";
import { addressOf, machineOf } from "./names";
import { atSender, isServed, throughNode } from "./service-hops";

/**
 * The way of one packet through what the cluster has: interfaces, routes, translation of Services, hooks where policy
 * decides, tunnels. It is made of what the evaluator itself follows; what the objects do not say is told as unknown.
 * @throws UserError without a port, or where an end is not known
 */
export function walk(state: State, question: Question): Walk[] {
  const { port, protocol = "TCP", request, ...ends } = question;
  if (port === undefined && hasPorts(protocolNumber(protocol)))
    throw new UserError("A walk follows one packet: add --port.");
  const asked = request === undefined ? state : state.withRequest(request);
  const one: Question = { ...ends, protocol, ...(port === undefined ? {} : { port }) };
  return traced(asked, one).map((found) => walkOf(asked, one, found));
}

function walkOf(whole: State, question: Question, { flow, legs }: TracedFlow): Walk {
  const [leg] = legs;
  const family = leg?.source.families.find((f) => leg.destination.families.includes(f));
  const several = whole.families().length > 1 && family !== undefined;
  const { from, to, protocol, ports, family: shown } = several ? withFamily(flow, family) : flow;
  const head = { from, to, protocol, ports, ...(shown === undefined ? {} : { family: shown }) };
  if (leg === undefined) {
    const decision = flow.egress.verdict === "allow" ? flow.ingress : flow.egress;
    return { ...head, verdict: flow.verdict, hops: [policyHop(from, "gets no further", decision)] };
  }
  const state = several ? whole.only(family) : whole;
  return {
    ...head,
    verdict: worse(leg.egress.verdict, leg.ingress.verdict),
    hops: untilDenied(legHops(state, question, leg)),
    ...(leg.by === undefined ? {} : { backends: legs.length }),
  };
}

/** What is denied goes no further. */
function untilDenied(hops: readonly Hop[]): Hop[] {
  const end = hops.findIndex(({ verdict }) => verdict === "deny");
  return end === -1 ? [...hops] : hops.slice(0, end + 1);
}

function legHops(state: State, question: Question, leg: Leg): Hop[] {
  const { source } = leg;
  const first = sends(leg);
  if (!isServed(leg)) return [first, ...direct(state, question, leg, {})];
  const { service, port, entry } = leg.by;
  if (leg.port === undefined && hasPorts(leg.protocol))
    return [
      first,
      policyHop(`Service ${service.namespace}/${service.name}`, "has no port there", leg.ingress),
    ];
  if (!translatedAtSender(state, { from: source, entry, service }))
    return [first, ...throughNode(state, leg), arrives(leg)];
  const to = virtual(service, port.port);
  const translated = service.headless || to === undefined ? {} : { translated: to };
  return [
    first,
    atSender(leg, machineOf(source, undefined)),
    // Of addresses that lead to nodes only what both ends decide together is known here.
    ...direct(state, question, leg, entry === "clusterIP" ? translated : undefined),
  ];
}

/** From end to end without a node between that translates anything. */
function direct(
  state: State,
  { sourcePort }: Question,
  leg: Leg,
  translated: Pick<Asked, "translated"> | undefined,
): Hop[] {
  const { source, destination, protocol, port } = leg;
  const ports = port === undefined ? portSpace(protocol) : ([[port, port]] as const);
  const asked = { ...translated, ...(sourcePort === undefined ? {} : { sourcePort }) };
  const ways = new PathEvaluator(state).hooks(source, destination, protocol, ports, asked);
  const way = ways.length === 1 && translated !== undefined ? ways[0] : undefined;
  const ends = endsOf(way, source, destination);
  const [from, to] = [machineOf(source, ends.sender), machineOf(destination, ends.receiver)];
  return [
    ...decided(from, "policies where it leaves", leg.egress, way?.egress, source),
    ...carried(state, from, to, ends),
    ...seenAs(from, way, source),
    ...decided(to, "policies where it enters", leg.ingress, way?.ingress, destination),
    arrives(leg),
  ];
}

function endsOf(way: HookedWay | undefined, source: Endpoint, destination: Endpoint): Ends {
  const [a, b] = [source.nodes, destination.nodes];
  const outside = source.type === "outside" || destination.type === "outside";
  const named = a?.length === 1 && b?.length === 1 ? a[0] === b[0] : undefined;
  return {
    source,
    destination,
    sender: way?.sender,
    receiver: way?.receiver,
    local: outside ? false : named,
  };
}

function carried(state: State, from: string, to: string, ends: Ends): Hop[] {
  const { source, destination, local } = ends;
  if (destination.type !== "workload") return local === true ? [] : toMachine(state, from, ends);
  if (source.type === "outside")
    return [
      {
        at: to,
        does: "comes to the pod's node, at the pod's own address",
        by: "a route to the pods' range outside the cluster",
        unknown: "whether there is such a route",
      },
    ];
  return toPod(state, from, ends);
}

/** A machine's packets into a tunnel carry the tunnel's address. */
function seenAs(at: string, way: HookedWay | undefined, source: Endpoint): Hop[] {
  if (source.type !== "host" || way === undefined || way.seen === source) return [];
  const does = `its source is the tunnel's address ${addressOf(way.seen) ?? ""}`.trim();
  return [{ at, does, by: "the kernel takes the address of the device that the route names" }];
}

/** A hop for each hook; one for all where which of them the packet meets is not known. */
function decided(
  at: string,
  does: string,
  decision: Decision,
  stages: readonly Stage[] | undefined,
  end: Endpoint,
): Hop[] {
  if (end.type === "outside") return [];
  const found = (stages ?? []).flatMap(({ hook, segments }) =>
    segments[0] === undefined ? [] : [{ hook, decision: segments[0].decision }],
  );
  const together = found.map((f) => f.decision.verdict).reduce(worse, "allow");
  // The evaluator's answer counts: hooks that say otherwise are not shown one by one.
  if (found.length < 2 || together !== decision.verdict) return [policyHop(at, does, decision)];
  return found.map((f) => policyHop(at, f.hook === "pod" ? `${does}: the pod's own` : f.hook, f.decision));
}

/** The sender, and how a packet leaves it. */
function sends({ source, destination, by, port }: Leg): Hop {
  const to =
    by === undefined
      ? (addressOf(destination) ?? destination.name)
      : `Service ${by.service.namespace}/${by.service.name}`;
  const target = by === undefined ? port : by.entry === "nodePort" ? by.port.nodePort : by.port.port;
  return {
    at: source.name,
    does: `sends to ${to}${target === undefined ? "" : `, port ${target}`}`,
    by:
      source.type === "workload"
        ? "its default route, dev eth0 (Calico: via 169.254.1.1, or fe80::ecee:eeff:feee:eeee)"
        : "its own routes",
  };
}

const arrives = ({ destination, port }: Leg): Hop => ({
  at: destination.name,
  does: `arrives${port === undefined ? "" : ` at port ${port}`}`,
  by: destination.type === "workload" ? "dev eth0 of the pod" : "its own interface",
});
