import type { SelectorNode, Truth } from "../selector";
import type { Action, Direction, Policy, Profile, Rule } from "../reach-model";
import type { RuleScope } from "./calico-entity";
import { calicoRule } from "./calico-rule";
import type { Fields } from "./object-fields";
import { splitAtNames } from "./named-ports";
import { selectorField } from "./selector-field";

const COMMON = [
  "tier",
  "order",
  "selector",
  "serviceAccountSelector",
  "ingress",
  "egress",
  "types",
  "performanceHints",
] as const;
const GLOBAL = ["namespaceSelector", "applyOnForward", "preDNAT", "doNotTrack"] as const;

/** A Calico NetworkPolicy (with a namespace) or GlobalNetworkPolicy (without). */
export function calicoPolicy(
  name: string,
  namespace: string | undefined,
  spec: Fields,
  stored = false,
): Policy {
  spec.only(...COMMON, ...(namespace === undefined ? GLOBAL : []));
  const ingress = ruleList(spec, "ingress", namespace, stored);
  const egress = ruleList(spec, "egress", namespace, stored);
  const preDNAT = spec.boolean("preDNAT") ?? false;
  const doNotTrack = spec.boolean("doNotTrack") ?? false;
  const applyOnForward = spec.boolean("applyOnForward") ?? false;
  checkFlags(spec, { preDNAT, doNotTrack, applyOnForward });
  return {
    kind: namespace === undefined ? "GlobalNetworkPolicy" : "NetworkPolicy",
    name,
    ...(namespace === undefined ? {} : { namespace }),
    tier: tierOf(spec),
    order: spec.number("order") ?? Infinity,
    subject: subject(spec, namespace),
    governs: types(spec),
    stage: doNotTrack ? "untracked" : preDNAT ? "preDNAT" : "normal",
    applyOnForward,
    ingress,
    egress,
  };
}

/** The rules of a Calico Profile. */
export function calicoProfile(name: string, spec: Fields): Profile {
  spec.only("ingress", "egress", "labelsToApply");
  return {
    name,
    ingress: ruleList(spec, "ingress", undefined),
    egress: ruleList(spec, "egress", undefined),
  };
}

/** An empty name is the default one, as absent. */
function tierOf(spec: Fields): string {
  const name = spec.string("tier") ?? "";
  return name === "" ? "default" : name;
}

function ruleList(spec: Fields, direction: Direction, namespace: string | undefined, stored = false): Rule[] {
  const scope: RuleScope = { namespace, direction, stored };
  if (spec.unknown(direction) && !Array.isArray(spec.raw(direction))) return unknownRules(-1);
  return spec.objects(direction).flatMap((rule, index) => {
    const read = calicoRule(rule, index, scope);
    return read === undefined ? unknownRules(index) : splitAtNames(read);
  });
}

/** A rule, or a whole list, that is not known might allow as well as deny. */
function unknownRules(index: number): Rule[] {
  return (["Allow", "Deny"] satisfies Action[]).map((action) => ({
    index,
    action,
    source: {},
    destination: {},
    unknown: true,
  }));
}

function checkFlags(
  spec: Fields,
  f: { preDNAT: boolean; doNotTrack: boolean; applyOnForward: boolean },
): void {
  if (f.preDNAT && f.doNotTrack)
    spec.report("doNotTrack", true, "excludes preDNAT", "make two policies of it");
  if ((f.preDNAT || f.doNotTrack) && !f.applyOnForward && !spec.unknown("applyOnForward")) {
    const flag = f.preDNAT ? "preDNAT" : "doNotTrack";
    spec.report(flag, true, "needs applyOnForward: true", "add applyOnForward: true");
  }
  if (f.preDNAT && spec.objects("egress").length > 0)
    spec.report("egress", undefined, "is not possible with preDNAT", "leave the egress rules out");
  if (f.preDNAT && spec.strings("types").includes("Egress"))
    spec.report("types", undefined, "must not hold Egress with preDNAT", "write types: [Ingress]");
}

/**
 * Absent types: Ingress unless there are egress rules only; Egress where there are egress rules
 * (defaultPolicyTypesField in libcalico-go/lib/clientv3).
 */
function types(spec: Fields): Record<Direction, Truth> {
  if (spec.unknown("types")) return { ingress: "unknown", egress: "unknown" };
  const given = spec.strings("types");
  for (const [i, type] of given.entries()) {
    if (type !== "Ingress" && type !== "Egress")
      spec.report(`types[${i}]`, type, "must be Ingress or Egress");
    else if (given.indexOf(type) !== i)
      spec.report(`types[${i}]`, type, "stands there twice", "write it once");
  }
  if (given.length > 0) return { ingress: given.includes("Ingress"), egress: given.includes("Egress") };
  const has = (direction: Direction): Truth =>
    spec.unknown(direction) && !Array.isArray(spec.raw(direction))
      ? "unknown"
      : spec.objects(direction).length > 0;
  const egress = has("egress");
  const ingress = has("ingress");
  if (ingress === true || egress === false) return { egress, ingress: true };
  return { egress, ingress: egress === "unknown" ? "unknown" : ingress };
}

/**
 * What the policy applies to, as one selector over endpoints (libcalico-go/lib/backend/syncersv1/updateprocessors).
 * With a namespaceSelector, `all()` means every workload: host endpoints have no namespace.
 */
function subject(spec: Fields, namespace: string | undefined): SelectorNode | undefined {
  const own = selectorField(spec, "selector");
  const accounts = selectorField(spec, "serviceAccountSelector", "pcsa.");
  if (namespace !== undefined) {
    if (spec.unknown("selector") || spec.unknown("serviceAccountSelector")) return undefined;
    const inside: SelectorNode = { op: "==", label: "projectcalico.org/namespace", value: namespace };
    return conjunction([own, inside, accounts]);
  }
  const namespaces = selectorField(spec, "namespaceSelector", "pcns.");
  const text = spec.string("namespaceSelector");
  if (text?.includes("global(") === true)
    spec.report("namespaceSelector", text, "must not use global()", "leave it out for host endpoints");
  if (["selector", "serviceAccountSelector", "namespaceSelector"].some((key) => spec.unknown(key)))
    return undefined;
  let node = own;
  if (namespaces !== undefined)
    node = replaceAll(conjunction([node, namespaces]), "projectcalico.org/namespace");
  if (accounts !== undefined)
    node = replaceAll(conjunction([node, accounts]), "projectcalico.org/serviceaccount");
  return node ?? { op: "all" };
}

function conjunction(nodes: readonly (SelectorNode | undefined)[]): SelectorNode {
  const operands = nodes.filter((n) => n !== undefined);
  const [only] = operands;
  if (only === undefined) return { op: "all" };
  return operands.length === 1 ? only : { op: "&&", operands };
}

/** `all()` as Felix reads it beside a namespace or service account selector: whatever has one. */
function replaceAll(node: SelectorNode, label: string): SelectorNode {
  if ("operands" in node) return { ...node, operands: node.operands.map((o) => replaceAll(o, label)) };
  if ("operand" in node) return { ...node, operand: replaceAll(node.operand, label) };
  return node.op === "all" ? { op: "has", label } : node;
}
