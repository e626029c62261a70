import type { KubeObject } from "../../../../kube/objects";
import type { Direction, Endpoint } from "../reach-model";
import { endsOf, type Edit, type Scene, type WrongFlow, type Change } from "./fix-model";
import { hasLabels, portText, sideOf } from "./flow-words";
import {
  inherited,
  matches,
  narrower,
  selectorText,
  tellingLabels,
  towards,
  type LabelSelector,
} from "./label-edits";
import { listEdits } from "./kubernetes-lists";
import { namespaceLabel, peerOf } from "./new-rules";
import { entryText, ns, type Peer } from "./peer-words";
import { listAt, withAt, type Path } from "./object-paths";

/** Changes of whom the rules of a policy name. */
export function* peerEdits(
  policy: KubeObject,
  scene: Scene,
  flow: WrongFlow,
  direction: Direction,
  peer: Endpoint,
  change: Change,
): Generator<Edit> {
  const side = sideOf(direction);
  for (const [i] of listAt(policy, ["spec", direction]).entries()) {
    const path: Path = ["spec", direction, i, side];
    const peers = listAt(policy, path) as readonly Peer[];
    const rule = `${direction} rule ${i}`;
    for (const [j, written] of peers.entries()) {
      const place: Path = [...path, j];
      if (flow.want === "allow") yield* reaching(policy, scene, place, written, peer, rule, change);
      else yield* narrowing(policy, scene, place, written, flow, direction, rule, change);
    }
    yield* listEdits(policy, scene, path, peers, flow, rule, side, change);
  }
}

/** Changes of one entry so that it finds the peer. */
function* reaching(
  policy: KubeObject,
  { state }: Scene,
  place: Path,
  written: Peer,
  peer: Endpoint,
  rule: string,
  change: Change,
): Generator<Edit> {
  const { podSelector, namespaceSelector, ipBlock } = written;
  if (peer.type !== "workload" || peer.selectable === undefined) {
    if (podSelector !== undefined || namespaceSelector !== undefined || ipBlock !== undefined)
      yield change(
        withAt(policy, place, peerOf(peer, ns(policy))),
        "peers",
        3.5,
        `${rule} names ${entryText(written)}; ${peer.name} is no pod that a selector finds`,
        `write an ipBlock`,
      );
    return;
  }
  if (ipBlock !== undefined) {
    yield change(
      withAt(policy, place, peerOf(peer, ns(policy))),
      "peers",
      3,
      `${rule} names ipBlock ${ipBlock.cidr ?? ""}, where ${peer.name} does not lie${(ipBlock.except ?? []).length > 0 ? ` or is excepted` : ""}; ${hasLabels(peer)}`,
      "name it by podSelector and namespaceSelector",
    );
    return;
  }
  const spaces = inherited(peer, "pcns.");
  const inside =
    namespaceSelector === undefined ? peer.namespace === ns(policy) : matches(namespaceSelector, spaces);
  const found = podSelector === undefined || matches(podSelector, peer.labels);
  if (inside && found) return;
  if (!inside && namespaceSelector === undefined) {
    const todo = `add namespaceSelector kubernetes.io/metadata.name: ${peer.namespace ?? ""} to the same list entry`;
    const what = `${rule} looks for ${podSelector === undefined ? "pods" : selectorText(podSelector, "every pod")} in namespace ${ns(policy)} only, as it has no namespaceSelector; ${peer.name} is in namespace ${peer.namespace ?? ""}`;
    yield change(
      withAt(policy, [...place, "namespaceSelector"], { matchLabels: namespaceLabel(peer) }),
      "namespace",
      2,
      what,
      todo,
    );
  }
  if (namespaceSelector !== undefined && !inside) {
    for (const next of towards(namespaceSelector, spaces))
      yield change(
        withAt(policy, [...place, "namespaceSelector"], next.selector),
        "namespace",
        next.cost,
        `${rule} has namespaceSelector ${selectorText(namespaceSelector)}, which namespace ${peer.namespace ?? ""} has not (it has ${labelText(spaces)})`,
        `write namespaceSelector ${selectorText(next.selector, "{}")}`,
      );
    if (peer.namespace === ns(policy) && podSelector !== undefined)
      yield change(
        withAt(policy, [...place, "namespaceSelector"], undefined),
        "namespace",
        2.6,
        `${rule} looks in namespaces ${selectorText(namespaceSelector)}; ${peer.name} is in the policy's own namespace ${ns(policy)}`,
        "take the namespaceSelector away",
      );
  }
  if (podSelector === undefined || found) return;
  for (const next of towards(podSelector, peer.labels))
    yield change(
      withAt(policy, [...place, "podSelector"], next.selector),
      "label",
      next.cost,
      `${rule} names pods with ${selectorText(podSelector)}; ${hasLabels(peer)}`,
      `write podSelector ${selectorText(next.selector, "{}")}`,
    );
  // The label is the namespace's: the wrong one of two selectors.
  if (namespaceSelector === undefined && matches(podSelector, spaces)) {
    const { podSelector: _, ...rest } = written;
    yield change(
      withAt(policy, place, { ...rest, namespaceSelector: podSelector }),
      "namespace",
      1.6,
      `${rule} asks for pods with ${selectorText(podSelector)}, which is a label of namespace ${peer.namespace ?? ""} and of no pod there`,
      "write namespaceSelector for podSelector",
    );
  }
  const label = tellingLabels(peer.labels)[0];
  const nobody = !state.workloads.some(
    (w) =>
      matches(podSelector, w.labels) &&
      (namespaceSelector === undefined
        ? w.namespace === ns(policy)
        : matches(namespaceSelector, inherited(w, "pcns."))),
  );
  if (!inside && label !== undefined)
    yield change(
      withAt(policy, place, peerOf(peer, ns(policy))),
      "peers",
      nobody ? 2.9 : 4.4,
      `${rule} names ${entryText(written)}, and so not ${peer.name}`,
      `name it: ${label[0]}=${label[1]} in namespace ${peer.namespace ?? ""}`,
    );
}

