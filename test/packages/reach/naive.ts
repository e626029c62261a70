/**
 * A second evaluator, as plain as can be: one packet between two pods (or an address outside), straight from the raw
 * objects, rule by rule. It shares no code with the real one but the selector parser. Known values only, IPv4 only,
 * no host endpoints. Tests hold the real one to it.
 */
import { parseSelector } from "../../../packages/reach/src/selector";
import type { KubeObject } from "../../../kube/objects";

export interface Packet {
  from: Peer;
  to: Peer;
  protocol: string;
  port: number;
}
export interface Peer {
  pod?: KubeObject;
  ip: string;
}
export interface NaiveDecision {
  verdict: "allow" | "deny";
  tier: string | null;
  policy: string | null;
  rule: number;
}

type Labels = Record<string, string>;
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return,
   @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- raw objects are walked as they are */
type Any = any;

export class Naive {
  constructor(private readonly objects: readonly KubeObject[]) {}

  verdict(packet: Packet): { egress: NaiveDecision; ingress: NaiveDecision } {
    return { egress: this.direction(packet, "egress"), ingress: this.direction(packet, "ingress") };
  }

  private direction(packet: Packet, direction: "egress" | "ingress"): NaiveDecision {
    const subject = direction === "egress" ? packet.from : packet.to;
    if (subject.pod === undefined) return { verdict: "allow", tier: null, policy: null, rule: -1 };
    const labels = this.labelsOf(subject.pod);
    tier: for (const tier of this.tiers()) {
      const policies = this.policies(tier.name).filter(
        (p) => governs(p, direction) && this.applies(p, subject.pod as KubeObject, labels),
      );
      const [first] = policies;
      for (const policy of policies) {
        const spec = policy.spec as Any;
        for (const [i, rule] of (spec[direction] ?? []).entries()) {
          if (!this.matches(policy, rule, direction, packet)) continue;
          const action: string = isKubernetes(policy) ? "Allow" : rule.action;
          if (action === "Log") continue;
          if (action === "Pass") continue tier;
          return {
            verdict: action === "Allow" ? "allow" : "deny",
            tier: tier.name,
            policy: nameOf(policy),
            rule: i,
          };
        }
      }
      if (first !== undefined && tier.action === "Deny")
        return { verdict: "deny", tier: tier.name, policy: nameOf(first), rule: -1 };
    }
    return { verdict: "allow", tier: null, policy: null, rule: -1 };
  }

  private tiers(): { name: string; order: number; action: string }[] {
    const own = this.ofKind("Tier").map((t) => ({
      name: t.metadata.name,
      order: (t.spec as Any)?.order ?? Infinity,
      action: (t.spec as Any)?.defaultAction ?? "Deny",
    }));
    return [...own, { name: "default", order: 1_000_000, action: "Deny" }].sort(
      (a, b) => (a.order === b.order ? 0 : a.order - b.order) || (a.name < b.name ? -1 : 1),
    );
  }

  private policies(tier: string): KubeObject[] {
    const order = (p: KubeObject): number => (isKubernetes(p) ? 1000 : ((p.spec as Any).order ?? Infinity));
    const kind = (p: KubeObject): string => (isKubernetes(p) ? "KubernetesNetworkPolicy" : p.kind);
    const key = (p: KubeObject): string => `${p.metadata.name}/${p.metadata.namespace ?? ""}/${kind(p)}`;
    return [...this.ofKind("NetworkPolicy"), ...this.ofKind("GlobalNetworkPolicy")]
      .filter((p) => (isKubernetes(p) ? "default" : ((p.spec as Any).tier ?? "default")) === tier)
      .sort((a, b) => {
        const [x, y] = [order(a), order(b)];
        return x === y ? (key(a) < key(b) ? -1 : 1) : x - y;
      });
  }

  private applies(policy: KubeObject, pod: KubeObject, labels: Labels): boolean {
    const spec = policy.spec as Any;
    if (isKubernetes(policy))
      return (
        policy.metadata.namespace === pod.metadata.namespace &&
        labelSelector(spec.podSelector, pod.metadata.labels ?? {})
      );
    if (policy.kind === "NetworkPolicy" && policy.metadata.namespace !== pod.metadata.namespace) return false;
    if (
      spec.namespaceSelector &&
      !parseSelector(spec.namespaceSelector).matches(this.namespaceLabels(pod.metadata.namespace))
    )
      return false;
    if (
      spec.serviceAccountSelector &&
      !parseSelector(spec.serviceAccountSelector).matches(this.accountLabels(pod))
    )
      return false;
    return parseSelector(spec.selector ?? "").matches(labels);
  }

