import Table from "cli-table3";
import pc from "picocolors";
import { intentsText } from "../../packages/reach/src";
import { costText } from "./cost-text";
import { ec2Text } from "./ec2-text";
import { eksText } from "./eks-text";
import { matrixText } from "./flow-text";
import type { LabReport, PlanReport } from "./plan-report";
import { tree } from "./resource-tree";
import { routesText, ingressText } from "./ingress-text";

/** A plan as a person reads it in a terminal of this width. */
export function planText(report: PlanReport, folder: string, page?: string, width = 120): string {
  return [
    `${pc.bold(`Plan of stack ${report.stack}`)}: target ${report.target}, cluster ${report.clusterName}, ${[`Kubernetes ${report.versions.kubernetes}`, ...(report.cni === undefined ? [] : [report.cni])].join(", ")}`,
    pc.cyan(report.about),
    "",
    ...(report.cluster === undefined
      ? []
      : [heading("What the cluster says"), ...report.cluster.map((line) => `  ${line}`), ""]),
    heading(`Resources (${report.resources.filter((r) => r.custom).length})`),
    ...tree(report.resources, Math.min(width, 100)),
    "",
    ...(report.eks === undefined ? [] : eksText(report.eks)),
    ...(report.ec2 === undefined ? [] : ec2Text(report.ec2)),
    ...(report.cost === undefined ? [] : costText(report.cost)),
    ...charts(report),
    ...(report.ingress === undefined ? [] : ingressText(report.ingress)),
    ...report.labs.flatMap((l) => lab(l, width)),
    heading(`Kubernetes objects (${report.manifests.length})`),
    `  ${folder}`,
    ...guardrails(report),
    ...(report.intents.length === 0
      ? []
      : [
          "",
          heading(`Intents (${report.intents.length})`),
          ...[...intentsText(report.intents)].map((line) => `  ${line.trimEnd()}`),
        ]),
    ...(report.notes.length === 0
      ? []
      : ["", heading("Notes"), ...report.notes.map((n) => `  ${pc.yellow("!")} ${n}`)]),
    ...goOn(report, page),
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

function lab(l: LabReport, width: number): string[] {
  const copy = l.instance === l.lab ? "" : ` (${l.instance})`;
  // What a narrow terminal can do without.
  const image = (text: string): string[] => (width < 110 ? [] : [text]);
  const table = new Table({
    head: ["workload", "replicas", ...image("image"), "service", "ports"],
    style: { head: [], border: [], compact: true },
  });
  for (const w of l.workloads) {
    const s = l.services.find((x) => x.namespace === w.namespace && x.name === w.name);
    table.push([
      `${w.namespace}/${w.name}`,
      w.replicas ?? "",
      ...image(w.images.map(withoutDigest).join("\n")),
      s === undefined ? "" : s.type,
      s?.ports.join(", ") ?? "",
    ]);
  }
  const extra = l.services.filter(
    (s) => !l.workloads.some((w) => w.namespace === s.namespace && w.name === s.name),
  );
  for (const s of extra)
    table.push(["", "", ...image(""), `${s.namespace}/${s.name} ${s.type}`, s.ports.join(", ")]);
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
    ...(l.nextStep === undefined ? [] : [`  ${pc.dim("next step:")} ${l.nextStep}`]),
    "",
  ];
}

/** A table of digests is no table to read; the JSON and the objects have them. */
const withoutDigest = (image: string): string => image.replace(/@sha256:[0-9a-f]{64}$/, "");

/** What to do with a plan, last: there a terminal stands. */
function goOn(report: PlanReport, page: string | undefined): string[] {
  const [first] = report.labs;
  const rows: [string, string][] = [
    ...(page === undefined
      ? []
      : [[page, "open it in a browser: the labs, step by step"] as [string, string]]),
    ...(first === undefined
      ? []
      : [
          [`npm run labs -- play ${first.lab}`, "do a lab here and now, without a cluster"] as [
            string,
            string,
          ],
        ]),
    [report.build, BUILD[report.target] ?? "build it"],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return ["", heading("Go on"), ...rows.map(([what, why]) => `  ${pc.bold(what.padEnd(width))}  ${why}`)];
}

const BUILD: Readonly<Record<string, string>> = {
  kind: "build it: needs Docker, kind and kubectl",
  existing: "build it in your cluster",
  eks: "build it on AWS: costs money",
  ec2: "build it on AWS: costs money",
};
