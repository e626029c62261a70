import { intentOutcome, type Checked } from "../../packages/reach/src";
import type { Violation } from "../../policies/guardrails/rule";
import { usd } from "../plan/cost-text";
import type { PlanJson } from "./diff-base";
import type { FlowGroup } from "./flow-changes";
import type { PropertyChange, ResourceDiff } from "./resource-changes";

/** What a change does to one stack, as a reviewer reads it. */
export interface StackDiff {
  stack: string;
  base: string;
  /** The base does not have this stack. */
  isNew: boolean;
  resources: ResourceDiff;
  /** What AWS refuses of it where the stack stands, each as a sentence. */
  refused?: readonly string[];
  /** Flows opened and closed where the labs stand, or why they are not known. */
  flows: Flows;
  /** The same at other steps of the labs; steps at which nothing changes are left out. */
  elsewhere: readonly { title: string; flows: Flows }[];
  /** What an hour costs at list prices, before and after; absent off AWS, and where the base knew no prices. */
  cost: { before?: PlanJson["cost"]; after?: PlanJson["cost"] };
  workloads: { added: readonly string[]; removed: readonly string[] };
  /** Guardrails that the head breaks and the base did not, or does not know yet. */
  guardrails: readonly Violation[];
  /** Flows that must be open or closed, beside what is so where the labs stand. */
  intents: readonly Checked[];
}

export type Flows = { groups: readonly FlowGroup[] } | { unknown: string };

/** GitHub takes 65,536 characters for all stacks together. */
const MOST_ROWS = 60;
const MOST_NAMES = 8;
/** More rows than this are folded away. */
const FOLD = 12;

/** Markdown for a comment on a pull request, or for a terminal. A stack that stays as it is takes one line. */
export function diffMarkdown(d: StackDiff): string {
  if (isUnchanged(d)) {
    const kept = d.intents.length === 0 ? "" : ` ${intentCount(d.intents)}`;
    return `\`${d.stack}\`: nothing changes.${kept}\n\n`;
  }
  return [
    `### ${d.stack}: ${headline(d)}`,
    "",
    ...replaced(d),
    ...resources(d.resources),
    ...price(d.cost),
    ...flows(d),
    ...workloads("new", d.workloads.added),
    ...workloads("gone", d.workloads.removed),
    ...guardrails(d.guardrails),
    ...intents(d.intents),
    "",
  ].join("\n");
}

const groupsOf = (f: Flows): readonly FlowGroup[] => ("unknown" in f ? [] : f.groups);

function isUnchanged(d: StackDiff): boolean {
  const { added, changed, removed } = d.resources;
  const lists = [added, changed, removed, d.elsewhere, d.guardrails, groupsOf(d.flows)];
  const broken = d.intents.some(({ holds }) => !holds);
  return lists.every((list) => list.length === 0) && !("unknown" in d.flows) && !broken && !moves(d.cost);
}

/** A base without prices does not count: its program knew none. */
const moves = ({ before, after }: StackDiff["cost"]): boolean =>
  before !== undefined && after !== undefined && Math.abs(after.hour - before.hour) >= 0.00005;

function price({ before, after }: StackDiff["cost"]): string[] {
  if (after === undefined) return [];
  const change =
    before === undefined || !moves({ before, after })
      ? `${usd(after.hour)} USD an hour`
      : `${usd(before.hour)} → ${usd(after.hour)} USD an hour (${after.hour > before.hour ? "+" : "−"}${usd(Math.abs(after.hour - before.hour))})`;
  const without = after.unknown.length === 0 ? "" : `; no price is known of: ${after.unknown.join("; ")}`;
  return [`**Price** at list prices, without traffic: ${change}${without}`, ""];
}

function headline({ isNew, resources: r, flows: f }: StackDiff): string {
  const count = (n: number, what: string): string[] => (n === 0 ? [] : [`${n} ${what}`]);
  const again = r.changed.filter((c) => c.replaced).length;
  const parts = [
    ...count(r.added.length, "added"),
    ...count(r.changed.length - again, "changed"),
    ...count(again, "replaced"),
    ...count(r.removed.length, "removed"),
  ];
  const said = parts.length === 0 ? "no resource changes" : `resources ${parts.join(", ")}`;
  const opens = groupsOf(f).filter((g) => g.opened !== "").length > 0;
  const closes = groupsOf(f).filter((g) => g.closed !== "").length > 0;
  const moves =
    opens && closes ? "; flows open and close" : opens ? "; flows open" : closes ? "; flows close" : "";
  return `${isNew ? "a new stack, " : ""}${said}${moves}`;
}

function replaced({ resources: r, refused }: StackDiff): string[] {
  const again = r.changed.filter((c) => c.replaced);
  const of = (type: string) => again.filter((c) => c.type === type).map((c) => code(c.name));
  const groups = of("aws:eks/nodeGroup:NodeGroup");
  // A group takes the new version of its template node by node.
  const renewed = r.changed
    .filter((c) => c.type === "aws:ec2/launchTemplate:LaunchTemplate")
    .map((c) => code(c.name.replace(/-template$/, "")))
    .filter((name) => !groups.includes(name));
  return [
    ...(again.some((c) => !/^(aws|eks):/.test(c.type) && /-(shape|cluster)$/.test(c.name))
      ? ["**The kind cluster is replaced**, and everything in it with it.", ""]
      : []),
    ...(of("eks:index:Cluster").length > 0 || of("pulumi:providers:aws").length > 0
      ? ["**The EKS cluster is replaced**, and everything in it with it.", ""]
      : []),
    ...(groups.length > 0
      ? [`**Nodes are replaced**: ${names(groups)}. Their pods start again on new ones.`, ""]
      : []),
    ...(renewed.length > 0
      ? [`**Nodes are renewed**, one after the other: ${names(renewed)}. Pods move.`, ""]
      : []),
    ...(refused ?? []).map((why) => `**AWS refuses this where the stack stands**: ${oneLine(why)}.\n`),
  ];
}