  private matches(policy: KubeObject, rule: Any, direction: "egress" | "ingress", packet: Packet): boolean {
    if (isKubernetes(policy)) return this.kubernetesRule(policy, rule, direction, packet);
    if (rule.ipVersion === 6) return false;
    if (rule.protocol !== undefined && rule.protocol !== packet.protocol) return false;
    if (rule.notProtocol !== undefined && rule.notProtocol === packet.protocol) return false;
    return (
      this.entity(policy, rule.source, packet.from, packet, undefined) &&
      this.entity(policy, rule.destination, packet.to, packet, packet.port)
    );
  }

  private entity(policy: KubeObject, e: Any, peer: Peer, packet: Packet, port: number | undefined): boolean {
    if (e === undefined) return true;
    const namespace = policy.metadata.namespace;
    // notSelector alone narrows to the namespace in a namespaced policy, and to nothing in a global one
    // (libcalico-go syncersv1/updateprocessors/rules.go, getEndpointSelector).
    const positive =
      e.selector || e.serviceAccounts || e.namespaceSelector || (namespace !== undefined && e.notSelector);
    // Beside another selector it filters what that one finds (felix/calc/rule_scanner.go, combineMatchesIfPossible).
    if (positive && !this.selected(e, namespace, peer, false)) return false;
    if (!positive && e.notSelector && this.inSet(parseSelector(e.notSelector), peer)) return false;
    if (e.nets && !e.nets.some((n: string) => inCidr(peer.ip, n))) return false;
    if (e.notNets?.some((n: string) => inCidr(peer.ip, n))) return false;
    if (port === undefined) return true;
    const hit = (list: Any[]): boolean => list.some((p) => portMatches(p, port, peer, packet.protocol));
    // A name means ports of what the selector finds by its own labels, not by a network set (ruleToParsedRule).
    const isName = (p: Any): boolean => typeof p === "string" && !/^\d/.test(p);
    const own = !positive || this.selected(e, namespace, peer, true);
    if (e.ports && !hit(e.ports.filter((p: Any) => own || !isName(p)))) return false;
    return !(e.notPorts && hit(e.notPorts));
  }

  /** Of the positive criteria, on a pod or on any network set that holds the address. */
  private selected(e: Any, namespace: string | undefined, peer: Peer, ownLabels: boolean): boolean {
    const candidates: { labels: Labels; namespace: string | undefined; pod?: KubeObject }[] = ownLabels
      ? []
      : this.setsWith(peer.ip);
    if (peer.pod !== undefined)
      candidates.push({
        labels: this.labelsOf(peer.pod),
        namespace: peer.pod.metadata.namespace,
        pod: peer.pod,
      });
    return candidates.some((c) => {
      if (e.namespaceSelector === "global()") {
        if (c.namespace !== undefined) return false;
      } else if (e.namespaceSelector) {
        const labels = c.namespace === undefined ? {} : this.namespaceLabels(c.namespace);
        if (
          e.namespaceSelector === "all()"
            ? c.namespace === undefined
            : !parseSelector(e.namespaceSelector).matches(labels)
        )
          return false;
      } else if (namespace !== undefined && c.namespace !== namespace) return false;
      const account = (c.pod?.spec as Any)?.serviceAccountName ?? "default";
      if (e.serviceAccounts?.names && (c.pod === undefined || !e.serviceAccounts.names.includes(account)))
        return false;
      if (e.serviceAccounts?.selector) {
        const labels = c.pod === undefined ? {} : this.accountLabels(c.pod);
        if (!parseSelector(e.serviceAccounts.selector).matches(labels)) return false;
      }
      if (e.notSelector && parseSelector(e.notSelector).matches(c.labels)) return false;
      return !e.selector || parseSelector(e.selector).matches(c.labels);
    });
  }

  private inSet(selector: { matches(labels: Labels): boolean }, peer: Peer): boolean {
    if (peer.pod !== undefined && selector.matches(this.labelsOf(peer.pod))) return true;
    return this.setsWith(peer.ip).some((set) => selector.matches(set.labels));
  }

  private setsWith(ip: string): { labels: Labels; namespace: string | undefined }[] {
    return [...this.ofKind("NetworkSet"), ...this.ofKind("GlobalNetworkSet")]
      .filter((set) => (set.spec as Any).nets.some((n: string) => inCidr(ip, n)))
      .map((set) => {
        const { namespace } = set.metadata;
        const inherited =
          namespace === undefined
            ? {}
            : {
                ...prefixed("pcns.", this.namespaceLabels(namespace)),
                "projectcalico.org/namespace": namespace,
              };
        return { namespace, labels: { ...inherited, ...set.metadata.labels } };
      });
  }

