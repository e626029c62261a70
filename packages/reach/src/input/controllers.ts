import { Selector, type SelectorNode } from "../selector";
import { canonical, labelsOf } from "../selector/selector-ast";
import { ORDINAL_LABELS, ordinalLabels } from "./controller-labels";
import type { Input } from "./cluster-input";
import type { Service } from "./services";
import { selectableLabels, type Inherited, type PodSource } from "./workloads";

/**
 * Pods and ReplicaSets whose controller is in the input are instances of it, and pods of one controller outside the
 * input are one workload with its name, if nothing tells them apart. What stands in the input counts before what a
 * template would make: operators and admission patch pods.
 */
export function controllers(pods: readonly PodSource[], seen: (pod: PodSource) => string): PodSource[] {
  const byKey = new Map(pods.map((pod) => [`${pod.namespace} ${pod.kind} ${pod.name}`, pod]));
  const controllerOf = (pod: PodSource): PodSource => {
    for (const owner of pod.owners) {
      const found = byKey.get(`${pod.namespace} ${owner.kind} ${owner.name}`);
      if (found !== undefined && found !== pod) return controllerOf(found);
    }
    return pod;
  };
  const instances = new Map<PodSource, PodSource[]>();
  for (const pod of pods.flatMap(remaining)) {
    const controller = controllerOf(pod);
    const list = instances.get(controller) ?? [];
    instances.set(controller, list);
    if (pod !== controller) list.push(pod);
  }
  const orphans = siblings(
    [...instances.keys()].filter((pod) => pod.kind === "Pod"),
    seen,
  );
  return [...instances].flatMap(([controller, list]) => {
    const family = orphans.get(controller);
    if (family === undefined) return divided(controller, list, seen);
    const [first] = family;
    const owner = first?.owners[0];
    if (first !== controller || owner === undefined) return [];
    const kind = owner.kind === "" ? "Pod" : owner.kind;
    return [{ ...controller, kind, name: owner.name, ...gathered(family, family) }];
  });
}

/** One workload for all pods of a controller, or one for each set of them that policies or Services tell apart. */
function divided(
  controller: PodSource,
  instances: readonly PodSource[],
  seen: (pod: PodSource) => string,
): PodSource[] {
  const running = instances.filter((pod) => pod.kind === "Pod");
  const whole = { ...controller, ...gathered([controller, ...instances], instances) };
  const sets = apart(running, seen);
  const [first] = running;
  if (first === undefined) return [whole];
  if (sets.length === 1) {
    // What the injector put there only a running pod shows.
    const { sidecar } = first;
    if (seen(first) === seen(controller)) return [{ ...whole, sidecar }];
    const { labels, added, serviceAccount, hostNetwork, ports } = first;
    return [{ ...whole, labels, added, serviceAccount, hostNetwork, ports, sidecar }];
  }
  return sets.map((set) => {
    const [one = first] = set;
    return {
      ...one,
      kind: controller.kind,
      name: controller.name,
      replica: one.name,
      ...gathered(set, set),
    };
  });
}

/** Pods in sets that look alike; most are equal to the letter, and only the others are shown to every selector. */
function apart(pods: readonly PodSource[], seen: (pod: PodSource) => string): PodSource[][] {
  const byLook = grouped(pods, look);
  if (byLook.size < 2) return [...byLook.values()];
  const sets = grouped([...byLook.values()], ([first]) => (first === undefined ? "" : seen(first)));
  return [...sets.values()].map((lists) => lists.flat());
}

