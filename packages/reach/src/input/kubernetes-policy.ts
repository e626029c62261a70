import type { SelectorNode, Truth } from "../selector";
import { covers, parseNet, type Family, type Net } from "../../../../kube/ip";
import {
  PROTOCOLS,
  type Direction,
  type EndpointMatch,
  type EntityMatch,
  type Policy,
  type Rule,
} from "../reach-model";
import { ALL_PORTS, portSet, type PortSet } from "../port-sets";
import type { Fields } from "./object-fields";
import { labelSelector } from "./label-selector";
import { PORT_NAME } from "./named-ports";

/** Where Calico puts Kubernetes policies in the default tier (conversion.K8sNetworkPolicyToCalico). */
const ORDER = 1000;
const ANY: EntityMatch = {};

/**
 * A Kubernetes NetworkPolicy, with the defaults that the API server fills in.
 * @param firstPorts whether its enforcer takes the first port alone of a range
 */
export function kubernetesPolicy(name: string, namespace: string, spec: Fields, firstPorts = false): Policy {
  spec.only("podSelector", "ingress", "egress", "policyTypes");
  const subject = labelSelector(spec.object("podSelector"));
  const rules = (direction: Direction, key: "from" | "to"): Rule[] =>
    spec.objects(direction).flatMap((rule, i) => policyRule(rule, i, namespace, key, firstPorts));
  const ingress = rules("ingress", "from");
  const egress = rules("egress", "to");
  if (spec.unknown("ingress") && !Array.isArray(spec.raw("ingress"))) ingress.push(unknownRule());
  if (spec.unknown("egress") && !Array.isArray(spec.raw("egress"))) egress.push(unknownRule());
  return {
    kind: "KubernetesNetworkPolicy",
    name,
    namespace,
    tier: "default",
    order: ORDER,
    subject: spec.unknown("podSelector") ? undefined : inNamespace(namespace, subject),
    governs: policyTypes(spec),
    stage: "normal",
    applyOnForward: false,
    ingress,
    egress,
  };
}

/**
 * Absent policyTypes: Ingress always, Egress where there is an egress list that is not empty (SetDefaults_NetworkPolicy
 * in kubernetes/pkg/apis/networking/v1/defaults.go).
 */
function policyTypes(spec: Fields): Policy["governs"] {
  if (spec.unknown("policyTypes")) return { ingress: "unknown", egress: "unknown" };
  const types = spec.strings("policyTypes");
  for (const [i, type] of types.entries()) {
    if (type !== "Ingress" && type !== "Egress")
      spec.report(`policyTypes[${i}]`, type, "must be Ingress or Egress");
  }
  if (types.length > 0) return { ingress: types.includes("Ingress"), egress: types.includes("Egress") };
  const egress: Truth =
    spec.unknown("egress") && !Array.isArray(spec.raw("egress"))
      ? "unknown"
      : spec.objects("egress").length > 0;
  return { ingress: true, egress };
}

/** Selects pods, not the host endpoints that share the labels: only pods carry the orchestrator label. */
function inNamespace(namespace: string, selector: SelectorNode): SelectorNode {
  return and({ op: "==", label: "projectcalico.org/namespace", value: namespace }, pods(selector));
}

function pods(selector: SelectorNode): SelectorNode {
  return and({ op: "==", label: "projectcalico.org/orchestrator", value: "k8s" }, selector);
}

function and(a: SelectorNode, b: SelectorNode): SelectorNode {
  return b.op === "all" ? a : { op: "&&", operands: [a, b] };
}

function unknownRule(): Rule {
  return { index: -1, action: "Allow", source: ANY, destination: ANY, unknown: true };
}

/** One written rule is one rule per protocol and address family here, all with its index. */
function policyRule(
  rule: Fields,
  index: number,
  namespace: string,
  key: "from" | "to",
  firstPorts: boolean,
): Rule[] {
  rule.only(key, "ports");
  const peers = rulePeers(rule, namespace, key);
  const result: Rule[] = [];
  for (const { protocol, ports } of rulePorts(rule, firstPorts)) {
    for (const { family, anyOf } of peers) {
      const peer: EntityMatch = anyOf === undefined ? ANY : { anyOf };
      const port = ports === undefined ? {} : { ports };
      result.push({
        index,
        action: "Allow",
        ...(family === undefined ? {} : { family }),
        ...(protocol === undefined ? {} : { protocol }),
        source: key === "from" ? peer : ANY,
        destination: key === "from" ? port : { ...peer, ...port },
      });
    }
  }
  return result;
}

interface Peers {
  readonly family?: Family;
  readonly anyOf?: readonly EndpointMatch[];
}

