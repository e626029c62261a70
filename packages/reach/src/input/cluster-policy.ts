import { Selector, type SelectorNode, type Truth } from "../selector";
import { parseNet, type Family, type Net } from "../../../../kube/ip";
import type { Action, Direction, EndpointMatch, Policy, Rule } from "../reach-model";
import { clusterPorts } from "./cluster-ports";
import type { Fields } from "./object-fields";
import type { NodeSource } from "./nodes";
import type { ClusterKind } from "./known-kinds";
import { labelSelector } from "./label-selector";
import { splitAtNames } from "./named-ports";

/** Nodes of the input, which rules may name by labels: they stand for their addresses. */
type NodePeers = readonly Pick<NodeSource, "labels" | "addresses" | "otherAddresses">[];

const NAMESPACE = "projectcalico.org/namespace";
const PODS: SelectorNode = { op: "==", label: "projectcalico.org/orchestrator", value: "k8s" };

/**
 * A policy of the admin or the baseline tier, as Calico converts it (clusternetworkpolicy.go in
 * libcalico-go/lib/backend/k8s/conversion). Both tiers pass at their end, so a direction without rules is not governed.
 */
export function clusterPolicy(kind: ClusterKind, name: string, spec: Fields, nodes: NodePeers): Policy {
  const v2 = kind === "ClusterNetworkPolicy";
  const baseline = kind === "BaselineAdminNetworkPolicy";
  spec.only("subject", "ingress", "egress", ...(v2 ? ["tier"] : []), ...(baseline ? [] : ["priority"]));
  const tier = v2 ? spec.choice("tier", "Admin", "Baseline") : baseline ? "Baseline" : "Admin";
  if (tier === undefined && !spec.has("tier"))
    spec.report("tier", undefined, "is needed", "write Admin or Baseline");
  if (baseline && name !== "default")
    spec.report("", undefined, `of name ${name} is not possible`, "there is one, and its name is default");
  const priority = spec.integer("priority", 0, 1000);
  if (!baseline && priority === undefined && !spec.has("priority"))
    spec.report("priority", undefined, "is needed", "write a number from 0 to 1000, lower goes first");
  const ingress = rules(kind, spec, "ingress", nodes);
  const egress = rules(kind, spec, "egress", nodes);
  return {
    // Calico's own name of the kind, which counts where order and name are equal.
    kind: v2 ? "KubernetesClusterNetworkPolicy" : kind,
    name,
    tier: tier === "Baseline" ? "kube-baseline" : "kube-admin",
    order: priority ?? 1000,
    subject: spec.unknown("subject") ? undefined : subject(spec),
    governs: { ingress: governs(spec, "ingress"), egress: governs(spec, "egress") },
    stage: "normal",
    applyOnForward: false,
    ingress,
    egress,
  };
}

function governs(spec: Fields, direction: Direction): Truth {
  if (spec.unknown(direction) && !Array.isArray(spec.raw(direction))) return "unknown";
  return spec.objects(direction).length > 0;
}

/** Pods only, also where namespaces are named. */
function subject(spec: Fields): SelectorNode {
  const fields = spec.object("subject");
  fields.only("namespaces", "pods");
  one(fields, "namespaces", "pods");
  const selector = fields.has("pods") ? namespacedPods(fields.object("pods")) : namespaces(fields);
  return and(PODS, selector);
}

function namespacedPods(pods: Fields): SelectorNode {
  pods.only("namespaceSelector", "podSelector");
  const scope = inNamespaces(labelSelector(pods.object("namespaceSelector"), "pcns."));
  return and(and(PODS, labelSelector(pods.object("podSelector"))), scope);
}

function namespaces(fields: Fields): SelectorNode {
  return inNamespaces(labelSelector(fields.object("namespaces"), "pcns."));
}

/** Every namespace means whatever is in one. */
function inNamespaces(node: SelectorNode): SelectorNode {
  return node.op === "all" ? { op: "has", label: NAMESPACE } : node;
}

function and(a: SelectorNode, b: SelectorNode): SelectorNode {
  return b.op === "all" ? a : { op: "&&", operands: [a, b] };
}

/** Reports unless exactly one of the fields is there. */
function one(fields: Fields, ...keys: readonly string[]): void {
  const count = keys.filter((key) => fields.has(key)).length;
  if (count !== 1 && !fields.unknown())
    fields.report("", undefined, `needs exactly one of ${keys.join(", ")}`, "make a rule or policy for each");
}

function rules(kind: ClusterKind, spec: Fields, direction: Direction, nodes: NodePeers): Rule[] {
  if (spec.unknown(direction) && !Array.isArray(spec.raw(direction))) return unknownRules(-1);
  return spec.objects(direction).flatMap((rule, index) => clusterRule(kind, rule, index, direction, nodes));
}

