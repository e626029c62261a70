import type { Backed } from "../input/endpoints";
import { hostAddresses, type Host } from "../input/hosts";
import type { ServicePort } from "../input/services";
import type { Decision, Endpoint } from "../model";
import type { PortSet } from "../ports";
import type { Segment } from "../rules/evaluate";
import { targetPort, type State } from "../state";
import { cross, defaultDecision, merged, sequence, type Crossing } from "./chains";
import { seenAs, waysBetween } from "./between";
import { afterDnat, beforeDnat, candidates, crossing, identity, ownPolicies } from "./crossings";
import type { PathEvaluator, Ways } from "./path";

/** How a packet reaches a Service: by its own address, or by a node's address and node port. */
export interface ServiceQuestion {
  readonly from: Endpoint;
  readonly service: Backed;
  readonly port: ServicePort;
  /** The node whose address was named; undefined where any. */
  readonly node?: Host;
  readonly viaNode: boolean;
  readonly sourcePort?: number;
}

export interface Decisions {
  readonly egress: Decision;
  readonly ingress: Decision;
  /** The workload that answered. */
  readonly backend: Endpoint;
}

/**
 * What happens to packets to a Service, for each workload behind it. Policies are evaluated after the destination was
 * translated to the pod and its port, preDNAT and doNotTrack policies before. A node that forwards to a pod replaces
 * the client's address by its own, unless externalTrafficPolicy is Local.
 */
export function serviceDecisions(state: State, paths: PathEvaluator, q: ServiceQuestion): Decisions[] {
  return q.service.backends.map((backend) => {
    const target = targetPort(q.port.target, q.port.protocol, backend);
    if (target === undefined) {
      const reason = `the Service's targetPort ${String(q.port.target)} is no named port of ${backend.name}`;
      const refused = defaultDecision("deny", reason);
      return { backend, egress: defaultDecision("allow", "not reached"), ingress: refused };
    }
    return {
      backend,
      ...(q.viaNode ? byNode(state, paths, q, backend, target) : direct(paths, q, backend, target)),
    };
  });
}

/** From inside: translated on the sender's own node, before any policy but those before DNAT. */
function direct(
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
): Pick<Decisions, "egress" | "ingress"> {
  const asked = q.sourcePort === undefined ? {} : { sourcePort: q.sourcePort };
  if (q.from === backend) {
    const self = defaultDecision("allow", "a pod always reaches itself");
    return { egress: self, ingress: self };
  }
  const ways = paths.ways(q.from, backend, q.port.protocol, [[target, target]], asked);
  return only(ways);
}

/** From outside, or from inside to a node's address: through the node that receives it. */
function byNode(
  state: State,
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
): Pick<Decisions, "egress" | "ingress"> {
  const local = q.service.externalTrafficPolicy === "Local";
  const receivers = q.node === undefined ? receiversOf(state, local ? backend : undefined) : [q.node];
  const sender = senderOf(state, q.from);
  return agree(
    receivers.flatMap((receiver) => {
      if (sender !== undefined && sender === receiver)
        return [onOwnNode(state, paths, q, backend, target, sender)];
      const clients = seenAs(state, q.from, receiver?.node ?? ANY_NODE, false, sender);
      return clients.map((seen) => {
        const elsewhere = local && receiver !== undefined && backend.nodes?.includes(receiver.name) === false;
        // What shows a pod's address is from inside to kube-proxy, whose Local is for what comes from outside.
        if (!elsewhere || seen.type === "workload")
          return through(state, paths, q, seen, backend, target, receiver);
        const reason = `externalTrafficPolicy is Local and ${backend.name} does not run on ${receiver.name}`;
        return {
          egress: defaultDecision("allow", "the packet reaches the node"),
          ingress: defaultDecision("deny", reason),
        };
      });
    }),
  );
}

/** The host that an end is on, where it can be on one only. */
function senderOf(state: State, { nodes = [] }: Endpoint): Host | undefined {
  return nodes.length === 1 ? state.hosts.find((host) => host.name === nodes[0]) : undefined;
}

/**
 * By the sender's own node: translated there before any policy, as with the Service's own address, and whatever
 * externalTrafficPolicy says. With Cluster other nodes see the node (KUBE-EXT chains of kube-proxy).
 */
function onOwnNode(
  state: State,
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
  sender: Host,
): Pick<Decisions, "egress" | "ingress"> {
  const whole = direct(paths, q, backend, target);
  const masked = q.service.externalTrafficPolicy !== "Local" && q.from.type === "workload";
  if (!masked || senderOf(state, backend) === sender) return whole;
  return { ...whole, ingress: afterNode(state, q, backend, target, sender, sender.node) };
}

