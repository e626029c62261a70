import Table from "cli-table3";
import pc from "picocolors";
import { eksText } from "./eks-text";
import { matrixText } from "./flows";
import type { LabReport, PlanReport, ResourceReport } from "./report";
import { routesText, wayInText } from "./way-in-text";

/** A plan as a person reads it in a terminal. */
export function planText(report: PlanReport, folder: string, page?: string): string {
  return [
    `${pc.bold(`Plan of stack ${report.stack}`)}: target ${report.target}, cluster ${report.clusterName}, Kubernetes ${report.versions.kubernetes}, Calico ${report.versions.calico}`,
    pc.cyan(report.about),
    "",
    heading(`Resources (${report.resources.filter((r) => r.custom).length})`),
    ...tree(report),
    "",
    ...(report.eks === undefined ? [] : eksText(report.eks)),
    ...charts(report),
    ...(report.wayIn === undefined ? [] : wayInText(report.wayIn)),
    ...report.labs.flatMap(lab),
    heading(`Kubernetes objects (${report.manifests.length})`),
    `  ${folder}`,
    ...(page === undefined
      ? []
      : ["", heading("Page of the labs"), `  ${page}  ${pc.dim("(open it in a browser)")}`]),
    ...guardrails(report),
    ...(report.notes.length === 0
      ? []
      : ["", heading("Notes"), ...report.notes.map((n) => `  ${pc.yellow("!")} ${n}`)]),
    "",
  ].join("\n");
}

/** The same finding on many resources is one line with their number. */
function guardrails(report: PlanReport): string[] {
  if (report.guardrails.length === 0) return [];
  const groups = new Map<string, { line: string; fix: string; names: string[] }>();
  for (const v of report.guardrails) {
    const mark = v.verdict === "violation" ? pc.red("✗") : pc.yellow("?");
    const line = `  ${mark} ${pc.bold(v.rule)}: ${v.message}`;
    const group = groups.get(line) ?? { line, fix: v.fix, names: [] };
    group.names.push(v.name);
    groups.set(line, group);
  }
  return [
    "",
    heading(`Guardrails (${report.guardrails.length})`),
    ...[...groups.values()].flatMap(({ line, fix, names }) => [
      `${line} ${pc.dim(`(${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""})`)}`,
      `    ${pc.dim("fix:")} ${fix}`,
    ]),
  ];
}

const heading = (text: string): string => pc.bold(pc.underline(text));

/** Components as branches with the count below them; resources of one type in one line each. */
function tree(report: PlanReport): string[] {
  const children = new Map<string, ResourceReport[]>();
  const urns = new Set(report.resources.map((r) => r.urn));
  for (const r of report.resources) {
    const parent = r.parent !== undefined && urns.has(r.parent) ? r.parent : "";
    children.set(parent, [...(children.get(parent) ?? []), r]);
  }
  const count = (r: ResourceReport): number =>
    (children.get(r.urn) ?? []).reduce(
      (sum, c) => sum + count(c),
      r.custom && !r.type.startsWith("pulumi:pulumi:") ? 1 : 0,
    );
  const lines: string[] = [];
  const walk = (parent: string, indent: string): void => {
    const all = children.get(parent) ?? [];
    all.forEach((r, i) => {
      const last = i === all.length - 1;
      const isComponent = !r.custom || r.type === "pulumi:pulumi:Stack";
      const label = isComponent
        ? `${pc.bold(r.name)} ${pc.dim(shortType(r.type))} ${pc.dim(`· ${count(r)}`)}`
        : `${r.name} ${pc.dim(shortType(r.type))}`;
      lines.push(`  ${indent}${last ? "└─ " : "├─ "}${label}`);
      walk(r.urn, indent + (last ? "   " : "│  "));
    });
  };
  walk("", "");
  return lines;
}

/** `kubernetes:core/v1:Namespace` → `v1/Namespace`; components keep their token. */
function shortType(type: string): string {
  const [pkg, group, kind] = type.split(":");
  if (pkg === "kubernetes") return `${group?.replace("core/", "") ?? ""}/${kind ?? ""}`;
  return type;
}

function charts(report: PlanReport): string[] {
  if (report.charts.length === 0) return [];
  return [
    heading(`Charts (${report.charts.length})`),
    ...report.charts.flatMap((c) => [
      `  ${pc.bold(c.name)}: ${c.chart} ${c.version}${c.repository === undefined ? "" : pc.dim(` from ${c.repository}`)}${c.namespace === undefined ? "" : pc.dim(` in ${c.namespace}`)}`,
      ...c.summary.map((s) => `    ${s}`),
    ]),
    "",
  ];
}

function lab(l: LabReport): string[] {
  const copy = l.instance === l.lab ? "" : ` (${l.instance})`;
  const table = new Table({
    head: ["workload", "replicas", "image", "service", "ports"],
    style: { head: [], border: [], compact: true },
  });
  for (const w of l.workloads) {
    const s = l.services.find((x) => x.namespace === w.namespace && x.name === w.name);
    table.push([
      `${w.namespace}/${w.name}`,
      w.replicas ?? "",
      w.images.join("\n"),
      s === undefined ? "" : s.type,
      s?.ports.join(", ") ?? "",
    ]);
  }
  const extra = l.services.filter(
    (s) => !l.workloads.some((w) => w.namespace === s.namespace && w.name === s.name),
  );
  for (const s of extra) table.push(["", "", "", `${s.namespace}/${s.name} ${s.type}`, s.ports.join(", ")]);
  return [
    heading(`Lab ${l.lab}${copy}: ${l.title}`),
    ...l.steps.map((s) => {
      const line = `${s.number}  ${s.id.padEnd(20)} ${s.title}`;
      return s.current
        ? `  ${pc.green("▶")} ${pc.bold(line)}`
        : `    ${s.number < l.step ? line : pc.dim(line)}`;
    }),
    `  ${pc.dim("aim:")} ${l.steps[l.step]?.aim ?? ""}`,
    ...table
      .toString()
      .split("\n")
      .map((t) => `  ${t}`),
    ...matrixText(l, [...new Set(l.workloads.map((w) => `${w.namespace}/${w.name}`))]).map((t) => `  ${t}`),
    ...(l.policies.length === 0 ? [] : [`  ${pc.dim("policies:")} ${l.policies.join(", ")}`]),
    ...routesText(l),
    ...l.links.map((x) => `  ${pc.dim(`${x.title}:`)} ${x.url}`),
    `  ${pc.dim("guide:")} ${l.guide}`,
    ...(l.step < l.steps.length - 1
      ? [
          `  ${pc.dim("next step:")} pulumi config set --path labs.${l.instance}.step ${l.step + 1} && pulumi up`,
        ]
      : []),
    "",
  ];
}
