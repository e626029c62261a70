import type { KubeObject } from "../../../../kube/objects";
import type { Direction, Endpoint } from "../reach-model";
import {
  changeOf,
  DIRECTIONS,
  endsOf,
  type Edit,
  type Scene,
  type WrongFlow,
  type Change,
} from "./fix-model";
import { hasLabels, isDns, portText, sideOf, typeOf } from "./flow-words";
import { matches, narrower, selectorText, towards, type LabelSelector } from "./label-edits";
import { at, listAt, withAt, type Path } from "./object-paths";
import { changedOver, turned } from "./kubernetes-turned";
import { peerEdits } from "./kubernetes-peers";
import { portEdits } from "./kubernetes-ports";
import { rulesFor } from "./new-rules";
import { ruleText } from "./rule-words";
import { ns } from "./peer-words";

/** Single changes of a policy of Kubernetes that may right wrong flows. */
export function* kubernetesEdits(policy: KubeObject, scene: Scene): Generator<Edit> {
  const change = changeOf(policy);
  for (const flow of scene.wrong) {
    for (const direction of DIRECTIONS) {
      const [subject, peer] = endsOf(flow, direction);
      if (subject.type !== "workload" || flow[direction].verdict === flow.want) continue;
      yield* subjectEdits(policy, scene, flow, direction, subject, change);
      if (subject.namespace !== ns(policy)) continue;
      yield* peerEdits(policy, scene, flow, direction, peer, change);
      yield* portEdits(policy, scene, flow, direction, change);
    }
  }
  for (const direction of DIRECTIONS) {
    yield* typeEdits(policy, direction, change);
    yield* addedRules(policy, scene, direction, change);
    yield* removedRules(policy, direction, change);
    yield* movedRules(policy, direction, change);
  }
  yield* turned(policy, scene, change);
  yield* changedOver(policy, change);
}

const selectorAt = (policy: KubeObject): LabelSelector => at(policy, ["spec", "podSelector"]) ?? {};

/** Whom the policy is about: its namespace and podSelector. */
function* subjectEdits(
  policy: KubeObject,
  { state, wanted }: Scene,
  flow: WrongFlow,
  direction: Direction,
  subject: Endpoint,
  change: Change,
): Generator<Edit> {
  const { namespace } = policy.metadata;
  const selector = selectorAt(policy);
  if (subject.namespace !== undefined && subject.namespace !== ns(policy)) {
    const where = `${subject.name} is in namespace ${subject.namespace}`;
    yield change(
      withAt(policy, ["metadata", "namespace"], subject.namespace),
      "namespace",
      2,
      namespace === undefined
        ? `it has no metadata.namespace, so it goes to namespace default; ${where}`
        : `it stands in namespace ${namespace}, and policies of Kubernetes select pods of their own namespace only; ${where}`,
      `write metadata.namespace: ${subject.namespace}`,
    );
    return;
  }
  const inside = state.workloads.filter((w) => w.namespace === ns(policy));
  const nobody = !inside.some((w) => matches(selector, w.labels));
  const path: Path = ["spec", "podSelector"];
  for (const found of towards(selector, subject.labels)) {
    const text = selectorText(selector);
    yield change(
      withAt(policy, path, found.selector),
      "label",
      found.cost - (nobody ? 0.5 : 0),
      nobody
        ? `podSelector looks for ${text}, which no pod of namespace ${ns(policy)} has; ${hasLabels(subject)}`
        : `podSelector chooses ${text}, and so not ${subject.name}; ${hasLabels(subject)}`,
      `write podSelector ${selectorText(found.selector, "{}")}`,
    );
  }
  if (!matches(selector, subject.labels)) {
    yield change(
      withAt(policy, path, {}),
      "label",
      3.2,
      `podSelector chooses ${selectorText(selector)}, and so not ${subject.name}`,
      "write podSelector: {}, which chooses every pod of the namespace",
    );
    return;
  }
  // It chooses too many: others of this namespace are meant.
  const meant = new Set(wanted.map((w) => endsOf(w, direction)[0]));
  for (const other of inside) {
    if (other === subject) continue;
    const narrow = matches(selector, other.labels)
      ? narrower(selector, other.labels)
      : towards(selector, other.labels).map((t) => t.selector);
    for (const next of narrow.filter((s) => !matches(s, subject.labels)))
      yield change(
        withAt(policy, path, next),
        "label",
        meant.has(other) ? 2.8 : 3.8,
        `podSelector chooses ${selectorText(selector, "every pod of the namespace")}, and so ${subject.name} too (${portText(flow)})`,
        `write podSelector ${selectorText(next)}`,
      );
  }
}

const typesOf = (policy: KubeObject): string[] => {
  const written = at(policy, ["spec", "policyTypes"]) as string[] | undefined;
  if (written !== undefined && written.length > 0) return written;
  return ["Ingress", ...(listAt(policy, ["spec", "egress"]).length > 0 ? ["Egress"] : [])];
};

function* typeEdits(policy: KubeObject, direction: Direction, change: Change): Generator<Edit> {
  const types = typesOf(policy);
  const type = typeOf(direction);
  const rules = listAt(policy, ["spec", direction]).length;
  const path: Path = ["spec", "policyTypes"];
  if (!types.includes(type)) {
    yield change(
      withAt(policy, path, [...types, type]),
      "policy type",
      rules > 0 ? 1.5 : 3,
      rules > 0
        ? `policyTypes lacks ${type}, so its ${direction} ${rules === 1 ? "rule does" : "rules do"} not count`
        : `policyTypes lacks ${type}: it does not isolate its pods for ${direction}`,
      `add ${type} to policyTypes`,
    );
    return;
  }
  const others = types.filter((t) => t !== type);
  if (others.length === 0) return;
  yield change(
    withAt(withAt(policy, path, others), ["spec", direction], undefined),
    "policy type",
    rules > 0 ? 4 : 2.5,
    `policyTypes has ${type} too, which closes ${direction} for its pods but for what its ${rules} ${direction} rules open`,
    `take ${type} out of policyTypes`,
  );
}

