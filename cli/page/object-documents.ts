import { stringify } from "yaml";
import type { KubeObject } from "../../kube/objects";
import type { PageDocument } from "./page-data";

/** An object as a person would write it, and the lines on which its rules stand. */
export function pageDocument(object: KubeObject): PageDocument {
  const { apiVersion, kind, metadata, ...rest } = object;
  const yaml = stringify({ apiVersion, kind, metadata, ...rest }, { lineWidth: 0 }).trimEnd();
  const { name, namespace } = metadata;
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    policy: namespace === undefined ? name : `${namespace}/${name}`,
    ...(/Policy$/.test(kind) ? { tier: tierOf(object) } : {}),
    yaml,
    rules: ruleLines(yaml),
  };
}

/** As decisions name it: Calico's tiers for those of a ClusterNetworkPolicy. */
function tierOf(object: KubeObject): string {
  const { tier } = (object["spec"] ?? {}) as { tier?: unknown };
  if (typeof tier !== "string") return "default";
  if (object.kind !== "ClusterNetworkPolicy") return tier;
  return tier === "Baseline" ? "kube-baseline" : "kube-admin";
}

/** Where each rule of a policy begins and ends, counted in lines from 0; for text as `stringify` lays it out. */
export function ruleLines(yaml: string): PageDocument["rules"] {
  const rules: PageDocument["rules"] = { ingress: [], egress: [] };
  let top = "";
  let list: [number, number][] | undefined;
  for (const [i, line] of yaml.split("\n").entries()) {
    if (/^\S/.test(line)) top = line;
    const key = /^ {2}([^\s-][^:]*):/.exec(line)?.[1];
    if (/^\S/.test(line) || key !== undefined)
      list = top === "spec:" && (key === "ingress" || key === "egress") ? rules[key] : undefined;
    else if (list !== undefined) {
      const last = list.at(-1);
      if (/^ {4}- /.test(line)) list.push([i, i]);
      else if (last !== undefined) last[1] = i;
    }
  }
  return rules;
}
