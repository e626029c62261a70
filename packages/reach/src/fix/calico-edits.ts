import type { KubeObject } from "../../../../kube/objects";
import { policyId } from "../input/policy-id";
import type { Direction, Endpoint } from "../reach-model";
import { policyName } from "../reach-model";
import { DIRECTIONS, endsOf, type Edit, type Scene, type WrongFlow, type Change } from "./fix-model";
import { entityEdits } from "./calico-entities";
import { calicoRules, calicoRuleText } from "./calico-new-rules";
import { flowText, hasLabels, isDns, portText, typeOf } from "./flow-words";
import { at, listAt, valueText, withAt, type Path } from "./object-paths";
import { finds, selectorsFor } from "./selector-edits";

/** Single changes of a policy of Calico that may right wrong flows. */
export function* calicoEdits(policy: KubeObject, scene: Scene): Generator<Edit> {
  const change: Change = (after, cause, cost, what, todo) => ({
    before: policy,
    ...(after === undefined ? {} : { after }),
    cause,
    cost,
    what,
    todo,
  });
  yield* placeEdits(policy, scene, change);
  for (const flow of scene.wrong) {
    for (const direction of DIRECTIONS) {
      const [subject, peer] = endsOf(flow, direction);
      if (subject.type === "outside") continue;
      yield* subjectEdits(policy, flow, direction, subject, change);
      for (const [i, rule] of listAt(policy, ["spec", direction]).entries())
        yield* entityEdits(policy, rule, ["spec", direction, i], scene, flow, direction, peer, change);
    }
  }
  for (const direction of DIRECTIONS) {
    yield* typeEdits(policy, direction, change);
    yield* passedOn(policy, direction, change);
    yield* deniedFirst(policy, scene, direction, change);
    yield* ruleEdits(policy, scene, direction, change);
    yield* addedRules(policy, scene, direction, change);
  }
}