function resources({ added, changed, removed }: ResourceDiff): string[] {
  const rows = [
    ...added.map((r) => row("added", r.type, r.name, "")),
    ...changed.map((r) => row(r.replaced ? "replaced" : "changed", r.type, r.name, properties(r.properties))),
    ...removed.map((r) => row("removed", r.type, r.name, "")),
  ];
  if (rows.length === 0) return [];
  return folded(
    `${rows.length} resources`,
    "| | Type | Name | Properties |\n| --- | --- | --- | --- |",
    rows,
  );
}

const properties = (changes: readonly PropertyChange[]): string =>
  changes.map((p) => code(p.path) + (p.values === "" ? "" : `: ${code(p.values)}`)).join(", ");

function flows(d: StackDiff): string[] {
  const here = "unknown" in d.flows ? [] : d.flows.groups;
  const lines = ["**Flows opened and closed**", ""];
  if ("unknown" in d.flows) lines.push(`Not known: ${d.flows.unknown}`, "");
  else if (here.length === 0) lines.push("No flow opens or closes.", "");
  else lines.push(...flowTable(here));
  for (const [titles, found] of alike(d.elsewhere)) {
    lines.push(`At ${titles.join(", ")}:`, "");
    lines.push(...("unknown" in found ? [`Not known: ${found.unknown}`, ""] : flowTable(found.groups)));
  }
  return lines;
}

/** Steps at which the same changes are reported together. */
function alike(elsewhere: StackDiff["elsewhere"]): [string[], Flows][] {
  const found = new Map<string, [string[], Flows]>();
  for (const { title, flows: f } of elsewhere) {
    const key = JSON.stringify(f);
    const same = found.get(key);
    if (same === undefined) found.set(key, [[title], f]);
    else same[0].push(title);
  }
  return [...found.values()];
}

function flowTable(groups: readonly FlowGroup[]): string[] {
  const rows = groups.map((g) => row(g.what, names(g.from), others(g), g.opened, g.closed));
  const head = "| | From | To | Opened | Closed |\n| --- | --- | --- | --- | --- |";
  return folded(`${rows.length} groups of flows`, head, rows);
}

const others = (g: FlowGroup): string =>
  g.from.length > 1 && g.from.join() === g.to.join() ? "each other" : names(g.to);

function names(list: readonly string[]): string {
  const shown = list.slice(0, MOST_NAMES).join(", ");
  return list.length > MOST_NAMES ? `${shown} and ${list.length - MOST_NAMES} more` : shown;
}

/** A table; a long one is folded, a very long one cut. */
function folded(title: string, head: string, rows: readonly string[]): string[] {
  const table = [head, ...rows.slice(0, MOST_ROWS)];
  if (rows.length > MOST_ROWS) table.push("", `… and ${rows.length - MOST_ROWS} more.`);
  if (rows.length <= FOLD) return [...table, ""];
  return [`<details><summary>${title}</summary>`, "", ...table, "", "</details>", ""];
}

function workloads(what: string, list: readonly string[]): string[] {
  return list.length === 0 ? [] : [`Workloads that are ${what}: ${names(list.map(code))}.`, ""];
}

function guardrails(found: readonly Violation[]): string[] {
  if (found.length === 0) return [];
  return [
    "**Guardrails**",
    "",
    ...found
      .slice(0, MOST_ROWS)
      .map(
        (v) =>
          `- ${v.verdict === "violation" ? "broken" : "not known yet"}: \`${v.rule}\` ${v.type} \`${v.name}\`: ${v.path}: ${v.message}. Fix: ${v.fix}`,
      ),
    ...(found.length > MOST_ROWS ? [`- … and ${found.length - MOST_ROWS} more.`] : []),
    "",
  ];
}

const intentCount = (found: readonly Checked[]): string =>
  `${found.filter(({ holds }) => holds).length} of ${found.length} intents hold.`;

function intents(found: readonly Checked[]): string[] {
  if (found.length === 0) return [];
  const broken = found.filter(({ holds }) => !holds).map(intentOutcome);
  return [
    `**Intents**: ${intentCount(found)}`,
    "",
    ...broken
      .slice(0, MOST_ROWS)
      .flatMap(({ title, text, facts }) => [
        `- ${code(title)} ${oneLine(text)}`,
        ...facts.map((fact) => `  - ${oneLine(fact)}`),
      ]),
    ...(broken.length > MOST_ROWS ? [`- … and ${broken.length - MOST_ROWS} more.`] : []),
    "",
  ];
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ");

const code = (text: string): string => `\`${text.replaceAll("`", "'")}\``;

function row(...cells: string[]): string {
  return `| ${cells.map((c) => c.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
}
