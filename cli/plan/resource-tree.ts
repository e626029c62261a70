import pc from "picocolors";
import type { ResourceReport } from "./plan-report";

/** So many resources of one type below one parent are one line. */
const MANY = 3;

/** Resources as branches with the count below them; of many of one type only the names, in lines of this width. */
export function tree(resources: readonly ResourceReport[], width: number): string[] {
  const children = new Map<string, ResourceReport[]>();
  const urns = new Set(resources.map((r) => r.urn));
  for (const r of resources) {
    const parent = r.parent !== undefined && urns.has(r.parent) ? r.parent : "";
    children.set(parent, [...(children.get(parent) ?? []), r]);
  }
  const below = (r: ResourceReport): readonly ResourceReport[] => children.get(r.urn) ?? [];
  const count = (r: ResourceReport): number =>
    below(r).reduce((sum, c) => sum + count(c), r.custom && !r.type.startsWith("pulumi:pulumi:") ? 1 : 0);
  const lines: string[] = [];
  const walk = (all: readonly ResourceReport[], indent: string, parent: string): void => {
    const rows = grouped(all, (r) => below(r).length === 0);
    rows.forEach((row, i) => {
      const last = i === rows.length - 1;
      const [first] = row;
      if (first === undefined) return;
      const [branch, stem] = [`  ${indent}${last ? "└─ " : "├─ "}`, indent + (last ? "   " : "│  ")];
      if (row.length > 1) lines.push(...list(row, parent, [branch, `  ${stem}`], width));
      else {
        const isComponent = !first.custom || first.type === "pulumi:pulumi:Stack";
        lines.push(
          isComponent
            ? `${branch}${pc.bold(first.name)} ${pc.dim(shortType(first.type))} ${pc.dim(`· ${count(first)}`)}`
            : `${branch}${first.name} ${pc.dim(shortType(first.type))}`,
        );
        walk(below(first), stem, first.name);
      }
    });
  };
  walk(children.get("") ?? [], "", "");
  return lines;
}

/** Leaves of one type together where there are many; all else by itself, in the order of the first. */
function grouped(all: readonly ResourceReport[], leaf: (r: ResourceReport) => boolean): ResourceReport[][] {
  const alike = (r: ResourceReport): ResourceReport[] =>
    r.custom && leaf(r) ? all.filter((o) => o.custom && leaf(o) && o.type === r.type) : [r];
  return all.flatMap((r) => {
    const group = alike(r);
    if (group.length < MANY) return [[r]];
    return group[0] === r ? [group] : [];
  });
}

function list(
  row: readonly ResourceReport[],
  parent: string,
  [branch, stem]: readonly [string, string],
  width: number,
): string[] {
  const lines: string[] = [];
  let line = `${branch}${row.length} ${shortType(row[0]?.type ?? "")}:`;
  row.forEach((r, i) => {
    const word = ` ${nameIn(r, parent)}${i === row.length - 1 ? "" : ","}`;
    if (line.length + word.length > width) {
      lines.push(line);
      line = `${stem}  `;
    }
    line += word;
  });
  return [...lines, line];
}

/** A Kubernetes object as kubectl names it; else the name without its parent's. */
function nameIn(r: ResourceReport, parent: string): string {
  const { namespace, name } = (r.inputs["metadata"] ?? {}) as { namespace?: unknown; name?: unknown };
  if (r.type.startsWith("kubernetes:") && typeof name === "string")
    return typeof namespace === "string" ? `${namespace}/${name}` : name;
  return r.name.startsWith(`${parent}-`) ? r.name.slice(parent.length + 1) : r.name;
}

/** `kubernetes:core/v1:Namespace` → `v1/Namespace`, `aws:ec2/route:Route` → `aws:ec2:Route`; components keep theirs. */
function shortType(type: string): string {
  const [pkg = "", group = "", kind = ""] = type.split(":");
  if (pkg === "kubernetes") return `${group.replace("core/", "")}/${kind}`;
  return group.includes("/") ? `${pkg}:${group.split("/")[0] ?? ""}:${kind}` : type;
}
