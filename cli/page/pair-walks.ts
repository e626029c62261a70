import { UserError } from "../../kube/problems";
import { walk, type Hop, type Question, type State, type Walk } from "../../packages/reach/src";
import type { LabPage, PageState } from "./page-data";
import { isItself, portsOfCell, remarkKey } from "./page-flows";

/**
 * The ways of packets on the ports that count, by `remarkKey`: for pairs that the graph draws or a claim is about. For
 * the others `reach explain --walk` has them; here they would double the page.
 */
export function pairWalks(
  lab: LabPage,
  { cells, claims }: PageState,
  state: State,
): Map<string, readonly Hop[]> {
  const size = lab.nodes.length;
  const asked = new Map(lab.flows.map((pair) => [pair, new Set<string>()]));
  const place = new Map(lab.nodes.map(({ id }, i) => [id, i]));
  for (const { from, to, protocol, port } of claims) {
    const [a, b] = [place.get(from), place.get(to)];
    if (a === undefined || b === undefined) continue;
    const pair = a * size + b;
    asked.set(pair, (asked.get(pair) ?? new Set()).add(`${protocol} ${port}`));
  }
  const key = JSON.stringify([lab.nodes.map(({ id, ports }) => [id, ports]), lab.flows]);
  const kept = known.get(state);
  if (kept?.key === key) return kept.found;
  const found = new Map<string, readonly Hop[]>();
  for (const [pair, claimed] of asked) {
    const [from, to] = [Math.floor(pair / size), pair % size];
    if ((cells[pair] ?? -1) < 0 || isItself(lab, from, to)) continue;
    const ends = { from: lab.nodes[from]?.id ?? "", to: lab.nodes[to]?.id ?? "" };
    for (const { protocol, port } of portsOfCell(lab, from, to)) claimed.add(`${protocol} ${port}`);
    for (const text of claimed) {
      const [protocol = "", port] = text.split(" ");
      const question = { ...ends, protocol, port: Number(port) };
      for (const { family, hops } of walked(state, question))
        found.set(remarkKey(pair, protocol, question.port, family), hops);
    }
  }
  known.set(state, { key, found });
  return found;
}
/** Steps stay as they are while a learner's own state changes. */
const known = new WeakMap<State, { key: string; found: Map<string, readonly Hop[]> }>();

function walked(state: State, question: Question): Walk[] {
  try {
    return walk(state, question);
  } catch (error) {
    // Both ends share no address family, say: then there is no way.
    if (error instanceof UserError) return [];
    throw error;
  }
}
