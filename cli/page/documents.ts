import { isMap, isSeq, parseDocument, stringify, type Node } from "yaml";
import type { KubeObject } from "../../policies/objects";
import type { PageDocument } from "./model";

/** An object as a person would write it, and the lines on which its rules stand. */
export function pageDocument(object: KubeObject): PageDocument {
  const { apiVersion, kind, metadata, ...rest } = object;
  const yaml = stringify({ apiVersion, kind, metadata, ...rest }, { lineWidth: 0 }).trimEnd();
  const { name, namespace } = metadata;
  const spec = (object["spec"] ?? {}) as { tier?: unknown };
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    policy: namespace === undefined ? name : `${namespace}/${name}`,
    ...(/Policy$/.test(kind) ? { tier: typeof spec.tier === "string" ? spec.tier : "default" } : {}),
    yaml,
    rules: ruleLines(yaml),
  };
}

/** Where each rule of a policy begins and ends, counted in lines from 0. */
export function ruleLines(yaml: string): PageDocument["rules"] {
  // Most documents are no policies: those are not parsed again.
  if (!/^ {2}(ingress|egress):/m.test(yaml)) return { ingress: [], egress: [] };
  const document = parseDocument(yaml);
  const starts = lineStarts(yaml);
  const spec = document.get("spec");
  const linesOf = (direction: "ingress" | "egress"): [number, number][] => {
    const list = isMap(spec) ? spec.get(direction) : undefined;
    if (!isSeq(list)) return [];
    return list.items.map((item): [number, number] => {
      const [first = 0, last = 0] = (item as Node).range ?? [];
      return [lineAt(starts, first), lineAt(starts, Math.max(first, last - 1))];
    });
  };
  return { ingress: linesOf("ingress"), egress: linesOf("egress") };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let line = 0;
  while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= offset) line++;
  return line;
}