function unknownRules(index: number): Rule[] {
  const any = { index, source: {}, destination: {}, unknown: true } as const;
  return [
    { ...any, action: "Allow" },
    { ...any, action: "Deny" },
  ];
}

/** One written rule is one for each protocol and address family here, all with its index. */
function clusterRule(
  kind: ClusterKind,
  rule: Fields,
  index: number,
  direction: Direction,
  nodes: NodePeers,
): Rule[] {
  const side = direction === "ingress" ? "from" : "to";
  rule.only("name", "action", side, kind === "ClusterNetworkPolicy" ? "protocols" : "ports");
  const given = action(kind, rule);
  const targets = peers(kind, rule, side, nodes);
  const ports = clusterPorts(kind, rule);
  if (given === undefined) return rule.unknown("action") ? unknownRules(index) : [];
  return ports.flatMap(({ protocol, ports: numbers }) =>
    targets.flatMap(({ family, anyOf }): Rule[] => {
      const port = numbers === undefined ? {} : { ports: numbers };
      return splitAtNames({
        index,
        action: given,
        ...(family === undefined ? {} : { family }),
        ...(protocol === undefined ? {} : { protocol }),
        source: direction === "ingress" ? { anyOf } : {},
        destination: direction === "ingress" ? port : { anyOf, ...port },
      });
    }),
  );
}

function action(kind: ClusterKind, rule: Fields): Action | undefined {
  if (!rule.has("action")) rule.report("action", undefined, "is needed");
  if (kind !== "ClusterNetworkPolicy")
    return rule.choice(
      "action",
      "Allow",
      "Deny",
      ...(kind === "AdminNetworkPolicy" ? ["Pass" as const] : []),
    );
  const given = rule.choice("action", "Accept", "Deny", "Pass");
  return given === "Accept" ? "Allow" : given;
}

interface Peers {
  readonly family?: Family;
  readonly anyOf: readonly EndpointMatch[];
}

function peers(kind: ClusterKind, rule: Fields, side: "from" | "to", nodes: NodePeers): Peers[] {
  if (rule.unknown(side) && !Array.isArray(rule.raw(side))) return [{ anyOf: [{ unknown: true }] }];
  const list = rule.objects(side);
  if (list.length === 0) rule.report(side, undefined, "needs at least one peer");
  const selected: EndpointMatch[] = [];
  const nets: Record<Family, EndpointMatch[]> = { 4: [], 6: [] };
  const keys = ["namespaces", "pods", ...(side === "to" ? ["networks", "nodes"] : [])];
  for (const peer of list) {
    const experimental = ["domainNames", ...(kind === "ClusterNetworkPolicy" ? ["nodes"] : [])];
    const found = side === "to" ? experimental.find((key) => peer.has(key)) : undefined;
    if (found !== undefined) {
      peer.report(found, undefined, "is experimental, and Calico does not read it", "name networks instead");
      continue;
    }
    peer.only(...keys);
    one(peer, ...keys);
    const unknown = peer.unknown() ? { unknown: true } : {};
    if (peer.has("networks")) {
      for (const net of networks(peer)) nets[net.family].push({ nets: [net], ...unknown });
      if (peer.unknown("networks")) selected.push({ unknown: true });
    } else if (peer.has("nodes")) {
      for (const net of nodeNets(peer, nodes)) nets[net.family].push({ nets: [net], ...unknown });
      // Without any node the rule matches nothing, but it is still there.
      selected.push({ nets: [] });
    } else if (peer.has("pods")) selected.push({ selector: namespacedPods(peer.object("pods")), ...unknown });
    else if (peer.has("namespaces")) selected.push({ selector: namespaces(peer), ...unknown });
    else selected.push(unknown);
  }
  const result: Peers[] = selected.length > 0 ? [{ anyOf: selected }] : [];
  for (const family of [4, 6] as const)
    if (nets[family].length > 0) result.push({ family, anyOf: nets[family] });
  return result;
}

function nodeNets(peer: Fields, nodes: NodePeers): readonly Net[] {
  const selector = Selector.of(labelSelector(peer.object("nodes")));
  return nodes
    .filter((node) => selector.evaluate((label) => node.labels[label]) === true)
    .flatMap((node) => [...node.addresses, ...node.otherAddresses]);
}

function networks(peer: Fields): Net[] {
  return peer.strings("networks").flatMap((text, i) => {
    const net = text.includes("/") ? parseNet(text) : undefined;
    if (net === undefined) peer.report(`networks[${i}]`, text, "is no CIDR", "write it like 192.0.2.0/24");
    return net ?? [];
  });
}