/** Changes of one entry so that it no longer finds whom it should not. */
function* narrowing(
  policy: KubeObject,
  scene: Scene,
  place: Path,
  written: Peer,
  flow: WrongFlow,
  direction: Direction,
  rule: string,
  change: Change,
): Generator<Edit> {
  const [subject, unwanted] = endsOf(flow, direction);
  const meant = new Set(
    scene.wanted.filter((w) => endsOf(w, direction)[0] === subject).map((w) => endsOf(w, direction)[1]),
  );
  const whom = `${rule} ${direction === "ingress" ? "lets in" : "lets out to"} ${entryText(written)}, and so ${unwanted.name} too (${portText(flow)})`;
  const { podSelector, namespaceSelector } = written;
  for (const end of meant) {
    if (end.type !== "workload" || end === unwanted) continue;
    yield change(
      withAt(policy, place, peerOf(end, ns(policy))),
      "peers",
      4.4,
      whom,
      `name ${end.name} alone: ${entryText(peerOf(end, ns(policy)))}`,
    );
    for (const next of podSelector === undefined
      ? narrower({}, end.labels)
      : narrowed(podSelector, end.labels))
      yield change(
        withAt(policy, [...place, "podSelector"], next),
        "label",
        2.6,
        whom,
        `write podSelector ${selectorText(next)}${podSelector === undefined ? " into the same list entry" : ""}`,
      );
    const spaces = inherited(end, "pcns.");
    if (namespaceSelector !== undefined)
      for (const next of narrowed(namespaceSelector, spaces))
        yield change(
          withAt(policy, [...place, "namespaceSelector"], next),
          "namespace",
          2.6,
          whom,
          `write namespaceSelector ${selectorText(next)}`,
        );
  }
  if (namespaceSelector !== undefined && podSelector !== undefined)
    yield change(
      withAt(policy, [...place, "namespaceSelector"], undefined),
      "namespace",
      2.4,
      whom,
      "take the namespaceSelector away: without it the podSelector finds pods of the policy's own namespace only",
    );
  if (namespaceSelector !== undefined && podSelector === undefined)
    yield change(
      withAt(policy, place, { podSelector: {} }),
      "namespace",
      3.4,
      whom,
      "write podSelector: {} for it, which finds pods of the policy's own namespace only",
    );
}

function narrowed(selector: LabelSelector, labels: Readonly<Record<string, string>>): LabelSelector[] {
  return matches(selector, labels)
    ? narrower(selector, labels)
    : towards(selector, labels).map((t) => t.selector);
}

const labelText = (labels: Readonly<Record<string, string>>): string =>
  tellingLabels(labels)
    .slice(0, 2)
    .map(([k, v]) => `${k}=${v}`)
    .join(", ");
