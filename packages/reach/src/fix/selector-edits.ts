import { Selector, SelectorError } from "../selector";
import type { Endpoint } from "../reach-model";
import { inherited, tellingLabels, type Labels } from "./label-edits";

type Prefix = "" | "pcns." | "pcsa.";

/** Labels that a selector of this field sees at an endpoint. */
function seen(end: Endpoint, prefix: Prefix): Labels {
  return prefix === ""
    ? { ...Object.fromEntries(end.selectable ?? []), ...end.labels }
    : inherited(end, prefix);
}
/** Labels that are worth writing. */
function telling(end: Endpoint, prefix: Prefix): [string, string][] {
  if (prefix !== "") return tellingLabels(inherited(end, prefix)).slice(0, 3);
  // A node carries its labels where automatic host endpoints take them.
  const own = Object.keys(end.labels).length > 0 ? end.labels : Object.fromEntries(end.selectable ?? []);
  return tellingLabels(own).slice(0, 3);
}

/** Whether a selector of Calico finds an endpoint by the labels of this field. */
export function finds(text: string, end: Endpoint, prefix: Prefix): boolean {
  try {
    return Selector.parse(text).matches(seen(end, prefix));
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

const COMPARISON = /([\w./-]+)(\s*(?:==|!=)\s*)(["'])([^"']*)\3/g;
const SET = /([\w./-]+)(\s+(?:not\s+)?in\s*)\{([^}]*)\}/g;

/**
 * Changed texts of a selector, so that it finds an end (`in`) or no longer does (`out`): values and keys replaced where
 * they stand, one label alone, none at all.
 */
export function selectorsFor(
  text: string | undefined,
  end: Endpoint,
  prefix: Prefix,
  way: "in" | "out",
): { text: string | undefined; cost: number }[] {
  const labels = seen(end, prefix);
  const result: { text: string | undefined; cost: number }[] = [];
  const add = (next: string | undefined, cost: number): void => {
    if (next !== text && (next === undefined || finds(next, end, prefix) === (way === "in")))
      result.push({ text: next, cost });
  };
  if (way === "in") {
    if (text === undefined) return [];
    add(replaced(text, labels), 2);
    for (const [key, value] of telling(end, prefix)) {
      add(`${text} || ${key} == "${value}"`, 3.4);
      add(`${key} == "${value}"`, 3.2);
    }
    add(text.replace(/\bnot\s+in\b/, "in"), 2.2);
    add(text.replace(/(^|[^t]\s+)in\s*\{/, "$1not in {"), 2.6);
    add(undefined, 3.4);
    return result;
  }
  for (const [key, value] of telling(end, prefix)) {
    if (text === undefined) add(`${key} != "${value}"`, 4);
    else add(`(${text}) && ${key} != "${value}"`, 4);
  }
  if (text === undefined) return result;
  add(text.replace(/==/, "!="), 3.4);
  add(text.replace(/\bnot\s+in\b/, "in"), 2.4);
  add(text.replace(/\s\|\|\s/, " && "), 2.2);
  for (const part of text.split(/\s*\|\|\s*/)) add(part, 3);
  // One value of a set less.
  for (const [set, , , values = ""] of text.matchAll(SET)) {
    const items = values.split(",").map((v) => v.trim());
    for (const item of items)
      if (items.length > 1)
        add(text.replace(set, set.replace(values, items.filter((v) => v !== item).join(", "))), 2.4);
    for (const value of Object.values(labels))
      add(text.replace(set, set.replace(values, `${values}, "${value}"`)), 2.6);
  }
  return result;
}

/** Selectors that find this end among others: what a wide one should be narrowed to. */
export function narrowSelectors(
  text: string | undefined,
  end: Endpoint,
  prefix: Prefix,
): { text: string; cost: number }[] {
  return telling(end, prefix).flatMap(([key, value]) => [
    ...(end.type === "host" && text === undefined ? [{ text: `has(${key})`, cost: 2.2 }] : []),
    { text: `${key} == "${value}"`, cost: text === undefined || text === "all()" ? 2.4 : 3 },
    ...(text === undefined || text === "all()"
      ? []
      : [{ text: `${text} && ${key} == "${value}"`, cost: 2.8 }]),
  ]);
}

/** Each comparison that fails at these labels with what they have: the value, or the key that has the value. */
function replaced(text: string, labels: Labels): string {
  const fix = (key: string, value: string): [string, string] => {
    const has = labels[key];
    if (has !== undefined) return [key, has];
    const other = Object.keys(labels).find((k) => labels[k] === value);
    return other === undefined ? [key, value] : [other, value];
  };
  return text
    .replace(COMPARISON, (whole, key: string, op: string, quote: string, value: string) => {
      if ((labels[key] === value) === op.includes("==")) return whole;
      if (op.includes("!=")) return `${key}${op.replace("!=", "==")}${quote}${value}${quote}`;
      const [k, v] = fix(key, value);
      return `${k}${op}${quote}${v}${quote}`;
    })
    .replace(SET, (whole, key: string, op: string, values: string) => {
      if (/not/.test(op)) return whole;
      const items = values.split(",").map((v) => v.trim().replace(/^["']|["']$/g, ""));
      if (items.includes(labels[key] ?? "")) return whole;
      const [k, v] = fix(key, items[0] ?? "");
      return items.length === 1 ? `${k}${op}{"${v}"}` : `${k}${op}{${values}, "${v}"}`;
    });
}
