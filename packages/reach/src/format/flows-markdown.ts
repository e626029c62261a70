import { pairs } from "../connectivity";
import type { Change, Difference } from "../state-diff";
import { protocolText, type Flow } from "../reach-flows";
import type { Decision } from "../reach-model";
import type { State } from "../reach-state";
import { protocolsIn, summary } from "./port-summary";

/** A listing as a Markdown table; with `explain` one row for each flow and what decided. */
export function* flowsMarkdown(
  state: State,
  options: { all?: boolean; explain?: boolean } = {},
): Generator<string> {
  if (options.explain === true) {
    yield* flowTable(flowsOf(state, options.all === true));
    return;
  }
  yield "| From | To | Open | Unknown |";
  yield options.all === true
    ? " Closed |\n| --- | --- | --- | --- | --- |\n"
    : "\n| --- | --- | --- | --- |\n";
  for (const { from, to, parts } of pairs(state)) {
    const flows = parts.map((p) => p.part);
    const protocols = protocolsIn(flows);
    const cells = (["allow", "unknown", "deny"] as const).map((verdict) =>
      summary(flows, verdict, protocols),
    );
    if (options.all !== true && cells[0] === "" && cells[1] === "") continue;
    yield row([from.name, to.name, ...(options.all === true ? cells : cells.slice(0, 2))]);
  }
}

function* flowsOf(state: State, all: boolean): Generator<Flow> {
  for (const { from, to, parts } of pairs(state)) {
    for (const { part } of parts) {
      if (all || part.verdict !== "deny") yield { from: from.name, to: to.name, ...part };
    }
  }
}

/** Flows with their decisions as a table. */
export function* flowTable(flows: Iterable<Flow>): Generator<string> {
  const remarks: string[] = [];
  yield "| From | To | Protocol | Ports | Verdict | Egress | Ingress |\n| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const f of flows) {
    yield row([f.from, f.to, protocolText(f), f.ports, f.verdict, decision(f.egress), decision(f.ingress)]);
    for (const { text } of f.remarks ?? []) remarks.push(text);
  }
  if (remarks.length > 0) yield `\n${[...new Set(remarks)].map((text) => `- ${text}\n`).join("")}`;
}

function decision(d: Decision): string {
  return `${d.verdict}: ${d.reason}`;
}

/** What a change opens and closes, for a comment on a pull request. */
export function* diffMarkdown(difference: Difference): Generator<string> {
  const rows: [string, readonly Change[]][] = [
    ["opens", difference.added],
    ["closes", difference.removed],
    ["changes", difference.changed],
  ];
  if (rows.every(([, changes]) => changes.length === 0)) {
    yield "No flow opens or closes.\n";
    return;
  }
  yield "| | From | To | Protocol | Opened | Closed | Now |\n| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const [what, changes] of rows) {
    for (const c of changes) {
      const now = what === "closes" ? "closed" : `${c.verdict === "unknown" ? "unknown " : ""}${c.ports}`;
      yield row([what, c.from, c.to, protocolText(c), c.opened, c.closed, now]);
    }
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((c) => c.replaceAll("|", "\\|")).join(" | ")} |\n`;
}
