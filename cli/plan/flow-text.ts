import Table from "cli-table3";
import pc from "picocolors";
import type { AnsweredClaim, LabSelection } from "../../labs/model";
import { connectivity, requestText, type Flow, type State } from "../../packages/reach/src";
import { answerClaim, flowClaims } from "../../labs/prediction/claims";

/** Who reaches whom in a lab at its step, and whether what the step claims is so. */
export interface LabFlows {
  /** What is allowed or unknown between the lab's workloads, and between them and the outside. */
  flows: Flow[];
  claims: AnsweredClaim[];
  /** Whether the cluster has both families: then what is open in one only says so. */
  bothFamilies: boolean;
}

export function labFlows(state: State, selection: LabSelection, flows: readonly Flow[]): LabFlows {
  const own = new Set(Object.values(selection.context.namespaces));
  const inLab = (end: string): boolean => own.has(end.split("/")[0] ?? "");
  const outside = new Set(state.outside.map((o) => o.name));
  const near = (end: string): boolean => inLab(end) || outside.has(end);
  return {
    flows: flows.filter((f) => (inLab(f.from) && near(f.to)) || (near(f.from) && inLab(f.to))),
    bothFamilies: state.families().length > 1,
    claims: flowClaims(selection).map((claim) => answerClaim(state, claim)),
  };
}

/** All that is open in a stack, once for all its labs. */
export const stackFlows = (state: State): Flow[] => [...connectivity(state)];

/** The matrix of a lab: from the row to the column, the open TCP ports. */
export function matrixText(lab: LabFlows, workloads: readonly string[]): string[] {
  const ends = ["internet", ...workloads];
  const short = shortNames(ends);
  const table = new Table({
    head: ["from \\ to", ...workloads.map((w) => short.get(w) ?? w)],
    style: { head: [], border: [], compact: true },
  });
  // Of one pod there is nothing to say; pods of one workload are a pair where anything is open between them.
  const known = new Set(lab.flows.flatMap((f) => (f.from === f.to ? [f.from] : [])));
  for (const from of ends) {
    table.push([
      short.get(from) ?? from,
      ...workloads.map((to) => (from === to && !known.has(from) ? pc.dim("–") : cell(lab, from, to))),
    ]);
  }
  const broken = lab.claims.filter((c) => !c.holds);
  return [
    pc.dim("open TCP ports"),
    ...table.toString().split("\n"),
    lab.claims.length === 0
      ? pc.dim("this step claims no flow")
      : broken.length === 0
        ? pc.green(`✓ all ${lab.claims.length} flows that this step claims hold`)
        : pc.red(`✗ ${broken.length} of ${lab.claims.length} claims of this step do not hold:`),
    ...broken.map(
      (c) =>
        `  ${c.from} → ${c.to}:${c.port}${c.http === undefined ? "" : ` ${requestText(c.http)}`} is ${c.found}, claimed ${c.verdict}${c.staged === true ? " once enforced" : ""} (${c.reason}): ${c.instead ?? ""}`,
    ),
  ];
}

const INTERNET6 = "internet (IPv6)";
const isEnd = (name: string, end: string): boolean =>
  name === end || (end === "internet" && name === INTERNET6);

function cell({ flows, bothFamilies }: LabFlows, from: string, to: string): string {
  const tcp = flows.filter((f) => isEnd(f.from, from) && isEnd(f.to, to) && f.protocol === "TCP");
  const allowed = tcp.filter((f) => f.verdict === "allow");
  const byPorts = new Map<string, Set<string>>();
  for (const f of allowed) byPorts.set(f.ports, (byPorts.get(f.ports) ?? new Set()).add(familyText(f)));
  const open = [...byPorts].map(([ports, families]) => {
    const [only = ""] = families;
    return !bothFamilies || families.size > 1 || only === "" ? ports : `${ports} ${only}`;
  });
  const unknown = tcp.some((f) => f.verdict === "unknown") ? ["?"] : [];
  const text = [...open, ...unknown].join(",");
  return text === "" ? pc.dim("·") : text === "all" ? pc.green("all") : pc.green(text);
}

/** Empty where a flow is of both families. */
function familyText({ from, to, family }: Flow): string {
  if ([from, to].includes(INTERNET6)) return "IPv6";
  return family ?? ([from, to].includes("internet") ? "IPv4" : "");
}

/** Names without their namespace where that is still clear. */
function shortNames(ends: readonly string[]): Map<string, string> {
  const bare = (end: string): string => end.split("/").at(-1) ?? end;
  return new Map(ends.map((e) => [e, ends.filter((o) => bare(o) === bare(e)).length === 1 ? bare(e) : e]));
}
