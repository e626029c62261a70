import pc from "picocolors";
import { insiders, pairs } from "../connectivity";
import type { Change, Difference } from "../state-diff";
import type { Exposure } from "../exposure";
import { protocolText, type Flow } from "../reach-flows";
import type { Decision, Verdict } from "../reach-model";
import type { State } from "../reach-state";
import { protocolsIn, summary } from "./port-summary";

const MARK: Readonly<Record<Verdict, string>> = { allow: "open", deny: "closed", unknown: "unknown" };
const COLOR: Readonly<Record<Verdict, (text: string) => string>> = {
  allow: pc.green,
  deny: pc.red,
  unknown: pc.yellow,
};

/** A listing for people: one line for each pair and verdict; with `explain` the deciding rules below it. */
export function* flowsText(
  state: State,
  options: { all?: boolean; explain?: boolean } = {},
): Generator<string> {
  const names = [...insiders(state), ...state.outside].map((e) => e.name.length);
  const width = names.length === 0 ? 0 : Math.max(...names);
  let count = 0;
  for (const { from, to, parts } of pairs(state)) {
    const flows = parts.map((p) => p.part);
    const protocols = protocolsIn(flows);
    for (const verdict of options.all === true ? VERDICTS : VERDICTS.slice(0, 2)) {
      const text = summary(flows, verdict, protocols);
      if (text === "") continue;
      count++;
      const pair = `${from.name.padEnd(width)} ${pc.dim("→")} ${to.name.padEnd(width)}`;
      yield `${pair}  ${COLOR[verdict](MARK[verdict])}  ${text}\n`;
      if (options.explain !== true) continue;
      for (const flow of flows.filter((f) => f.verdict === verdict)) {
        yield `    ${protocolText(flow)} ${flow.ports}\n`;
        yield decisionLines(flow.egress, flow.ingress);
      }
    }
  }
  yield* notes(state, count);
}
const VERDICTS: readonly Verdict[] = ["allow", "unknown", "deny"];

function* notes(state: State, count: number): Generator<string> {
  const { workloads, policies, staged } = state;
  const counts = [
    counted(workloads.length, "workload", "workloads"),
    counted(policies.length, "policy", "policies"),
    counted(count, "line", "lines"),
  ];
  yield pc.dim(`${counts.join(", ")}\n`);
  if (staged.length > 0) yield pc.dim(`not enforced, so not counted: ${staged.join(", ")}\n`);
  if (state.ignored.size > 0) {
    const kinds = [...state.ignored].map(([kind, n]) => `${n} ${kind}`).join(", ");
    yield pc.dim(`not read, as nothing known here depends on them: ${kinds}\n`);
  }
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** One flow with what decided in both directions. */
export function flowText(flow: Flow): string {
  const head = `${flow.from} → ${flow.to}  ${protocolText(flow)} ${flow.ports}: `;
  const remarks = (flow.remarks ?? []).map(({ text }) => `      ${pc.dim("note")}    ${text}\n`).join("");
  return `${head}${COLOR[flow.verdict](pc.bold(MARK[flow.verdict]))}\n${decisionLines(flow.egress, flow.ingress)}${remarks}`;
}

function decisionLines(egress: Decision, ingress: Decision): string {
  const line = (side: string, d: Decision): string => {
    const tier = d.tier === null ? "" : ` (tier ${d.tier})`;
    return `      ${side.padEnd(7)} ${COLOR[d.verdict](d.verdict.padEnd(7))} ${d.reason}${tier}\n`;
  };
  return line("egress", egress) + line("ingress", ingress);
}

/** A line for each change; with `explain` the rule that now decides below it. */
export function* diffText(difference: Difference, options: { explain?: boolean } = {}): Generator<string> {
  const why = (change: Change): string => (options.explain === true ? nowDecides(change) : "");
  const { workloads } = difference;
  for (const name of workloads.added) yield `${pc.green("+")} workload ${name}\n`;
  for (const name of workloads.removed) yield `${pc.red("-")} workload ${name}\n`;
  for (const change of difference.added) yield `${pc.green("+")} ${changeText(change)}\n${why(change)}`;
  for (const change of difference.removed) yield `${pc.red("-")} ${changeText(change)}\n${why(change)}`;
  for (const change of difference.changed) yield `${pc.yellow("~")} ${changeText(change)}\n${why(change)}`;
  if (difference.added.length + difference.removed.length + difference.changed.length === 0)
    yield "No flow opens or closes.\n";
}

/** What decides after the change, a line for each answer that is there then. */
function nowDecides({ after }: Change): string {
  return after
    .map(({ ports, verdict, egress, ingress }) => {
      const side = egress.verdict === verdict && verdict !== "allow" ? egress : ingress;
      return `    ${pc.dim(`${ports}: ${side.reason}`)}\n`;
    })
    .join("");
}

function changeText({ from, to, ports, opened, closed, verdict, ...change }: Change): string {
  const protocol = protocolText(change);
  const parts = [opened === "" ? "" : `opens ${opened}`, closed === "" ? "" : `closes ${closed}`].filter(
    (p) => p !== "",
  );
  const what = parts.length === 0 ? `${ports} now ${verdict}` : parts.join(", ");
  return `${from} → ${to}  ${protocol}: ${what}`;
}

export function* exposureText(list: readonly Exposure[]): Generator<string> {
  for (const entry of list) {
    yield `${pc.bold(entry.name)}\n`;
    for (const direction of ["ingress", "egress"] as const) {
      const flows = entry[direction];
      const by = entry.protected[direction] ? "" : "  (no policy governs it)";
      if (flows.length === 0) yield `  ${direction.padEnd(8)} closed${by}\n`;
      const peers = new Map<string, Flow[]>();
      for (const flow of flows) {
        const peer = direction === "ingress" ? flow.from : flow.to;
        peers.set(peer, [...(peers.get(peer) ?? []), flow]);
      }
      for (const [peer, own] of peers) {
        for (const verdict of ["allow", "unknown"] as const) {
          const text = summary(own, verdict, ["TCP", "UDP", "SCTP", "ICMP"]);
          if (text !== "")
            yield `  ${direction.padEnd(8)} ${COLOR[verdict](MARK[verdict])}  ${direction === "ingress" ? "from" : "to"} ${peer}: ${text}${by}\n`;
        }
      }
    }
  }
}
