import type { KubeObject } from "../../../../kube/objects";
import { policyId } from "../input/policy-id";
import type { Direction, Endpoint } from "../reach-model";
import { policyName } from "../reach-model";
import type { Change, Edit, Scene, WrongFlow } from "./fix-model";
import { hasLabels, portText, typeOf } from "./flow-words";
import { at, listAt, withAt } from "./object-paths";
import { finds, selectorsFor } from "./selector-edits";

/** Where the policy stands among the others: order and tier, and for hosts the hook. */
export function* placeEdits(policy: KubeObject, { state }: Scene, change: Change): Generator<Edit> {
  const order = at(policy, ["spec", "order"]) as number | undefined;
  const tier = (at(policy, ["spec", "tier"]) as string | undefined) ?? "default";
  const id = policyId(policy);
  const others = state.policies.filter((p) => p.tier === tier && !(p.name === id.name && p.kind === id.kind));
  const orders = [...new Set(others.map((p) => p.order))].sort((a, b) => a - b);
  const named = (o: number): string => {
    const [first] = others.filter((p) => p.order === o);
    const kubernetes = others.some((p) => p.order === o && p.kind === "KubernetesNetworkPolicy");
    return kubernetes
      ? `policies of Kubernetes, which stand at order ${o}`
      : `${first === undefined ? "others" : policyName(first)} (${o === Infinity ? "no order" : `order ${o}`})`;
  };
  const now = order === undefined ? "it has no order, so it is asked last" : `order ${order}`;
  for (const o of orders) {
    for (const [next, where] of [
      [o === Infinity ? 1000 + 500 : o - Math.max(1, Math.min(10, Math.floor(o / 2))), "before"],
      [o === Infinity ? undefined : o + 100, "after"],
    ] as const) {
      if (next === order || (next ?? Infinity) < 0) continue;
      const was = order ?? Infinity;
      if (where === "before" ? was < o : was > o) continue;
      yield change(
        withAt(policy, ["spec", "order"], next),
        "order",
        2.8,
        `${now}: it is asked ${where === "before" ? "after" : "before"} ${named(o)}, and the first policy that decides ends the search`,
        next === undefined ? "take order away" : `write order: ${next}, so that it comes ${where} them`,
      );
    }
  }
  if (order !== undefined)
    yield change(
      withAt(policy, ["spec", "order"], undefined),
      "order",
      2.6,
      `${now}: it is asked before policies with a higher order or none, and what its Deny rules meet is decided there`,
      "take order away: then it is asked last",
    );
  for (const other of new Set([...state.policies.map((p) => p.tier), "default"]))
    if (other !== tier)
      yield change(
        withAt(policy, ["spec", "tier"], other === "default" ? undefined : other),
        "order",
        3.2,
        `it stands in tier ${tier}`,
        `write tier: ${other}`,
      );
  if (policy.kind !== "GlobalNetworkPolicy") return;
  for (const flag of ["applyOnForward", "preDNAT", "doNotTrack"] as const) {
    const on = at(policy, ["spec", flag]) === true;
    const also = !on && flag !== "applyOnForward" ? withAt(policy, ["spec", "applyOnForward"], true) : policy;
    yield change(
      withAt(also, ["spec", flag], on ? undefined : true),
      "rule",
      2.2,
      FLAGS[flag][on ? 1 : 0],
      on ? `take ${flag} away` : `write ${flag}: true${also === policy ? "" : " and applyOnForward: true"}`,
    );
  }
}

const FLAGS = {
  applyOnForward: [
    "applyOnForward is not set, so it does not hold for what a node forwards to pods",
    "applyOnForward is set, so it holds for what a node forwards to pods too",
  ],
  preDNAT: [
    "preDNAT is not set, so it is asked after kube-proxy has replaced the destination: node ports are not seen any more",
    "preDNAT is set, so it is asked before kube-proxy replaces the destination",
  ],
  doNotTrack: ["doNotTrack is not set", "doNotTrack is set, so replies are not let through by themselves"],
} as const;

/** Whom it chooses: namespace and selectors. */
export function* subjectEdits(
  policy: KubeObject,
  flow: WrongFlow,
  direction: Direction,
  subject: Endpoint,
  change: Change,
): Generator<Edit> {
  const { namespace } = policy.metadata;
  if (policy.kind === "NetworkPolicy" && subject.namespace !== undefined && subject.namespace !== namespace) {
    yield change(
      withAt(policy, ["metadata", "namespace"], subject.namespace),
      "namespace",
      2,
      `it stands in namespace ${namespace ?? "default"}, and selects pods of that namespace only; ${subject.name} is in namespace ${subject.namespace}`,
      `write metadata.namespace: ${subject.namespace}`,
    );
    return;
  }
  const fields = [
    ["selector", ""],
    ["serviceAccountSelector", "pcsa."],
    ...(policy.kind === "GlobalNetworkPolicy" ? ([["namespaceSelector", "pcns."]] as const) : []),
  ] as const;
  for (const [field, prefix] of fields) {
    const text = at(policy, ["spec", field]) as string | undefined;
    const chosen = text === undefined || finds(text, subject, prefix);
    for (const next of selectorsFor(text, subject, prefix, chosen ? "out" : "in"))
      yield change(
        withAt(policy, ["spec", field], next.text),
        prefix === "pcns." ? "namespace" : "label",
        next.cost,
        `${field} ${text === undefined ? "is absent" : `is ${text}`}, ${chosen ? `so it chooses ${subject.name} too (${direction}, ${portText(flow)})` : `which does not choose ${subject.name}; ${hasLabels(subject)}`}`,
        next.text === undefined ? `take ${field} away` : `write ${field}: ${next.text}`,
      );
  }
}

/** Which directions it governs. */
export function* typeEdits(policy: KubeObject, direction: Direction, change: Change): Generator<Edit> {
  const rules = listAt(policy, ["spec", direction]).length;
  const written = at(policy, ["spec", "types"]) as string[] | undefined;
  const has = (d: Direction): boolean => listAt(policy, ["spec", d]).length > 0;
  const types =
    written !== undefined && written.length > 0
      ? written
      : has("egress")
        ? [...(has("ingress") ? ["Ingress"] : []), "Egress"]
        : ["Ingress"];
  const type = typeOf(direction);
  if (!types.includes(type))
    yield change(
      withAt(policy, ["spec", "types"], [...types, type]),
      "policy type",
      rules > 0 ? 1.5 : 2.4,
      rules > 0
        ? `types lacks ${type}, so its ${direction} rules do not count`
        : `types lacks ${type}: it does not isolate its pods for ${direction}`,
      `add ${type} to types`,
    );
  else if (types.length > 1)
    yield change(
      withAt(
        withAt(
          policy,
          ["spec", "types"],
          types.filter((t) => t !== type),
        ),
        ["spec", direction],
        undefined,
      ),
      "policy type",
      rules > 0 ? 4 : 2.5,
      `types has ${type} too, which closes ${direction} for whom it chooses but for what its ${rules} ${direction} rules allow`,
      `take ${type} out of types`,
    );
}
