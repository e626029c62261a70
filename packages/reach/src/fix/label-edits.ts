import { nearest } from "../../../../kube/nearest";
import type { Endpoint } from "../reach-model";

/** Labels as policies of Kubernetes name them. */
export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}
interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Labels that an endpoint inherits: of its namespace (`pcns.`) or its account (`pcsa.`). */
export function inherited(end: Endpoint, prefix: "pcns." | "pcsa."): Labels {
  const found = [...(end.selectable ?? new Map<string, string>())].flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
  );
  return Object.fromEntries(found);
}

const holds = ({ key, operator, values = [] }: Requirement, labels: Labels): boolean => {
  const value = labels[key];
  if (operator === "In") return value !== undefined && values.includes(value);
  if (operator === "NotIn") return value === undefined || !values.includes(value);
  return operator === "Exists" ? value !== undefined : value === undefined;
};

const requirements = (selector: LabelSelector): Requirement[] => [
  ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  })),
  ...(selector.matchExpressions ?? []),
];

export const matches = (selector: LabelSelector, labels: Labels): boolean =>
  requirements(selector).every((r) => holds(r, labels));

/** As people write selectors: `role=backend, tier in (a, b)`; `every one` where it is empty. */
export function selectorText(selector: LabelSelector, all = "all"): string {
  const parts = requirements(selector).map(({ key, operator, values = [] }) =>
    operator === "In" && values.length === 1
      ? `${key}=${values[0] ?? ""}`
      : operator === "Exists"
        ? `${key} present`
        : operator === "DoesNotExist"
          ? `${key} absent`
          : `${key} ${operator === "In" ? "in" : "not in"} (${values.join(", ")})`,
  );
  return parts.length === 0 ? all : parts.join(", ");
}

/** Labels that tell a workload or namespace from others, the usual one first. */
export function tellingLabels(labels: Labels): [string, string][] {
  const usual = ["app", "k8s-app", "role", "app.kubernetes.io/name", "name", "kubernetes.io/metadata.name"];
  const rank = (key: string): number => (usual.includes(key) ? usual.indexOf(key) : usual.length);
  return Object.entries(labels).sort(([a], [b]) => rank(a) - rank(b));
}

export const labelled = ([key, value]: readonly [string, string]): LabelSelector => ({
  matchLabels: { [key]: value },
});

/** Changed selectors that match these labels, the nearest to the written one first. */
export function towards(
  selector: LabelSelector,
  labels: Labels,
): { selector: LabelSelector; cost: number; note?: string }[] {
  const failing = requirements(selector).filter((r) => !holds(r, labels));
  if (failing.length === 0) return [];
  const result: { selector: LabelSelector; cost: number; note?: string }[] = [];
  const [first] = failing;
  const mended = failing.reduce<LabelSelector | undefined>((s, r) => s && repaired(s, r, labels), selector);
  if (mended !== undefined && first !== undefined)
    result.push({ selector: mended, cost: 1 + failing.length });
  const kept = failing.reduce<LabelSelector>((s, r) => without(s, r), selector);
  result.push({ selector: kept, cost: 3 + failing.length });
  for (const [i, label] of tellingLabels(labels).slice(0, 3).entries())
    result.push({ selector: labelled(label), cost: 3 + i * 0.5 });
  return result;
}

/** Narrower selectors that still match these labels: one label more. */
export function narrower(selector: LabelSelector, labels: Labels): LabelSelector[] {
  const named = new Set(requirements(selector).map((r) => r.key));
  return tellingLabels(labels)
    .filter(([key]) => !named.has(key))
    .slice(0, 3)
    .map(([key, value]) => ({ ...selector, matchLabels: { ...selector.matchLabels, [key]: value } }));
}

function repaired(selector: LabelSelector, r: Requirement, labels: Labels): LabelSelector | undefined {
  const value = labels[r.key];
  const rest = without(selector, r);
  if (r.operator !== "In") return rest;
  if (value !== undefined) return inPlace(selector, r, r.key, value);
  // Another key with that value, or one that is nearly called so.
  const key =
    Object.keys(labels).find((k) => r.values?.includes(labels[k] ?? "") === true) ??
    nearest(r.key, Object.keys(labels));
  return key === undefined ? undefined : inPlace(selector, r, key, labels[key] ?? "");
}

function inPlace(selector: LabelSelector, r: Requirement, key: string, value: string): LabelSelector {
  const written = selector.matchLabels?.[r.key] === r.values?.[0] && r.values?.length === 1;
  if (written) {
    const labels = Object.entries(selector.matchLabels ?? {}).map(([k, v]) =>
      k === r.key ? [key, value] : [k, v],
    );
    return { ...selector, matchLabels: Object.fromEntries(labels) as Labels };
  }
  const expressions = (selector.matchExpressions ?? []).map((e) =>
    e === r ? { ...e, key, values: [value] } : e,
  );
  return { ...selector, matchExpressions: expressions };
}

function without(selector: LabelSelector, r: Requirement): LabelSelector {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const inLabels = !matchExpressions.includes(r);
  const labels = Object.entries(matchLabels).filter(([k]) => !(inLabels && k === r.key));
  const expressions = matchExpressions.filter((e) => e !== r);
  return {
    ...(labels.length === 0 ? {} : { matchLabels: Object.fromEntries(labels) }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}
