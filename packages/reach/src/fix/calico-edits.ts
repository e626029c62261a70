import type { KubeObject } from "../../../../kube/objects";
import type { Direction } from "../reach-model";
import { changeOf, DIRECTIONS, endsOf, type Edit, type Scene, type Change } from "./fix-model";
import { entityEdits } from "./calico-entities";
import { placeEdits, subjectEdits, typeEdits } from "./calico-scope";
import { calicoRules, calicoRuleText } from "./calico-new-rules";
import { flowText, isDns, portText } from "./flow-words";
import { at, listAt, valueText, withAt, type Path } from "./object-paths";

/** Single changes of a policy of Calico that may right wrong flows. */
export function* calicoEdits(policy: KubeObject, scene: Scene): Generator<Edit> {
  const change = changeOf(policy);
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
