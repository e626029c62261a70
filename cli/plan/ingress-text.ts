import pc from "picocolors";
import type { RouteLine } from "../../routing/route-lines";
import type { LabReport } from "./plan-report";

/** Controller, certificates and names, as a section of the plan. */
export function ingressText(lines: readonly string[]): string[] {
  return [pc.bold(pc.underline("Ingress")), ...lines.map((l) => `  ${l}`), ""];
}

/** Routes, certificates and claimed requests of a lab. */
export function routesText(l: LabReport): string[] {
  return [
    ...l.routes.map(route),
    ...(l.certificates.length === 0 ? [] : [`  ${pc.dim("certificates:")} ${l.certificates.join(", ")}`]),
    ...(l.requests.length === 0 ? [] : [`  ${pc.dim("requests of this step:")}`, ...l.requests.map(request)]),
  ];
}

const request = ({ request: text, holds, instead = "" }: LabReport["requests"][number]): string =>
  holds ? `    ${pc.green("✓")} ${text}` : `    ${pc.red("✗")} ${text}: ${instead}`;

function route(r: RouteLine): string {
  const rewrite = r.rewrite === undefined ? "" : `, seen as ${r.rewrite}`;
  const canary = r.canary === undefined ? "" : `; canary ${r.canary.to} by ${r.canary.rule}`;
  return `  ${pc.dim("route:")} ${r.url} ${pc.dim(`(${r.type})`)} → ${r.to}${rewrite}${canary}`;
}