/** Where the policy stands among the others: order and tier, and for hosts the hook. */
function* placeEdits(policy: KubeObject, { state }: Scene, change: Change): Generator<Edit> {
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

function* subjectEdits(
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

function* typeEdits(policy: KubeObject, direction: Direction, change: Change): Generator<Edit> {
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

/** Rules as a list: the first that matches decides. */
function* ruleEdits(
  policy: KubeObject,
  { wrong }: Scene,
  direction: Direction,
  change: Change,
): Generator<Edit> {
  const path: Path = ["spec", direction];
  const rules = listAt(policy, path);
  const put = (list: readonly unknown[]): KubeObject => withAt(policy, path, list);
  const name = (i: number): string => `${direction} rule ${i} (${calicoRuleText(rules[i] ?? {})})`;
  for (const [i, rule] of rules.entries()) {
    const others = rules.filter((r) => r !== rule);
    const first = i === 0 ? rules.length - 1 : 0;
    for (const to of new Set([rules.length - 1, 0, i + 1, i - 1])) {
      if (to === i || to < 0 || to >= rules.length) continue;
      yield change(
        put([...others.slice(0, to), rule, ...others.slice(to)]),
        "order",
        to === rules.length - 1 || to === first ? 2.2 : 2.4,
        to > i
          ? `${name(i)} stands before ${name(to)}: the first rule that matches decides, so the order counts`
          : `${name(i)} stands after ${name(to)}: the first rule that matches decides, so the order counts`,
        `move ${direction} rule ${i} ${to > i ? "behind" : "before"} rule ${to}`,
      );
    }
    for (const action of ["Allow", "Deny", "Pass"])
      if (action !== rule["action"])
        yield change(
          put(rules.map((r) => (r === rule ? { ...r, action } : r))),
          "rule",
          action === "Pass" ? 3.4 : 2.4,
          `${name(i)} has action ${valueText(rule["action"])}`,
          `write action: ${action}`,
        );
    yield change(
      put(others),
      "rule",
      3.8,
      `${name(i)} ${rule["action"] === "Deny" ? "denies what must be open" : "allows more than is asked for"}`,
      `take ${direction} rule ${i} out`,
    );
    // A twin for the other protocol: DNS asks by both.
    for (const protocol of new Set(
      wrong.filter((f) => f.want === "allow").map((f) => portText(f).split(" ")[0]),
    )) {
      if (protocol === undefined || rule["protocol"] === undefined || rule["protocol"] === protocol) continue;
      const dns = JSON.stringify(rule).includes("53");
      const twin = { ...rule, protocol };
      const asked = wrong.find((f) => portText(f).startsWith(protocol));
      yield change(
        put([...rules.slice(0, i + 1), twin, ...rules.slice(i + 1)]),
        dns ? "dns" : "port",
        2.2,
        `${name(i)} is for ${valueText(rule["protocol"])} only${asked === undefined ? "" : `, so ${flowText(asked)} is closed`}${dns ? ": DNS asks by UDP and, for long answers, by TCP" : ""}`,
        `add the same rule with protocol: ${protocol}`,
      );
    }
  }
}

/** What is open and should not be, denied before any rule that allows. */
function* deniedFirst(
  policy: KubeObject,
  { wrong }: Scene,
  direction: Direction,
  change: Change,
): Generator<Edit> {
  const rules = listAt(policy, ["spec", direction]);
  for (const flow of wrong.filter((f) => f.want === "deny" && f[direction].verdict === "allow")) {
    const denies = calicoRules([flow], direction, policy.metadata.namespace).map((r) => ({
      ...r,
      action: "Deny",
    }));
    yield change(
      withAt(policy, ["spec", direction], [...denies, ...rules]),
      "rule",
      3.6,
      `no ${direction} rule denies ${flowText(flow)}, and one that allows it matches`,
      `add the rule ${denies.map(calicoRuleText).join("; ")} before the others`,
    );
  }
}

/** What a tier of one's own does not settle ends with its default, Deny, unless it is passed on. */
function* passedOn(policy: KubeObject, direction: Direction, change: Change): Generator<Edit> {
  const tier = at(policy, ["spec", "tier"]) as string | undefined;
  const rules = listAt(policy, ["spec", direction]);
  if (tier === undefined || tier === "default" || rules.length === 0) return;
  yield change(
    withAt(policy, ["spec", direction], [...rules, { action: "Pass" }]),
    "rule",
    2.4,
    `no ${direction} rule matches what must be open, and tier ${tier} ends with Deny for whom it chooses: nothing is passed on to the next tier`,
    "add a last rule with action: Pass",
  );
}

function* addedRules(
  policy: KubeObject,
  { wrong }: Scene,
  direction: Direction,
  change: Change,
): Generator<Edit> {
  const closed = wrong.filter((f) => f.want === "allow" && f[direction].verdict !== "allow");
  if (closed.length === 0) return;
  const rules = listAt(policy, ["spec", direction]);
  const peers = [...new Set(closed.map((f) => endsOf(f, direction)[1].name))];
  const what = `${peers.slice(0, 3).join(", ")}${peers.length > 3 ? ` and ${peers.length - 3} more` : ""}`;
  const ports = [...new Set(closed.map(portText))].slice(0, 3).join(", ");
  const dns = closed.every(isDns);
  const added = calicoRules(closed, direction, policy.metadata.namespace);
  const denies = rules.findIndex((r) => r["action"] === "Deny");
  for (const place of new Set([rules.length, ...(denies < 0 ? [] : [denies])]))
    yield change(
      withAt(policy, ["spec", direction], [...rules.slice(0, place), ...added, ...rules.slice(place)]),
      dns ? "dns" : "rule",
      rules.length === 0 ? 3.4 : 4,
      `it has no ${direction} rule that allows ${what} on ${ports}${dns ? " for DNS: no name resolves" : ""}`,
      `add ${added.length === 1 ? "the rule" : "the rules"} ${added.map(calicoRuleText).join("; ")}`,
    );
}
