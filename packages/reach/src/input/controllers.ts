import { Selector, type SelectorNode } from "../selector";
import { canonical } from "../selector/ast";
import type { Input } from "./read";
import type { Service } from "./services";
import { selectableLabels, type Inherited, type PodSource } from "./workloads";

/**
 * Pods and ReplicaSets whose controller is in the input are only instances of it, and pods of one controller outside
 * the input are one workload with its name, if nothing tells them apart. Their addresses count for the workload.
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
    if (family === undefined) return [{ ...controller, ...gathered([controller, ...list], list) }];
    const [first] = family;
    const owner = first?.owners[0];
    if (first !== controller || owner === undefined) return [];
    const kind = owner.kind === "" ? "Pod" : owner.kind;
    return [{ ...controller, kind, name: owner.name, ...gathered(family, family) }];
  });
}

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
    aliases: instances.map((pod) => pod.name),
  };
}

/** Pods that share a controller which is not in the input, if no policy and no Service tells them apart. */
function siblings(pods: readonly PodSource[], seen: (pod: PodSource) => string): Map<PodSource, PodSource[]> {
  const byOwner = new Map<string, PodSource[]>();
  for (const pod of pods) {
    const [owner] = pod.owners;
    if (owner === undefined || owner.kind === "Node") continue;
    const key = `${pod.namespace} ${owner.kind} ${owner.name}`;
    byOwner.set(key, [...(byOwner.get(key) ?? []), pod]);
  }
  const look = (p: PodSource): string =>
    JSON.stringify([Object.entries(p.labels).sort(), p.serviceAccount, p.hostNetwork, p.ports]);
  const result = new Map<PodSource, PodSource[]>();
  for (const family of byOwner.values()) {
    // Most are equal to the letter; only the others are shown to every selector.
    const kinds = [...new Map(family.map((pod) => [look(pod), pod])).values()];
    if (kinds.length === 1 || new Set(kinds.map(seen)).size === 1)
      for (const pod of family) result.set(pod, family);
  }
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
  return Object.entries(selector).every(([label, value]) => pod.labels[label] === value);
}