/** An absent or empty list means every peer; an empty podSelector means every pod of the namespace. */
function rulePeers(rule: Fields, namespace: string, key: "from" | "to"): Peers[] {
  if (rule.unknown(key) && !Array.isArray(rule.raw(key))) return [{ anyOf: [{ unknown: true }] }];
  const peers = rule.objects(key);
  if (peers.length === 0) return [{}];
  const selected: EndpointMatch[] = [];
  const blocks: Record<Family, EndpointMatch[]> = { 4: [], 6: [] };
  for (const [place, peer] of peers.entries()) {
    peer.only("podSelector", "namespaceSelector", "ipBlock");
    const unknown = { peer: place, ...(peer.unknown() ? { unknown: true } : {}) };
    if (peer.has("ipBlock")) {
      if (peer.has("podSelector") || peer.has("namespaceSelector"))
        peer.report(
          "ipBlock",
          undefined,
          "excludes podSelector and namespaceSelector",
          "make two peers of it",
        );
      const block = ipBlock(peer.object("ipBlock"));
      if (block === undefined) {
        if (peer.unknown("ipBlock")) selected.push({ unknown: true });
      } else blocks[block.net.family].push({ ...block.match, ...unknown });
    } else if (peer.has("podSelector") || peer.has("namespaceSelector")) {
      selected.push({ selector: peerSelector(peer, namespace), ...unknown });
    } else if (peer.unknown()) {
      selected.push({ unknown: true });
    } else {
      peer.report(
        "",
        undefined,
        "selects nothing",
        "write podSelector: {} for every pod of the namespace, or leave the list out for everybody",
      );
    }
  }
  const result: Peers[] = selected.length > 0 ? [{ anyOf: selected }] : [];
  for (const family of [4, 6] as const) {
    if (blocks[family].length > 0) result.push({ family, anyOf: blocks[family] });
  }
  return result;
}

function peerSelector(peer: Fields, namespace: string): SelectorNode {
  const selector = pods(labelSelector(peer.object("podSelector")));
  if (!peer.has("namespaceSelector"))
    return and({ op: "==", label: "projectcalico.org/namespace", value: namespace }, selector);
  const namespaces = labelSelector(peer.object("namespaceSelector"), "pcns.");
  return namespaces.op === "all" ? selector : and(namespaces, selector);
}

function ipBlock(block: Fields): { net: Net; match: EndpointMatch } | undefined {
  block.only("cidr", "except");
  const text = block.string("cidr");
  if (text === undefined) {
    if (!block.unknown()) block.report("cidr", undefined, "is needed");
    return undefined;
  }
  const net = cidr(block, "cidr", text);
  const except = block.strings("except").flatMap((item, i) => {
    const hole = cidr(block, `except[${i}]`, item);
    if (hole === undefined || net === undefined) return [];
    if (!covers(net, hole) || hole.prefix === net.prefix) {
      block.report(`except[${i}]`, item, `must be a strict part of ${net.text}`);
      return [];
    }
    return [hole];
  });
  return net === undefined ? undefined : { net, match: { nets: [net], notNets: except, strict: true } };
}

function cidr(fields: Fields, key: string, text: string): Net | undefined {
  const net = text.includes("/") ? parseNet(text) : undefined;
  if (net === undefined) fields.report(key, text, "is no CIDR", "write it like 192.0.2.0/24");
  return net;
}

interface Ports {
  readonly protocol?: number;
  readonly ports?: { numbers: PortSet; names: readonly string[]; unknown?: boolean };
}

function rulePorts(rule: Fields, firstPorts: boolean): Ports[] {
  if (rule.unknown("ports") && !Array.isArray(rule.raw("ports")))
    return [6, 17, 132].map((protocol) => ({ protocol, ports: unknownPorts }));
  const items = rule.objects("ports");
  if (items.length === 0) return [{}];
  const byProtocol = new Map<number, { numbers: [number, number][]; names: string[]; unknown: boolean }>();
  for (const item of items) {
    item.only("protocol", "port", "endPort");
    const named = item.choice("protocol", "TCP", "UDP", "SCTP");
    const protocols = item.unknown("protocol") ? [6, 17, 132] : [PROTOCOLS[named ?? "TCP"] ?? 6];
    for (const protocol of protocols) {
      const ports = byProtocol.get(protocol) ?? { numbers: [], names: [], unknown: false };
      byProtocol.set(protocol, ports);
      if (item.unknown()) ports.unknown = true;
      else portOf(item, ports, firstPorts);
    }
  }
  return [...byProtocol].map(([protocol, { numbers, names, unknown }]) => ({
    protocol,
    ports: { numbers: portSet(numbers), names, ...(unknown ? { unknown } : {}) },
  }));
}

const unknownPorts = { numbers: [], names: [], unknown: true };

function portOf(
  item: Fields,
  into: { numbers: [number, number][]; names: string[] },
  firstPorts: boolean,
): void {
  const value = item.raw("port");
  if (value === undefined) {
    if (item.has("endPort")) item.report("endPort", item.raw("endPort"), "needs port", "add the first port");
    for (const [first, last] of ALL_PORTS) into.numbers.push([first, last]);
    return;
  }
  if (typeof value === "string") {
    if (item.has("endPort")) item.report("endPort", item.raw("endPort"), "needs a numeric port");
    if (/^\d+$/.test(value))
      item.report("port", value, "is a number in quotes", `write ${value} without quotes`);
    else if (!PORT_NAME.test(value))
      item.report("port", value, "is not a port name", "at most 15 lower-case letters, digits and dashes");
    else into.names.push(value);
    return;
  }
  const first = item.integer("port", 1, 65535);
  const last = item.has("endPort") ? item.integer("endPort", 1, 65535) : first;
  if (first === undefined || last === undefined) return;
  if (last < first) item.report("endPort", last, `must not be less than port ${first}`);
  else into.numbers.push([first, firstPorts ? first : last]);
}
