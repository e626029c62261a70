import type { KubeObject } from "../../../../kube/objects";
import type { Direction, Endpoint } from "../reach-model";
import { endsOf, type Edit, type Scene, type WrongFlow, type Change } from "./fix-model";
import { portText } from "./flow-words";
import { inherited, matches, selectorText } from "./label-edits";
import { peerOf, portOf } from "./new-rules";
import { listAt, withAt, type Path } from "./object-paths";
import { entryText, ns, type Peer } from "./peer-words";

/** One entry or two, an entry more or less. */
export function* listEdits(
  policy: KubeObject,
  scene: Scene,
  path: Path,
  peers: readonly Peer[],
  flow: WrongFlow,
  rule: string,
  side: "from" | "to",
  change: Change,
): Generator<Edit> {
  const put = (list: readonly Peer[]): KubeObject => withAt(policy, path, list);
  for (const [j, p] of peers.entries()) {
    const { podSelector, namespaceSelector } = p;
    if (podSelector !== undefined && namespaceSelector !== undefined)
      yield change(
        put([...peers.slice(0, j), { podSelector }, { namespaceSelector }, ...peers.slice(j + 1)]),
        "peers",
        2.2,
        `${rule} has podSelector ${selectorText(podSelector)} and namespaceSelector ${selectorText(namespaceSelector)} in one list entry of ${side}, so both must hold for the same pod`,
        "make two entries of it, of which either will do: write a dash before namespaceSelector",
      );
    if (podSelector !== undefined && namespaceSelector !== undefined) {
      const rules = [{ podSelector }, { namespaceSelector }].flatMap((half) => {
        const ports = portsFor(half, scene, flow, side, ns(policy));
        return ports.length === 0 ? [] : [{ [side]: [half], ports }];
      });
      if (rules.length === 2)
        yield change(
          withAt(policy, path.slice(0, -2), [
            ...listAt(policy, path.slice(0, -2)).filter((_, k) => k !== path.at(-2)),
            ...rules,
          ]),
          "peers",
          2.3,
          `${rule} has podSelector ${selectorText(podSelector)} and namespaceSelector ${selectorText(namespaceSelector)} in one list entry of ${side}, so both must hold for the same pod`,
          "make two entries of it (a dash before namespaceSelector), each in a rule with its own ports",
        );
    }
    const next = peers[j + 1];
    if (next !== undefined && apart(p, next))
      yield change(
        put([...peers.slice(0, j), { ...p, ...next }, ...peers.slice(j + 2)]),
        "peers",
        1.8,
        `${rule} has podSelector and namespaceSelector in two entries of ${side}, so either will do: it opens ${entryText(p)} or ${entryText(next)}; both must hold`,
        "make one list entry of the two: take the dash before the second selector away",
      );
    if (peers.length > 1)
      yield change(
        put(peers.filter((x) => x !== p)),
        "peers",
        3.4,
        `${rule} names ${entryText(p)} in ${side}, which is more than is asked for`,
        `take that entry out of ${side}`,
      );
  }
  if (flow.want === "allow" && peers.length > 0) {
    yield change(
      put([...peers, peerOf(endOf(flow, side), policy.metadata.namespace)]),
      "peers",
      3.6,
      `${rule} names ${peers.map(entryText).join(" or ")} in ${side}, and not ${endOf(flow, side).name}`,
      `add ${entryText(peerOf(endOf(flow, side), policy.metadata.namespace))} as another entry of ${side}`,
    );
    yield change(
      withAt(policy, path, undefined),
      "peers",
      3.8,
      `${rule} names ${peers.map(entryText).join(" or ")} in ${side}, and not ${endOf(flow, side).name}`,
      `take ${side} away, which opens it for everyone`,
    );
  }
  if (flow.want === "allow" || peers.length > 0) return;
  const direction: Direction = side === "from" ? "ingress" : "egress";
  const [subject] = endsOf(flow, direction);
  const meant = scene.wanted.flatMap((w) => {
    const [own, other] = endsOf(w, direction);
    return own === subject ? [peerOf(other, ns(policy))] : [];
  });
  const each = [...new Map(meant.map((m) => [JSON.stringify(m), m])).values()];
  if (each.length > 0)
    yield change(
      put(each),
      "peers",
      2.8,
      `${rule} has no ${side}, so it ${side === "from" ? "lets everyone in" : "lets out to everyone"}: ${endOf(flow, side).name} too (${portText(flow)})`,
      `add ${side}: ${each.map(entryText).join(" or ")}`,
    );
}

/** The ports on which a subject must get through to whom one half of an entry finds. */
function portsFor(
  half: Peer,
  { wanted }: Scene,
  flow: WrongFlow,
  side: "from" | "to",
  own: string,
): unknown[] {
  const direction: Direction = side === "from" ? "ingress" : "egress";
  const [subject] = endsOf(flow, direction);
  const found = wanted.filter((w) => {
    const [of, peer] = endsOf(w, direction);
    const { podSelector, namespaceSelector } = half;
    return (
      of === subject &&
      (podSelector === undefined || (peer.namespace === own && matches(podSelector, peer.labels))) &&
      (namespaceSelector === undefined || matches(namespaceSelector, inherited(peer, "pcns.")))
    );
  });
  return [...new Map(found.map((w) => [portText(w), portOf(w)])).values()];
}

const endOf = (flow: WrongFlow, side: "from" | "to"): Endpoint => (side === "from" ? flow.from : flow.to);

const apart = (a: Peer, b: Peer): boolean =>
  a.ipBlock === undefined &&
  b.ipBlock === undefined &&
  Object.keys(a).length === 1 &&
  Object.keys(b).length === 1 &&
  (a.podSelector === undefined) !== (b.podSelector === undefined);
