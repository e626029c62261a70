import { insiders, pairs, partFilter } from "../connectivity";
import type { Difference } from "../state-diff";
import type { Flow } from "../reach-flows";
import type { State } from "../reach-state";
import { Tails } from "./flow-tails";

/** A workload, or a node that host endpoints govern, as answers list it. */
export interface WorkloadInfo {
  readonly name: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function workloadList(state: State): WorkloadInfo[] {
  return insiders(state).map(({ name, kind, labels }) => ({ name, kind, labels }));
}

/**
 * `{ "workloads": […], "flows": […] }` (reach.schema.json) as a stream of text, one flow a line: listings can be
 * longer than a string may be.
 */
export function* flowsJson(
  state: State,
  flows: Iterable<Flow> | { readonly all: boolean },
  more: Record<string, unknown> = {},
): Generator<string> {
  yield opening(state);
  let first = true;
  for (const flow of "all" in flows ? listed(state, flows.all) : given(flows)) {
    yield first ? `\n${flow}` : `,\n${flow}`;
    first = false;
  }
  yield closing(state, first, more);
}

/** What stands before the flows. */
export function opening(state: State): string {
  return `{\n"workloads": ${lines(workloadList(state).map((w) => JSON.stringify(w)))},\n"flows": [`;
}

/** What stands behind them. */
export function closing(state: State, empty: boolean, more: Record<string, unknown> = {}): string {
  const notes = state.notes.length === 0 ? {} : { notes: state.notes };
  const fields = Object.entries({ ...more, ...notes }).map(
    ([key, value]) => `,\n"${key}": ${JSON.stringify(value)}`,
  );
  return `${empty ? "]" : "\n]"}${fields.join("")}\n}\n`;
}

function* given(flows: Iterable<Flow>): Generator<string> {
  for (const flow of flows) yield JSON.stringify(flow);
}

/** Most of a flow's text is shared by many pairs: it is made once. */
function* listed(state: State, all: boolean): Generator<string> {
  const wanted = partFilter(all);
  const tails = new Tails();
  const names = new Map<string, string>();
  const quoted = (name: string): string => {
    let text = names.get(name);
    if (text === undefined) names.set(name, (text = JSON.stringify(name)));
    return text;
  };
  for (const { from, to, parts } of pairs(state)) {
    for (const part of wanted(parts)) {
      yield `{"from":${quoted(from.name)},"to":${quoted(to.name)},${tails.of(part)}`;
    }
  }
}

/** A difference as it is, with one change a line. */
export function* diffJson(
  difference: Difference,
  { notes = [] }: { notes?: readonly string[] } = {},
): Generator<string> {
  yield `{\n"workloads": ${JSON.stringify(difference.workloads)}`;
  for (const kind of ["added", "removed", "changed"] as const)
    yield `,\n"${kind}": ${lines(difference[kind].map((c) => JSON.stringify(c)))}`;
  yield `${notes.length === 0 ? "" : `,\n"notes": ${JSON.stringify(notes)}`}\n}\n`;
}

/** An answer as it is, with what was noted of the input. */
export function* plainJson(answer: object, { notes }: Pick<State, "notes">): Generator<string> {
  yield `${JSON.stringify({ ...answer, ...(notes.length === 0 ? {} : { notes }) }, null, 1)}\n`;
}

function lines(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n]`;
}
