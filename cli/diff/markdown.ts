import type { Violation } from "../../policies/guardrails/rule";
import type { ResourceDiff } from "./resources";

/** What a change does to one stack, as a reviewer reads it. */
export interface StackDiff {
  stack: string;
  base: string;
  resources: ResourceDiff;
  /** Markdown of the evaluator: flows opened and closed; undefined with the reason where it cannot be told. */
  flows: { markdown: string } | { unknown: string };
  workloads: { added: readonly string[]; removed: readonly string[] };
  /** Guardrails that the head breaks and the base did not, or does not know yet. */
  guardrails: readonly Violation[];
}

const MOST_ROWS = 200;

/** Markdown for a comment on a pull request, or for a terminal. */
export function diffMarkdown(d: StackDiff): string {
  const { added, changed, removed } = d.resources;
  const rows = [
    ...added.map((r) => row("added", r.type, r.name, "")),
    ...changed.map((r) => row("changed", r.type, r.name, r.paths.map((p) => `\`${p}\``).join(", "))),
    ...removed.map((r) => row("removed", r.type, r.name, "")),
  ];
  return [
    `### Stack \`${d.stack}\` against \`${d.base}\``,
    "",
    `**Resources**: ${added.length} added, ${changed.length} changed, ${removed.length} removed.`,
    ...(rows.length === 0
      ? []
      : ["", "| | Type | Name | Properties |", "| --- | --- | --- | --- |", ...rows.slice(0, MOST_ROWS)]),
    ...(rows.length > MOST_ROWS ? ["", `… and ${rows.length - MOST_ROWS} more.`] : []),
    "",
    "**Flows opened and closed**",
    "",
    "unknown" in d.flows ? `Cannot be told: ${d.flows.unknown}` : d.flows.markdown.trimEnd(),
    ...workloads("new", d.workloads.added),
    ...workloads("gone", d.workloads.removed),
    ...guardrails(d.guardrails),
    "",
    "_An offline plan: no cloud, cluster or secret was asked._",
    "",
  ].join("\n");
}

function workloads(what: string, names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : ["", `Workloads that are ${what}: ${names.map((n) => `\`${n}\``).join(", ")}.`];
}

function guardrails(found: readonly Violation[]): string[] {
  if (found.length === 0) return [];
  return [
    "",
    "**Guardrails**",
    "",
    ...found.map(
      (v) =>
        `- ${v.verdict === "violation" ? "broken" : "not known yet"}: \`${v.rule}\` ${v.type} \`${v.name}\`: ${v.path}: ${v.message}. Fix: ${v.fix}`,
    ),
  ];
}

function row(...cells: string[]): string {
  return `| ${cells.map((c) => c.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
}