  private kubernetesRule(
    policy: KubeObject,
    rule: Any,
    direction: "egress" | "ingress",
    packet: Packet,
  ): boolean {
    const peer = direction === "egress" ? packet.to : packet.from;
    const peers: Any[] = (direction === "egress" ? rule.to : rule.from) ?? [];
    const from =
      peers.length === 0 ||
      peers.some((p) => {
        if (p.ipBlock !== undefined)
          return (
            inCidr(peer.ip, p.ipBlock.cidr) &&
            !(p.ipBlock.except ?? []).some((x: string) => inCidr(peer.ip, x))
          );
        if (peer.pod === undefined) return false;
        const { namespace, labels } = peer.pod.metadata;
        const inNamespace =
          p.namespaceSelector === undefined
            ? namespace === policy.metadata.namespace
            : labelSelector(p.namespaceSelector, this.namespaceLabels(namespace));
        return inNamespace && labelSelector(p.podSelector ?? {}, labels ?? {});
      });
    const ports: Any[] = rule.ports ?? [];
    const to =
      ports.length === 0 ||
      ports.some((p) => {
        if ((p.protocol ?? "TCP") !== packet.protocol) return false;
        if (p.port === undefined) return true;
        if (p.endPort !== undefined) return packet.port >= p.port && packet.port <= p.endPort;
        return portMatches(p.port, packet.port, packet.to, packet.protocol);
      });
    return from && to;
  }

  private labelsOf(pod: KubeObject): Labels {
    const namespace = pod.metadata.namespace ?? "default";
    const account = ((pod.spec as Any)?.serviceAccountName as string | undefined) ?? "default";
    return {
      ...prefixed("pcns.", this.namespaceLabels(namespace)),
      ...prefixed("pcsa.", this.accountLabels(pod)),
      ...pod.metadata.labels,
      "projectcalico.org/namespace": namespace,
      "projectcalico.org/orchestrator": "k8s",
      "projectcalico.org/serviceaccount": account,
    };
  }

  private namespaceLabels(name = "default"): Labels {
    const found = this.ofKind("Namespace").find((n) => n.metadata.name === name);
    return {
      "kubernetes.io/metadata.name": name,
      ...found?.metadata.labels,
      "projectcalico.org/name": name,
    };
  }

  private accountLabels(pod: KubeObject): Labels {
    const name = ((pod.spec as Any)?.serviceAccountName as string | undefined) ?? "default";
    const found = this.ofKind("ServiceAccount").find(
      (a) => a.metadata.name === name && a.metadata.namespace === pod.metadata.namespace,
    );
    return { ...found?.metadata.labels, "projectcalico.org/name": name };
  }

  private ofKind(kind: string): KubeObject[] {
    return this.objects.filter((o) => o.kind === kind);
  }
}

function isKubernetes(policy: KubeObject): boolean {
  return policy.apiVersion === "networking.k8s.io/v1";
}

function nameOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function governs(policy: KubeObject, direction: "egress" | "ingress"): boolean {
  const spec = policy.spec as Any;
  const types: string[] | undefined = isKubernetes(policy) ? spec.policyTypes : spec.types;
  if (types !== undefined && types.length > 0)
    return types.includes(direction === "egress" ? "Egress" : "Ingress");
  const egress = (spec.egress ?? []).length > 0;
  if (direction === "egress") return egress;
  return isKubernetes(policy) || (spec.ingress ?? []).length > 0 || !egress;
}

function labelSelector(selector: Any, labels: Labels): boolean {
  const byLabels = Object.entries(selector.matchLabels ?? {}).every(([k, v]) => labels[k] === v);
  return (
    byLabels &&
    (selector.matchExpressions ?? []).every((e: Any) => {
      const value = labels[e.key];
      if (e.operator === "Exists") return value !== undefined;
      if (e.operator === "DoesNotExist") return value === undefined;
      if (e.operator === "In") return value !== undefined && e.values.includes(value);
      return value === undefined || !e.values.includes(value);
    })
  );
}

function portMatches(port: string | number, actual: number, peer: Peer, protocol: string): boolean {
  const text = String(port);
  const [, first, last] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (first !== undefined) return actual >= Number(first) && actual <= Number(last ?? first);
  const containers: Any[] = (peer.pod?.spec as Any)?.containers ?? [];
  return containers
    .flatMap((c) => c.ports ?? [])
    .some((p: Any) => p.name === text && (p.protocol ?? "TCP") === protocol && p.containerPort === actual);
}

function prefixed(prefix: string, labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([k, v]) => [prefix + k, v]));
}

export function inCidr(ip: string, cidr: string): boolean {
  const number = (text: string): number => text.split(".").reduce((n, part) => n * 256 + Number(part), 0);
  const [base = "", length = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(ip) / size) === Math.floor(number(base) / size);
}