/** A rule for everything of a subject that must be open and is not, in one. */
function* addedRules(
  policy: KubeObject,
  { wrong, wanted }: Scene,
  direction: Direction,
  change: Change,
): Generator<Edit> {
  const selector = selectorAt(policy);
  const closed = wrong.filter((f) => {
    const [subject] = endsOf(f, direction);
    return (
      f.want === "allow" &&
      f[direction].verdict !== "allow" &&
      subject.namespace === ns(policy) &&
      matches(selector, subject.labels)
    );
  });
  if (closed.length === 0) return;
  const rules = listAt(policy, ["spec", direction]);
  const types = typesOf(policy);
  const written = at(policy, ["spec", "policyTypes"]) as string[] | undefined;
  const withTypes = (o: KubeObject): KubeObject =>
    written === undefined || types.includes(typeOf(direction))
      ? o
      : withAt(o, ["spec", "policyTypes"], [...types, typeOf(direction)]);
  // What one subject lacks may be what it would lose if it were isolated: then all that must be open is one rule list.
  const all = types.includes(typeOf(direction))
    ? closed
    : [
        ...closed,
        ...wanted.filter((w) => endsOf(w, direction)[0] === endsOf(closed[0] as WrongFlow, direction)[0]),
      ];
  for (const flows of alternatives(all, closed, direction)) {
    const [first] = flows;
    if (first === undefined) continue;
    const peers = [...new Set(flows.map((f) => endsOf(f, direction)[1].name))];
    const what = `${peers.slice(0, 3).join(", ")}${peers.length > 3 ? ` and ${peers.length - 3} more` : ""}`;
    const ports = [...new Set(flows.map(portText))].slice(0, 3).join(", ");
    const dns = flows.every(isDns);
    yield change(
      withTypes(withAt(policy, ["spec", direction], [...rules, ...rulesFor(flows, direction, ns(policy))])),
      dns ? "dns" : "rule",
      rules.length === 0 ? 3.4 : 4,
      `it has no ${direction} rule ${sideOf(direction)} ${what} on ${ports}${dns ? " for DNS: no name resolves" : ""}`,
      `add ${direction} ${sideOf(direction)} ${what}, ${ports}`,
    );
  }
}

function alternatives(
  all: readonly WrongFlow[],
  closed: readonly WrongFlow[],
  direction: Direction,
): WrongFlow[][] {
  const byPeer = new Map<Endpoint, WrongFlow[]>();
  for (const f of closed) {
    const [, peer] = endsOf(f, direction);
    byPeer.set(peer, [...(byPeer.get(peer) ?? []), f]);
  }
  return [
    [...all],
    ...(all.length === closed.length ? [] : [[...closed]]),
    ...(byPeer.size > 1 ? byPeer.values() : []),
  ];
}

function* removedRules(policy: KubeObject, direction: Direction, change: Change): Generator<Edit> {
  const path: Path = ["spec", direction];
  const rules = listAt(policy, path);
  for (const [i, rule] of rules.entries()) {
    const everything = Object.keys(rule).length === 0;
    yield change(
      withAt(
        policy,
        path,
        rules.filter((r) => r !== rule),
      ),
      "rule",
      everything ? 2.6 : 4.2,
      everything
        ? `${direction} rule ${i} is empty, and an empty rule opens every port for everyone`
        : `${direction} rule ${i} opens ${ruleText(rule, direction)}, more than the aim asks for`,
      `take ${direction} rule ${i} out`,
    );
  }
  // `to` and `ports` with a dash each are two rules, of which either opens.
  for (let i = 0; i + 1 < rules.length; i++) {
    const [a = {}, b = {}] = [rules[i], rules[i + 1]];
    const side = sideOf(direction);
    const apart = (x: object, y: object): boolean =>
      side in x && !("ports" in x) && "ports" in y && !(side in y);
    if (!apart(a, b) && !apart(b, a)) continue;
    yield change(
      withAt(policy, path, [...rules.slice(0, i), { ...a, ...b }, ...rules.slice(i + 2)]),
      "rule",
      1.8,
      `${direction} has two list items where one rule is meant: rule ${i} opens ${ruleText(a, direction)}, rule ${i + 1} opens ${ruleText(b, direction)}`,
      `put ${side} and ports into one list item: take the second dash away`,
    );
  }
}

/** Rules that stand under the other direction. */
function* movedRules(policy: KubeObject, direction: Direction, change: Change): Generator<Edit> {
  const other: Direction = direction === "ingress" ? "egress" : "ingress";
  const rules = listAt(policy, ["spec", direction]);
  if (rules.length === 0) return;
  const renamed = rules.map((rule) => {
    const { [sideOf(direction)]: peers, ...rest } = rule;
    return peers === undefined ? rest : { [sideOf(other)]: peers, ...rest };
  });
  const moved = withAt(
    withAt(policy, ["spec", direction], undefined),
    ["spec", other],
    [...listAt(policy, ["spec", other]), ...renamed],
  );
  const types = typesOf(policy).map((t) => (t === typeOf(direction) ? typeOf(other) : t));
  yield change(
    withAt(moved, ["spec", "policyTypes"], [...new Set(types)]),
    "direction",
    3,
    `its rules stand under ${direction}; what is meant is ${other}`,
    `write them as ${other}, with ${sideOf(other)} for ${sideOf(direction)} and policyTypes [${typeOf(other)}]`,
  );
}
