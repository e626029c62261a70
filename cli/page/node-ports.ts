import {
  answers,
  explain,
  formatPorts,
  isEmpty,
  protocolName,
  subtract,
  type PairFlows,
  type State,
} from "../../packages/reach/src";
import { UserError } from "../../kube/problems";
import { pairsOf } from "./pair-flows";

/**
 * All pairs of a state, also those with a node that only another step governs: by itself a state leaves out nodes that
 * nothing governs. Evaluated once.
 */
export function pairsAndNodes(state: State): readonly PairFlows[] {
  let found = known.get(state);
  if (found === undefined) {
    found = [...pairsOf(state), ...freeNodes(state)].map((pair) => withNodePorts(state, pair));
    known.set(state, found);
  }
  return found;
}
const known = new WeakMap<State, readonly PairFlows[]>();

function* freeNodes(state: State): Generator<PairFlows> {
  const listed = new Set(pairsOf(state).map((p) => p.from.name));
  const nodes = state.hosts.map((h) => h.node).filter((n) => !listed.has(n.name));
  const answer = answers(state);
  for (const node of nodes) {
    for (const other of [...state.workloads, ...state.outside, ...nodes]) {
      if (other === node) continue;
      yield { from: node, to: other, parts: answer(node, other) };
      if (!nodes.includes(other)) yield { from: other, to: node, parts: answer(other, node) };
    }
  }
}

/**
 * A pair whose receiver is a node, with the answers on its node ports: what arrives there goes on to the pods of a
 * Service, so the pods' policies count too. The evaluator's pairs tell of the node itself.
 */
function withNodePorts(state: State, pair: PairFlows): PairFlows {
  const { from, to } = pair;
  if (to.kind !== "Node") return pair;
  let { parts } = pair;
  for (const service of state.services.values()) {
    for (const { nodePort, protocol } of service.ports) {
      if (nodePort === undefined) continue;
      const name = protocolName(protocol);
      const flow = ask(state, { from: from.name, to: to.name, port: nodePort, protocol: name });
      if (flow === undefined) continue;
      const one = [[nodePort, nodePort]] as const;
      const rest = parts.flatMap((p) => {
        if (p.part.protocol !== name) return [p];
        const ports = subtract(p.ports, one);
        if (ports.length === p.ports.length && ports.every((x, i) => x === p.ports[i])) return [p];
        return isEmpty(ports) ? [] : [{ part: { ...p.part, ports: formatPorts(ports) }, ports }];
      });
      const { egress, ingress, verdict } = flow;
      parts = [
        ...rest,
        { part: { protocol: name, ports: String(nodePort), verdict, egress, ingress }, ports: one },
      ];
    }
  }
  return { from, to, parts };
}

function ask(
  state: State,
  question: Parameters<typeof explain>[1],
): ReturnType<typeof explain>[number] | undefined {
  try {
    return explain(state, question)[0];
  } catch (error) {
    // Both ends share no address family, say: then there is nothing to tell.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