/** Items by key, in their order. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const result = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const list = result.get(key);
    if (list === undefined) result.set(key, [item]);
    else list.push(item);
  }
  return result;
}

function look(pod: PodSource): string {
  return JSON.stringify([Object.entries(pod.labels).sort(), pod.serviceAccount, pod.hostNetwork, pod.ports]);
}

/** A StatefulSet knows the names of its pods, and becomes them where some selector tells them apart by name or number. */
export function ordinals(pods: readonly PodSource[], input: Input): PodSource[] {
  const asked = new Set([
    ...selectorsOf(input).flatMap(({ root }) => labelsOf(root)),
    ...input.services.flatMap(({ selector }) => Object.keys(selector ?? {})),
  ]);
  const apart = ORDINAL_LABELS.some((label) => asked.has(label));
  const owned = new Set(pods.flatMap((p) => p.owners.map((owner) => `${p.namespace}/${owner.name}`)));
  return pods.flatMap((set) => {
    const { kind, name, namespace, replicas = 0, firstOrdinal } = set;
    if (kind !== "StatefulSet" || replicas > MOST_ORDINALS || owned.has(`${namespace}/${name}`)) return [set];
    const names = Array.from({ length: replicas }, (_, i) => `${name}-${firstOrdinal + i}`);
    if (!apart) return [{ ...set, aliases: names }];
    return names.map((replica, i): PodSource => {
      const added = { ...set.added, ...ordinalLabels(replica, firstOrdinal + i) };
      return { ...set, added, replicas: 1, replica, aliases: [replica] };
    });
  });
}
/** Larger sets stay one workload, and what depends on the number is unknown. */
const MOST_ORDINALS = 200;

/** A pod that has ended holds no address any more; its controller, a Job for example, may make others like it. */
function remaining(pod: PodSource): PodSource[] {
  if (pod.kind !== "Pod" || !pod.finished) return [pod];
  const alone = pod.owners.every(({ kind }) => kind === "Node");
  return alone ? [] : [{ ...pod, addresses: [], nodes: [] }];
}

function gathered(pods: readonly PodSource[], instances: readonly PodSource[]): Partial<PodSource> {
  const nodes = [...new Set(instances.flatMap((pod) => pod.nodes))];
  return {
    addresses: pods.flatMap((pod) => pod.addresses),
    ...(nodes.length > 0 ? { nodes } : {}),
    ...(instances.length > 0 ? { aliases: instances.map((pod) => pod.name) } : {}),
  };
}

/** Pods that share a controller which is not in the input, if no policy and no Service tells them apart. */
function siblings(pods: readonly PodSource[], seen: (pod: PodSource) => string): Map<PodSource, PodSource[]> {
  const owned = pods.filter(({ owners: [owner] }) => owner !== undefined && owner.kind !== "Node");
  const byOwner = grouped(
    owned,
    ({ namespace, owners: [owner] }) => `${namespace} ${owner?.kind ?? ""} ${owner?.name ?? ""}`,
  );
  const result = new Map<PodSource, PodSource[]>();
  for (const family of byOwner.values())
    if (apart(family, seen).length === 1) for (const pod of family) result.set(pod, family);
  return result;
}

/** All that policies and Services of the input see of a pod. */
export function seenBy(input: Input, inherited: Inherited): (pod: PodSource) => string {
  let selectors: readonly Selector[] | undefined;
  return (pod) => {
    const labels = selectableLabels(pod, inherited);
    return JSON.stringify([
      (selectors ??= selectorsOf(input)).map((selector) => selector.evaluate((label) => labels.get(label))),
      input.services.map((service) => selects(service, pod)),
      pod.serviceAccount,
      pod.hostNetwork,
      pod.ports,
    ]);
  };
}

/** Every selector of any policy, each once. */
function selectorsOf({ policies }: Input): readonly Selector[] {
  const nodes = policies.flatMap(({ subject, ingress, egress }) => [
    subject,
    ...[...ingress, ...egress].flatMap(({ source, destination }) =>
      [...(source.anyOf ?? []), ...(destination.anyOf ?? [])].flatMap((m) => [m.selector, m.notSelector]),
    ),
  ]);
  const known = nodes.filter((node): node is SelectorNode => node !== undefined);
  return [...new Map(known.map((node) => [canonical(node), Selector.of(node)])).values()];
}

/** Whether a pod carries the labels that a Service asks for. */
export function selects({ namespace, selector }: Service, pod: PodSource): boolean {
  if (selector === undefined || pod.namespace !== namespace) return false;
  return Object.entries(selector).every(
    ([label, value]) => (pod.added[label] ?? pod.labels[label]) === value,
  );
}
