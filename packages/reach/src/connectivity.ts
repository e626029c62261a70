import { overFamilies } from "./families";
import type { Flow, FlowPart } from "./reach-flows";
import { Matrix, type PairParts } from "./matrix";
import type { Endpoint } from "./reach-model";
import { PathEvaluator } from "./hosts/path-evaluator";
import { inMesh } from "./mesh/mesh-stage";
import type { State } from "./reach-state";
import type { Group } from "./endpoint-groups";

/** All answers for one pair of endpoints. */
export interface PairFlows {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly parts: PairParts;
}

/**
 * Every pair of workloads, and of workloads and the outside, in order of names. A workload of several pods is
 * paired with itself: one of its pods to another. Nodes take part where a host endpoint governs them. A stream: pairs are made as
 * they are asked for, and equal answers are the same object.
 */
export function* pairs(state: State): Generator<PairFlows> {
  const answer = answers(state);
  const inside = insiders(state);
  for (const from of [...inside, ...state.outside]) {
    for (const to of from.type === "outside" ? inside : [...inside, ...state.outside]) {
      if (from === to && from.several !== true) continue;
      const parts = answer(from, to);
      if (parts.length > 0) yield { from, to, parts };
    }
  }
}

/**
 * The same by classes: one answer for each pair of groups of endpoints that no policy tells apart. Only for states of
 * one family (`State.only`) where no host endpoint governs; a group's members answer each other like the group itself, but for each member's way to itself.
 */
export function* classPairs(
  state: State,
): Generator<{ readonly from: Group; readonly to: Group; readonly parts: PairParts }> {
  const matrix = new Matrix(state);
  for (const from of state.groups) {
    for (const to of state.groups) {
      if (from.view.endpoint.type === "outside" && to.view.endpoint.type === "outside") continue;
      yield { from, to, parts: matrix.pair(from, to) };
    }
  }
}

/** The answers of `pairs` one by one; without `all` only what is allowed or unknown. */
export function* connectivity(state: State, options: { readonly all?: boolean } = {}): Generator<Flow> {
  const wanted = partFilter(options.all === true);
  for (const { from, to, parts } of pairs(state)) {
    for (const part of wanted(parts)) yield { from: from.name, to: to.name, ...part };
  }
}

/** Workloads, and the nodes that host endpoints govern. */
export function insiders(state: State): Endpoint[] {
  const nodes = state.hosts.filter((host) => host.interfaces.length > 0).map((host) => host.node);
  return [...state.workloads, ...nodes];
}

/** Answers for any two endpoints of the state: by groups where no host is in the way, else along the path. */
export function answers(state: State): (from: Endpoint, to: Endpoint) => PairParts {
  return state.families().length > 1 ? overFamilies(state, ofOneFamily) : ofOneFamily(state);
}

/** The same answers, each pair by itself: for a few pairs of a state that is asked no more. */
export function pairwise(state: State): (from: Endpoint, to: Endpoint) => PairParts {
  const alone = (one: State): ((from: Endpoint, to: Endpoint) => PairParts) => {
    const paths = new PathEvaluator(one);
    return (from, to) => paths.pair(from, to);
  };
  return state.families().length > 1 ? overFamilies(state, alone) : alone(state);
}

/** The groups of a state in which a pair of them has one answer; undefined where hosts or families are in the way. */
export function groupAnswers(
  state: State,
):
  | { readonly groupOf: ReadonlyMap<Endpoint, Group>; readonly pair: (from: Group, to: Group) => PairParts }
  | undefined {
  const hosts = state.workloads.some(({ type }) => type === "host");
  if (state.governed || hosts || state.mesh !== undefined || state.families().length > 1) return undefined;
  const matrix = new Matrix(state);
  return { groupOf: groupsByMember(state), pair: (from, to) => matrix.pair(from, to) };
}

function groupsByMember(state: State): Map<Endpoint, Group> {
  const groupOf = new Map<Endpoint, Group>();
  for (const group of state.groups) for (const member of group.members) groupOf.set(member, group);
  return groupOf;
}

function ofOneFamily(state: State): (from: Endpoint, to: Endpoint) => PairParts {
  const groupOf = groupsByMember(state);
  const matrix = new Matrix(state);
  const paths = new PathEvaluator(state);
  return (from, to) => {
    const a = groupOf.get(from);
    const b = groupOf.get(to);
    if (inMesh(state, to)) return paths.pair(from, to);
    const simple = !state.governed && from.type !== "host" && to.type !== "host";
    if (simple && a !== undefined && b !== undefined) return matrix.pair(a, b);
    return paths.pair(a?.view.endpoint ?? from, b?.view.endpoint ?? to);
  };
}

/** Keeps the parts that a listing shows; the same list of parts is filtered once. */
export function partFilter(all: boolean): (parts: PairParts) => readonly FlowPart[] {
  const cache = new Map<PairParts, readonly FlowPart[]>();
  return (parts) => {
    let kept = cache.get(parts);
    if (kept === undefined) {
      kept = parts.map((p) => p.part).filter((part) => all || part.verdict !== "deny");
      cache.set(parts, kept);
    }
    return kept;
  };
}
