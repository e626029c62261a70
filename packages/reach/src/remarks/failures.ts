import { evaluate } from "../selector/selector-ast";
import type { SelectorNode } from "../selector";
import type { Endpoint } from "../reach-model";

/** The comparisons of a selector that an endpoint fails, each in words; the cheapest way to fail of alternatives. */
export function failures(node: SelectorNode, endpoint: Endpoint): string[] {
  const labels = endpoint.selectable;
  const lookup = (label: string): string | undefined => labels?.get(label);
  if (evaluate(node, lookup) !== false) return [];
  if (node.op === "&&") return node.operands.flatMap((operand) => failures(operand, endpoint));
  if (node.op === "||") {
    const ways = node.operands.map((operand) => failures(operand, endpoint));
    return ways.reduce((best, way) => (way.length < best.length ? way : best));
  }
  if ("label" in node) return [failure(node, endpoint, lookup(node.label))];
  return [`the selector leaves ${endpoint.name} out`];
}

type Comparison = Extract<SelectorNode, { label: string }>;

function failure(node: Comparison, endpoint: Endpoint, actual: string | undefined): string {
  const { label } = node;
  const wanted = wantedOf(node);
  if (
    label === "projectcalico.org/namespace" ||
    /^pcns\.(kubernetes\.io\/metadata\.|projectcalico\.org\/)name$/.test(label)
  )
    return `${endpoint.name} is in namespace ${endpoint.namespace ?? "(none)"}, and the rule looks in ${wanted}`;
  if (label === "projectcalico.org/serviceaccount" || label === "pcsa.projectcalico.org/name")
    return `${endpoint.name} runs as service account ${endpoint.serviceAccount ?? "default"}, and the rule names ${wanted}`;
  const [who, key] = label.startsWith("pcns.")
    ? [`namespace ${endpoint.namespace ?? ""}`, label.slice(5)]
    : label.startsWith("pcsa.")
      ? [`service account ${endpoint.serviceAccount ?? "default"}`, label.slice(5)]
      : [endpoint.name, label];
  if (actual === undefined) return `${who} has no label ${key}`;
  const negative = node.op === "!=" || node.op === "not in";
  return negative
    ? `${who} has the label ${key}=${actual}, which the rule excludes`
    : `${who} has the label ${key}=${actual}, not ${wanted}`;
}

function wantedOf(node: Comparison): string {
  if ("value" in node) return node.value;
  return "values" in node ? node.values.join(" or ") : "any value";
}
