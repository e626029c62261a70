import { protocolName, hasPorts, type Direction, type Endpoint } from "../reach-model";
import { endsOf, type WrongFlow } from "./fix-model";
import { sideOf } from "./flow-words";
import { inherited, tellingLabels } from "./label-edits";

/** The peer of a rule that finds this end. */
export function peerOf(end: Endpoint, own: string | undefined): Record<string, unknown> {
  if (end.type !== "workload" || end.selectable === undefined) return { ipBlock: { cidr: blockOf(end) } };
  const [label] = tellingLabels(end.labels);
  const pods = label === undefined ? {} : { matchLabels: { [label[0]]: label[1] } };
  if (end.namespace === own) return { podSelector: pods };
  return {
    namespaceSelector: { matchLabels: namespaceLabel(end) },
    ...(label === undefined ? {} : { podSelector: pods }),
  };
}

/** The label by which a namespace is chosen: the API server gives each its name. */
export function namespaceLabel(end: Endpoint): Record<string, string> {
  const key = "kubernetes.io/metadata.name";
  return { [key]: inherited(end, "pcns.")[key] ?? end.namespace ?? "" };
}

function blockOf(end: Endpoint): string {
  return end.addresses.exact && end.addresses.nets[0] !== undefined
    ? end.addresses.nets[0].text
    : "0.0.0.0/0";
}

export function portOf(flow: WrongFlow): Record<string, unknown> {
  const [range] = flow.ports;
  const protocol = protocolName(flow.protocol);
  if (range === undefined || flow.ports.length !== 1 || !hasPorts(flow.protocol)) return { protocol };
  if (range[0] === 1 && range[1] === 65535) return { protocol };
  return { protocol, port: range[0], ...(range[0] === range[1] ? {} : { endPort: range[1] }) };
}

/** As few rules as these flows need: peers with the same ports stand in one. */
export function rulesFor(
  flows: readonly WrongFlow[],
  direction: Direction,
  own: string | undefined,
): Record<string, unknown>[] {
  const portsOf = new Map<string, { peer: unknown; ports: Map<string, unknown> }>();
  for (const f of flows) {
    const [, end] = endsOf(f, direction);
    const outside = end.type === "outside" && end.name.startsWith("internet");
    const peer = outside ? undefined : peerOf(end, own);
    const key = JSON.stringify(peer ?? "everyone");
    const entry = portsOf.get(key) ?? { peer, ports: new Map<string, unknown>() };
    const port = portOf(f);
    entry.ports.set(JSON.stringify(port), port);
    portsOf.set(key, entry);
  }
  const rules = new Map<string, { peers: unknown[] | undefined; ports: unknown[] }>();
  for (const { peer, ports } of portsOf.values()) {
    const key = `${peer === undefined} ${[...ports.keys()].sort().join()}`;
    const rule = rules.get(key) ?? { peers: peer === undefined ? undefined : [], ports: [...ports.values()] };
    rule.peers?.push(peer);
    rules.set(key, rule);
  }
  return [...rules.values()].map(({ peers, ports }) => ({
    ...(peers === undefined ? {} : { [sideOf(direction)]: peers }),
    ports,
  }));
}
