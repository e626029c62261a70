import {
  explain,
  pairs,
  type Flow,
  type PairFlows,
  type Question,
  type State,
} from "../../packages/reach/src";

/** All pairs of a state, evaluated once however often they are asked for. */
export function pairsOf(state: State): readonly PairFlows[] {
  let found = known.get(state);
  if (found === undefined) known.set(state, (found = [...pairs(state)]));
  return found;
}
const known = new WeakMap<State, readonly PairFlows[]>();

/**
 * What `explain` answers. For two workloads, or a workload and the outside, it is read from the pairs, which are there
 * already: a lab may claim a hundred flows of one state.
 */
export function answerTo(state: State, question: Question & { port: number; protocol: string }): Flow[] {
  // With both families a flow may be open in one and closed in the other: a pair's first part is half of the answer.
  const simple = !state.governed && state.families().length === 1 && question.request === undefined;
  const parts = !simple ? undefined : byNames(state).get(`${question.from} ${question.to}`);
  const part = parts?.find(
    ({ part, ports }) =>
      part.protocol === question.protocol &&
      ports.some(([first, last]) => first <= question.port && question.port <= last),
  );
  if (part === undefined || !/^(TCP|UDP|SCTP)$/.test(question.protocol)) return explain(state, question);
  return [{ from: question.from, to: question.to, ...part.part, ports: String(question.port) }];
}

function byNames(state: State): ReadonlyMap<string, PairFlows["parts"]> {
  let found = named.get(state);
  if (found === undefined) {
    const plain = pairsOf(state).filter((p) => p.from.type !== "host" && p.to.type !== "host");
    named.set(state, (found = new Map(plain.map((p) => [`${p.from.name} ${p.to.name}`, p.parts]))));
  }
  return found;
}
const named = new WeakMap<State, ReadonlyMap<string, PairFlows["parts"]>>();
