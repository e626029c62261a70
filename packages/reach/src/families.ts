import type { Family } from "../../../kube/ip";
import type { FlowPart } from "./reach-flows";
import type { PairParts } from "./matrix";
import type { Decision, Endpoint } from "./reach-model";
import type { State } from "./reach-state";

/**
 * The answers of a cluster with both families: each family is judged by itself, and a part that both have alike is listed
 * once. Equal answers are the same object.
 */
export function overFamilies(
  state: State,
  answersOf: (state: State) => (from: Endpoint, to: Endpoint) => PairParts,
): (from: Endpoint, to: Endpoint) => PairParts {
  const sides = ([4, 6] as const).map((family) => {
    const one = state.only(family);
    return { answer: answersOf(one), counterpart: counterparts(state, one) };
  });
  const kept = new Map<PairParts, Map<PairParts, PairParts>>();
  return (from, to) => {
    const [four = [], six = []] = sides.map(({ answer, counterpart }) => {
      const [a, b] = [counterpart(from), counterpart(to)];
      return a === undefined || b === undefined ? [] : answer(a, b);
    });
    let row = kept.get(four);
    if (row === undefined) kept.set(four, (row = new Map<PairParts, PairParts>()));
    let parts = row.get(six);
    if (parts === undefined) row.set(six, (parts = merged(four, six)));
    return parts;
  };
}

/** The same endpoint in the state of one family; undefined for what the family does not have. */
function counterparts(state: State, one: State): (endpoint: Endpoint) => Endpoint | undefined {
  const found = new Map<Endpoint, Endpoint>();
  state.workloads.forEach((endpoint, i) => {
    const other = one.workloads[i];
    if (other !== undefined) found.set(endpoint, other);
  });
  state.hosts.forEach(({ node }, i) => {
    const other = one.hosts[i];
    if (other !== undefined) found.set(node, other.node);
  });
  const outside = new Map(one.outside.map((endpoint) => [endpoint.name, endpoint]));
  for (const endpoint of state.outside) {
    const other = outside.get(endpoint.name);
    if (other !== undefined) found.set(endpoint, other);
  }
  return (endpoint) => found.get(endpoint);
}

function merged(four: PairParts, six: PairParts): PairParts {
  if (four.length === 0) return six;
  if (six.length === 0) return four;
  const others = new Map(six.map((entry) => [partKey(entry.part), entry]));
  const both = new Set<string>();
  const first = four.map((entry) => {
    const key = partKey(entry.part);
    if (others.has(key)) {
      both.add(key);
      return entry;
    }
    return marked(entry, 4);
  });
  return [...first, ...six.filter(({ part }) => !both.has(partKey(part))).map((entry) => marked(entry, 6))];
}

function marked(entry: PairParts[number], family: Family): PairParts[number] {
  // ICMP and ICMPv6 say it themselves.
  if (/^ICMP/.test(entry.part.protocol)) return entry;
  return { ...entry, part: withFamily(entry.part, family) };
}

export function withFamily<T extends FlowPart>(part: T, family: Family): T {
  return { ...part, family: family === 4 ? "IPv4" : "IPv6" };
}

/** Equal for answers that say the same. */
export function partKey({ protocol, ports, egress, ingress }: FlowPart): string {
  return JSON.stringify([protocol, ports, decisionKey(egress), decisionKey(ingress)]);
}

function decisionKey({ verdict, tier, policy, rule, reason }: Decision): unknown[] {
  return [verdict, tier, policy, rule, reason];
}
