import { changeOf, portText, type PairStatus } from "../page-flows";
import type { LabPage, PageDocument, PageState, Verdict } from "../page-data";

/** How the page says things: the same words everywhere. */
export const VERDICT: Readonly<Record<Verdict, string>> = {
  allow: "open",
  deny: "closed",
  unknown: "not known",
};

const KIND: Readonly<Record<PairStatus["kind"], string>> = {
  open: "open",
  mixed: "open in part",
  closed: "closed",
  unknown: "not known before deployment",
  none: "no packet can go this way",
};

/** A pair in one sentence, for tooltips and screen readers. */
export function pairTitle(
  lab: LabPage,
  from: number,
  to: number,
  status: PairStatus,
  change: "opened" | "closed" | "",
): string {
  const open = status.ports.filter((p) => p.verdict === "allow").map(portText);
  const ports = status.kind === "mixed" || status.kind === "open" ? open : status.ports.map(portText);
  const where = ports.length === 0 ? "" : ` on ${ports.join(", ")}`;
  const idle = status.served || status.kind === "none" ? "" : " (nothing listens there)";
  const now = change === "" ? "" : `; ${change} by this step`;
  return `${nameOf(lab, from)} to ${nameOf(lab, to)}: ${KIND[status.kind]}${where}${idle}${now}`;
}

export const nameOf = (lab: LabPage, node: number): string => lab.nodes[node]?.id ?? "";

/** Without its namespace, where that is still clear. */
export function shortName(lab: LabPage, node: number): string {
  const name = lab.nodes[node]?.name ?? "";
  return lab.nodes.filter((n) => n.name === name).length > 1 ? nameOf(lab, node) : name;
}

/** `NetworkPolicy stars/default-deny` */
export const objectName = (d: PageDocument | undefined): string =>
  d === undefined ? "" : `${d.kind} ${d.policy}`;

/** `2 flows`, `1 flow`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** What became of a pair since the step before, as a sentence; "" where nothing did. */
export function changeText(
  lab: LabPage,
  before: PageState | undefined,
  after: PageState,
  from: number,
  to: number,
): string {
  const { opened, closed } = changeOf(lab, before, after, from, to);
  const list = (ports: string[]): string => (ports[0] === "all" ? "" : ` ${ports.join(", ")}`);
  return [
    ...(opened.length > 0 ? [`opened${list(opened)}`] : []),
    ...(closed.length > 0 ? [`closed${list(closed)}`] : []),
  ].join(", ");
}
