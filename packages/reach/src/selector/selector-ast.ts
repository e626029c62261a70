import { all, any, isUnknown, not, type Truth } from "./truth";

/** A parsed selector. `value` is the literal of the comparison; `values` is sorted, each once. */
export type SelectorNode =
  | { readonly op: "all" | "global" }
  | { readonly op: "has"; readonly label: string }
  | {
      readonly op: "==" | "!=" | "contains" | "starts with" | "ends with";
      readonly label: string;
      readonly value: string;
    }
  | { readonly op: "in" | "not in"; readonly label: string; readonly values: readonly string[] }
  | { readonly op: "!"; readonly operand: SelectorNode }
  | { readonly op: "&&" | "||"; readonly operands: readonly SelectorNode[] };

/** Looks a label up: its value, or undefined where the label is absent. */
export type LabelLookup = (label: string) => string | undefined;

/** Evaluates over labels of which some may be unknown (see `UNKNOWN`). */
export function evaluate(node: SelectorNode, labels: LabelLookup): Truth {
  switch (node.op) {
    case "all":
    case "global": // only means something as a rule's namespaceSelector; as an expression it is true
      return true;
    case "has":
      return labels(node.label) !== undefined;
    case "!":
      return not(evaluate(node.operand, labels));
    case "&&":
      return all(map(node.operands, (operand) => evaluate(operand, labels)));
    case "||":
      return any(map(node.operands, (operand) => evaluate(operand, labels)));
    default:
      return compare(node, labels(node.label));
  }
}

type Comparison = Extract<SelectorNode, { label: string }>;

function compare(node: Comparison, actual: string | undefined): Truth {
  const negative = node.op === "!=" || node.op === "not in";
  // An absent label satisfies the negative comparisons, and no other.
  if (actual === undefined) return negative;
  if (isUnknown(actual)) return "unknown";
  // What is compared with may be unknown too, where the selector was not parsed but built from objects.
  if ("value" in node && isUnknown(node.value)) return "unknown";
  if ("values" in node && !node.values.includes(actual) && node.values.some(isUnknown)) return "unknown";
  switch (node.op) {
    case "==":
      return actual === node.value;
    case "!=":
      return actual !== node.value;
    case "contains":
      return actual.includes(node.value);
    case "starts with":
      return actual.startsWith(node.value);
    case "ends with":
      return actual.endsWith(node.value);
    case "in":
      return node.values.includes(actual);
    case "not in":
      return !node.values.includes(actual);
    case "has":
      return true;
  }
}

function* map<A, B>(items: readonly A[], f: (item: A) => B): Generator<B> {
  for (const item of items) yield f(item);
}

/** The form that Calico stores and compares: equal selectors that differ in blanks, quotes or order of a set agree. */
export function canonical(node: SelectorNode): string {
  switch (node.op) {
    case "all":
    case "global":
      return `${node.op}()`;
    case "has":
      return `has(${node.label})`;
    case "!":
      return `!${canonical(node.operand)}`;
    case "&&":
    case "||":
      return `(${node.operands.map(canonical).join(` ${node.op} `)})`;
    case "in":
    case "not in":
      return `${node.label} ${node.op} {${node.values.map(quote).join(", ")}}`;
    default:
      return `${node.label} ${node.op} ${quote(node.value)}`;
  }
}

/** There is no escape in the grammar: a text holds one kind of quotes at most. */
function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}

/** Labels that the selector reads: what has to be equal for two endpoints to be told apart by it. */
export function labelsOf(node: SelectorNode): string[] {
  if ("operands" in node) return node.operands.flatMap(labelsOf);
  if ("operand" in node) return labelsOf(node.operand);
  return "label" in node ? [node.label] : [];
}

/** The same selector with every label renamed: how Calico turns a namespaceSelector into one over endpoints. */
export function renameLabels(node: SelectorNode, rename: (label: string) => string): SelectorNode {
  if ("operands" in node) return { ...node, operands: node.operands.map((o) => renameLabels(o, rename)) };
  if ("operand" in node) return { ...node, operand: renameLabels(node.operand, rename) };
  return "label" in node ? { ...node, label: rename(node.label) } : node;
}
