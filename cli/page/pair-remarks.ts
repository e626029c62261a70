import { UserError } from "../../kube/problems";
import { explain, type Flow, type Question, type State } from "../../packages/reach/src";
import type { LabPage, PageState } from "./page-data";
import { isItself, portsOfCell, remarkKey } from "./page-flows";

/**
 * What the evaluator remarks beside the deciding rules, for every pair of a state: on the ports that count, and for
 * each answer as a whole. By `remarkKey`; pairs without any are left out.
 */
export function pairRemarks(lab: LabPage, cells: PageState["cells"], state: State): Map<string, string[]> {
  const nodes = JSON.stringify(lab.nodes.map(({ id, ports }) => [id, ports]));
  const kept = known.get(state);
  if (kept?.nodes === nodes) return kept.found;
  const found = evaluated(lab, cells, state);
  known.set(state, { nodes, found });
  return found;
}
/** Steps stay as they are while a learner's own state changes. */
const known = new WeakMap<State, { nodes: string; found: Map<string, string[]> }>();

function evaluated(lab: LabPage, cells: PageState["cells"], state: State): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const size = lab.nodes.length;
  for (const [pair, cell] of cells.entries()) {
    const [from, to] = [Math.floor(pair / size), pair % size];
    const ends = { from: lab.nodes[from]?.id ?? "", to: lab.nodes[to]?.id ?? "" };
    if (cell < 0 || isItself(lab, from, to)) continue;
    const texts = ({ remarks = [] }: Flow): string[] => remarks.map(({ text }) => text).slice(0, MOST);
    const whole = asked(state, ends).filter((flow) => texts(flow).length > 0);
    for (const flow of whole) found.set(remarkKey(pair, flow.protocol, flow.ports, flow.family), texts(flow));
    for (const { protocol, port } of portsOfCell(lab, from, to)) {
      for (const flow of asked(state, { ...ends, protocol, port })) {
        // Without any, nothing of all ports is said of this one in its place.
        if (texts(flow).length > 0 || whole.length > 0)
          found.set(remarkKey(pair, protocol, port, flow.family), texts(flow));
      }
    }
  }
  return found;
}
/** More would hide the rules. */
const MOST = 4;

function asked(state: State, question: Question): Flow[] {
  try {
    return explain(state, { ...question, remarks: true });
  } catch (error) {
    // Both ends share no address family, say: then there is nothing to tell.
    if (error instanceof UserError) return [];
    throw error;
  }
}
