import { insiders, pairs } from "../connectivity";
import type { Endpoint } from "../reach-model";
import type { State } from "../reach-state";
import { protocolsIn, summary } from "./port-summary";

/** A Graphviz graph: a cluster for each namespace, an arrow for each open pair (dashed where it is unknown). */
export function* dotLines(state: State, options: { all?: boolean } = {}): Generator<string> {
  yield 'digraph reach {\n  rankdir="LR";\n  node [shape="box", style="rounded"];\n';
  const namespaces = new Map<string, Endpoint[]>();
  for (const endpoint of insiders(state)) {
    const namespace = endpoint.namespace ?? "";
    namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), endpoint]);
  }
  for (const [namespace, members] of [...namespaces].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const inner = members.map((m) => `${quote(m.name)} [label=${quote(label(m))}];\n`);
    if (namespace === "") {
      for (const line of inner) yield `  ${line}`;
      continue;
    }
    yield `  subgraph ${quote(`cluster_${namespace}`)} {\n    label=${quote(namespace)};\n`;
    for (const line of inner) yield `    ${line}`;
    yield "  }\n";
  }
  for (const name of new Set(state.outside.map((e) => e.name))) yield `  ${quote(name)} [shape="ellipse"];\n`;
  for (const { from, to, parts } of pairs(state)) {
    const flows = parts.map((p) => p.part);
    const styles = { allow: "", unknown: ', style="dashed"', deny: ', style="dotted", color="red"' };
    for (const verdict of ["allow", "unknown", "deny"] as const) {
      const text =
        verdict === "deny" && options.all !== true ? "" : summary(flows, verdict, protocolsIn(flows));
      if (text !== "")
        yield `  ${quote(from.name)} -> ${quote(to.name)} [label=${quote(text)}${styles[verdict]}];\n`;
    }
  }
  yield "}\n";
}

function label({ name, namespace, kind }: Endpoint): string {
  const own = namespace === undefined ? name : name.slice(namespace.length + 1);
  return `${own.replace(/\[.*$/, "")}\n${kind}`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
