import { isUnknown, type SelectorNode } from "../selector";
import type { Fields } from "./object-fields";

const LABEL_NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_PREFIX = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * A Kubernetes label selector as a selector over endpoints; `prefix` is put before each label (`pcns.` for namespaces'
 * labels). The empty selector matches everything.
 */
export function labelSelector(selector: Fields, prefix = ""): SelectorNode {
  selector.only("matchLabels", "matchExpressions");
  const terms: SelectorNode[] = [];
  for (const [label, value] of Object.entries(selector.map("matchLabels"))) {
    checkLabel(selector, `matchLabels.${label}`, label);
    checkValue(selector, `matchLabels.${label}`, value);
    terms.push({ op: "==", label: prefix + label, value });
  }
  for (const expression of selector.objects("matchExpressions")) {
    const term = matchExpression(expression, prefix);
    if (term !== undefined) terms.push(term);
  }
  const [only] = terms;
  if (only === undefined) return { op: "all" };
  return terms.length === 1 ? only : { op: "&&", operands: terms };
}

function matchExpression(expression: Fields, prefix: string): SelectorNode | undefined {
  expression.only("key", "operator", "values");
  const key = expression.string("key");
  const operator = expression.choice("operator", "In", "NotIn", "Exists", "DoesNotExist");
  const values = expression.strings("values");
  if (key === undefined && !expression.unknown("key")) expression.report("key", undefined, "is needed");
  if (key !== undefined) checkLabel(expression, "key", key);
  if (operator === undefined && !expression.has("operator"))
    expression.report("operator", undefined, "is needed", "write In, NotIn, Exists or DoesNotExist");
  for (const value of values) checkValue(expression, "values", value);
  if (key === undefined || operator === undefined) return undefined;
  const label = prefix + key;
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0 && !expression.unknown("values"))
        expression.report("values", undefined, `operator ${operator} needs at least one value`);
      return { op: operator === "In" ? "in" : "not in", label, values };
    case "Exists":
    case "DoesNotExist": {
      if (values.length > 0)
        expression.report("values", values, `operator ${operator} takes no values`, "leave values out");
      const has: SelectorNode = { op: "has", label };
      return operator === "Exists" ? has : { op: "!", operand: has };
    }
  }
}

function checkLabel(fields: Fields, at: string, label: string): void {
  const slash = label.indexOf("/");
  const name = label.slice(slash + 1);
  const prefix = slash === -1 ? undefined : label.slice(0, slash);
  if (!LABEL_NAME.test(name) || (prefix !== undefined && !LABEL_PREFIX.test(prefix)))
    fields.report(at, label, "is not a label name", "labels look like app or example.com/app");
}

function checkValue(fields: Fields, at: string, value: string): void {
  if (!isUnknown(value) && !LABEL_VALUE.test(value))
    fields.report(
      at,
      value,
      "is not a label value",
      "at most 63 letters, digits, dashes, underscores and dots",
    );
}
