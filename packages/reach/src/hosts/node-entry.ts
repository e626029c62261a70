import { hostAddresses, type Host } from "../input/hosts";
import type { Decision, Endpoint } from "../reach-model";
import type { PortSet } from "../port-sets";
import type { Segment } from "../rules/evaluate-rules";
import type { State } from "../reach-state";
import { defaultDecision } from "./default-decision";
import { afterDnat, beforeDnat, cross, merged, sequence, type Crossing } from "./host-chains";
import { TUNNELLED } from "./ebpf";
import { hostSeenAs, waysBetween } from "./node-ways";
import { candidates, crossing, identity, ownPolicies } from "./host-crossings";
import type { PathEvaluator } from "./path-evaluator";
import type { Decisions, ServiceQuestion } from "./service-question";

/** The destination of a packet when it comes to a node, before it is translated. */
export interface Entering {
  readonly to: Endpoint;
  readonly port: number;
}

/** A packet on its way through a node to one backend of a Service. */
interface Passing extends Pick<ServiceQuestion, "from" | "service" | "port" | "node" | "sourcePort"> {
  readonly backend: Endpoint;
  /** The backend's port. */
  readonly target: number;
  /** undefined for a node of which nothing is known. */
  readonly receiver: Host | undefined;
}

/** From the client to a node, over its hooks before and after DNAT, and on to the backend. */
export function through(
  state: State,
  paths: PathEvaluator,
  question: Passing & { readonly seen: Endpoint; readonly at: Entering },
): Pick<Decisions, "egress" | "ingress"> {
  const { backend, target, receiver, at } = question;
  const q: Passing = { ...question, from: question.seen };
  const { protocol } = q.port;
  const node = receiver?.node ?? ANY_NODE;
  const asked = q.sourcePort === undefined ? {} : { sourcePort: q.sourcePort };
  const out = paths.ways(
    question.from,
    at.to.type === "host" ? node : at.to,
    protocol,
    [[at.port, at.port]],
    asked,
  );
  const egress =
    out?.egress[0]?.decision ??
    (question.from.type === "outside"
      ? defaultDecision("allow", "the sender is outside the cluster")
      : NO_FAMILY);
  const stages: Decision[] = [];
  if (receiver !== undefined && receiver.interfaces.length > 0) {
    const path = crossing(state, receiver, "fabric", "ingress", true);
    const early = stage(state, q, at.to, receiver, beforeDnat(path), at.port);
    stages.push(early);
    // An allow before DNAT is the last word of the receiving interface (MarkAccept in felix/rules/static.go).
    const accepted = early.verdict === "allow" && early.policy !== null;
    if (!accepted) stages.push(stage(state, q, backend, undefined, afterDnat(path), target));
  }
  stages.push(afterNode(state, q, node));
  return { egress, ingress: worst(stages) };
}

/** One hook of the receiving node. */
function stage(
  state: State,
  q: Passing,
  to: Endpoint,
  host: Host | undefined,
  at: Crossing,
  port: number,
): Decision {
  const packet = state.packet(q.from, to, q.port.protocol, q.sourcePort);
  if (packet === undefined) return NO_FAMILY;
  const destination = to.type === "host" ? identity(state, to, host) : state.view(to);
  return (
    cross(state, { packet, source: state.view(q.from), destination }, at, [[port, port]])[0]?.decision ??
    NO_FAMILY
  );
}

/** From the receiving node to the backend. */
export function afterNode(state: State, q: Passing, node: Endpoint): Decision {
  const { backend, target, receiver } = q;
  const keeps = q.service.externalTrafficPolicy === "Local";
  const ports: PortSet = [[target, target]];
  if (backend.type === "host") return atHost(state, q, node, ports);
  const results = candidates(state, backend).flatMap((host) => {
    const local = keeps || (receiver !== undefined && host === receiver);
    // The client's address is replaced on the way out of the node: policies of a pod on that very node still see it.
    // Where no node is named it is taken to be another one. The eBPF dataplane never replaces it.
    const shown = keeps || state.ebpf || (local && q.node !== undefined);
    const masked = local || node === ANY_NODE ? [node] : hostSeenAs(state, node, backend, receiver, host);
    return (shown ? [q.from] : masked).flatMap((source) => {
      const packet = state.packet(source, backend, q.port.protocol, shown ? q.sourcePort : undefined);
      if (packet === undefined) return [];
      const trip = {
        packet,
        source: source === node ? identity(state, source, receiver) : state.view(source),
        destination: state.view(backend),
      };
      const own = ownPolicies(trip, trip.destination, "ingress", ports);
      return waysBetween(state, node, backend, local, receiver, host).map((way) => {
        const stages: Segment[][] = [];
        for (const [at, direction] of [
          [receiver, "egress"],
          [host, "ingress"],
        ] as const) {
          if (local || at === undefined || at.interfaces.length === 0) continue;
          stages.push(
            state.ebpf
              ? [{ ports, decision: TUNNELLED }]
              : cross(state, trip, crossing(state, at, way, direction, true), ports),
          );
        }
        const primary = stages.push(own) - 1;
        if (host !== undefined && host.interfaces.length > 0)
          stages.push(cross(state, trip, crossing(state, host, "internal", "egress", true), ports));
        return sequence(stages, primary);
      });
    });
  });
  return merged(results, "depends on the node that the pod runs on")[0]?.decision ?? NO_FAMILY;
}

/** A pod in its host's network: only host endpoints have a say. */
function atHost(state: State, q: Passing, node: Endpoint, ports: PortSet): Decision {
  const { backend, receiver } = q;
  const open = defaultDecision("allow", "the pod shares its host's network");
  if (!state.governed) return open;
  const results = candidates(state, backend).map((host): Segment[] => {
    if (host === undefined || host.interfaces.length === 0) return [{ ports, decision: open }];
    if (state.ebpf && host !== receiver) return [{ ports, decision: TUNNELLED }];
    // On the receiving node itself nothing replaces the client's address: masquerading comes on the way out.
    const source = host === receiver ? q.from : node;
    const packet = state.packet(source, backend, q.port.protocol);
    if (packet === undefined) return [{ ports, decision: NO_FAMILY }];
    const trip = {
      packet,
      source: source === node ? identity(state, node, receiver) : state.view(source),
      destination: identity(state, backend, host),
    };
    return cross(state, trip, afterDnat(crossing(state, host, "fabric", "ingress", false)), ports);
  });
  return merged(results, "depends on the node that the pod runs on")[0]?.decision ?? NO_FAMILY;
}

export const NO_FAMILY = defaultDecision("deny", "sender and receiver share no address family");

/** A node of which nothing is known. */
export const ANY_NODE: Endpoint = {
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

/** The first deny, else the first unknown, else the last: the pod's own. */
function worst(stages: readonly Decision[]): Decision {
  return (
    stages.find((d) => d.verdict === "deny") ??
    stages.find((d) => d.verdict === "unknown") ??
    stages.at(-1) ??
    NO_FAMILY
  );
}