function through(
  state: State,
  paths: PathEvaluator,
  question: ServiceQuestion,
  seen: Endpoint,
  backend: Endpoint,
  target: number,
  receiver: Host | undefined,
): Pick<Decisions, "egress" | "ingress"> {
  const q = { ...question, from: seen };
  const { protocol } = q.port;
  const nodePort = q.port.nodePort ?? q.port.port;
  const node = receiver?.node ?? ANY_NODE;
  const asked = q.sourcePort === undefined ? {} : { sourcePort: q.sourcePort };
  const egress = only(paths.ways(question.from, node, protocol, [[nodePort, nodePort]], asked)).egress;
  const stages: Decision[] = [];
  if (receiver !== undefined && receiver.interfaces.length > 0) {
    const path = crossing(state, receiver, "fabric", "ingress", true);
    const early = stage(state, q, node, receiver, beforeDnat(path), nodePort);
    stages.push(early);
    // An allow before DNAT is the last word of the receiving interface (MarkAccept in felix/rules/static.go).
    const accepted = early.verdict === "allow" && early.policy !== null;
    if (!accepted) stages.push(stage(state, q, backend, undefined, afterDnat(path), target));
  }
  stages.push(afterNode(state, q, backend, target, receiver, node));
  return { egress, ingress: worst(stages) };
}

/** One hook of the receiving node. */
function stage(
  state: State,
  q: ServiceQuestion,
  to: Endpoint,
  host: Host | undefined,
  at: Crossing,
  port: number,
): Decision {
  const packet = state.packet(q.from, to, q.port.protocol, q.sourcePort);
  if (packet === undefined) return NO_FAMILY;
  const trip = { packet, source: state.view(q.from), destination: identity(state, to, host) };
  return cross(state, trip, at, [[port, port]])[0]?.decision ?? NO_FAMILY;
}

/** From the receiving node to the pod. */
function afterNode(
  state: State,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
  receiver: Host | undefined,
  node: Endpoint,
): Decision {
  const keeps = q.service.externalTrafficPolicy === "Local";
  const ports: PortSet = [[target, target]];
  if (backend.type === "host") return defaultDecision("allow", "the pod shares its host's network");
  const results = candidates(state, backend).flatMap((host) => {
    const local = keeps || (receiver !== undefined && host === receiver);
    // The client's address is replaced on the way out of the node: policies of a pod on that very node still see it.
    // Where no node is named it is taken to be another one.
    const shown = keeps || (local && q.node !== undefined);
    const source = shown ? q.from : node;
    const packet = state.packet(source, backend, q.port.protocol, shown ? q.sourcePort : undefined);
    if (packet === undefined) return [];
    const trip = {
      packet,
      source: identity(state, source, shown ? undefined : receiver),
      destination: state.view(backend),
    };
    const own = ownPolicies(trip, trip.destination, "ingress", ports);
    return waysBetween(state, node, backend, local, receiver, host).map((way) => {
      const stages: Segment[][] = [];
      if (!local && receiver !== undefined && receiver.interfaces.length > 0)
        stages.push(cross(state, trip, crossing(state, receiver, way, "egress", true), ports));
      if (!local && host !== undefined && host.interfaces.length > 0)
        stages.push(cross(state, trip, crossing(state, host, way, "ingress", true), ports));
      const primary = stages.push(own) - 1;
      if (host !== undefined && host.interfaces.length > 0)
        stages.push(cross(state, trip, crossing(state, host, "internal", "egress", true), ports));
      return sequence(stages, primary);
    });
  });
  return merged(results, "depends on the node that the pod runs on")[0]?.decision ?? NO_FAMILY;
}

const NO_FAMILY = defaultDecision("deny", "sender and receiver share no address family");

/** A node of which nothing is known. */
const ANY_NODE: Endpoint = {
  type: "host",
  name: "a node",
  kind: "Node",
  labels: {},
  selectable: undefined,
  addresses: hostAddresses([]),
  families: [4],
  ports: [],
  profiles: [],
};

function receiversOf(state: State, backend: Endpoint | undefined): (Host | undefined)[] {
  const nodes = backend?.nodes;
  const hosts = nodes === undefined ? state.hosts : state.hosts.filter((h) => nodes.includes(h.name));
  return hosts.length === 0 ? [undefined] : [...hosts];
}

function only(ways: Ways | undefined): Pick<Decisions, "egress" | "ingress"> {
  return {
    egress: ways?.egress[0]?.decision ?? NO_FAMILY,
    ingress: ways?.ingress[0]?.decision ?? NO_FAMILY,
  };
}

/** The first deny, else the first unknown, else the last: the pod's own. */
function worst(stages: readonly Decision[]): Decision {
  return (
    stages.find((d) => d.verdict === "deny") ??
    stages.find((d) => d.verdict === "unknown") ??
    stages.at(-1) ??
    NO_FAMILY
  );
}

/** Where it is open which node receives the packet. */
function agree(
  results: readonly Pick<Decisions, "egress" | "ingress">[],
): Pick<Decisions, "egress" | "ingress"> {
  const open = defaultDecision("unknown", "depends on the node that receives the packet");
  const merge = (a: Decision, b: Decision): Decision => (a.verdict === b.verdict ? a : open);
  return results.reduce((a, b) => ({
    egress: merge(a.egress, b.egress),
    ingress: merge(a.ingress, b.ingress),
  }));
}
