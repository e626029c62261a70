import { PRIVATE, type Addresses, type Net } from "../addresses";
import type { Endpoint } from "../model";
import { hostAddresses, hosts, type Host } from "./hosts";
import type { Input } from "./read";
import type { Service } from "./services";
import { holds, type Slice } from "./slices";
import { familiesOf, workload, type Inherited, type PodSource } from "./workloads";

/** A Service with the workloads behind it, and on which of their ports each of its ports arrives. */
export interface Backed extends Service {
  readonly backends: readonly Endpoint[];
  /** Whether `backends` is all there is: with neither a selector nor slices nothing is known. */
  readonly known: boolean;
}

export interface Endpoints {
  /** Sorted by name. */
  readonly workloads: readonly Endpoint[];
  readonly hosts: readonly Host[];
  readonly services: ReadonlyMap<string, Backed>;
}

/** Pods and templates become workloads: one for each controller, however many replicas it has. */
export function endpoints(input: Input): Endpoints {
  const pods: Addresses =
    input.podCidrs.length > 0
      ? { exact: false, nets: input.podCidrs }
      : { exact: false, nets: PRIVATE, guessed: true };
  const inherited: Inherited = { namespaces: input.namespaces, serviceAccounts: input.serviceAccounts, pods };
  const all = hosts(input.nodes, input.hostEndpoints, (p) => input.profiles.get(p)?.labels ?? {});
  const sources = controllers(input.pods);
  const taken = new Map<string, number>();
  for (const { namespace, name } of sources)
    taken.set(`${namespace}/${name}`, (taken.get(`${namespace}/${name}`) ?? 0) + 1);
  const workloads = sources
    .map((source) => {
      const plain = `${source.namespace}/${source.name}`;
      const name = taken.get(plain) === 1 ? plain : `${plain}[${source.kind}]`;
      return {
        source,
        endpoint: source.hostNetwork ? onHost(source, name, all) : workload(source, name, inherited),
      };
    })
    .sort((a, b) => (a.endpoint.name < b.endpoint.name ? -1 : a.endpoint.name > b.endpoint.name ? 1 : 0));
  return {
    workloads: workloads.map(({ endpoint }) => endpoint),
    hosts: all,
    services: new Map(
      input.services.map((s) => {
        const name = `${s.namespace}/${s.name}`;
        const slices = input.slices.filter((slice) => slice.service === name);
        const known = s.selector !== undefined || slices.length > 0;
        return [name, { ...s, known, backends: backends(s, slices, workloads) }];
      }),
    ),
  };
}

/**
 * Pods and ReplicaSets whose controller is in the input are only instances of it, and pods of one controller outside
 * the input are one workload with its name, if nothing tells them apart. Their addresses count for the workload.
 */
function controllers(pods: readonly PodSource[]): PodSource[] {
  const byKey = new Map(pods.map((pod) => [`${pod.namespace} ${pod.kind} ${pod.name}`, pod]));
  const controllerOf = (pod: PodSource): PodSource => {
    for (const owner of pod.owners) {
      const found = byKey.get(`${pod.namespace} ${owner.kind} ${owner.name}`);
      if (found !== undefined && found !== pod) return controllerOf(found);
    }
    return pod;
  };
  const running = pods.filter((pod) => pod.kind !== "Pod" || !pod.finished);
  const instances = new Map<PodSource, PodSource[]>();
  for (const pod of running) {
    const controller = controllerOf(pod);
    const list = instances.get(controller) ?? [];
    instances.set(controller, list);
    if (pod !== controller) list.push(pod);
  }
  const orphans = siblings([...instances.keys()].filter((pod) => pod.kind === "Pod"));
  return [...instances].flatMap(([controller, list]) => {
    const family = orphans.get(controller);
    if (family === undefined) return [{ ...controller, ...gathered([controller, ...list], list) }];
    const [first] = family;
    const owner = first?.owners[0];
    if (first !== controller || owner === undefined) return [];
    return [{ ...controller, kind: owner.kind, name: owner.name, ...gathered(family, family) }];
  });
}

function gathered(pods: readonly PodSource[], instances: readonly PodSource[]): Partial<PodSource> {
  const nodes = [...new Set(instances.flatMap((pod) => pod.nodes))];
  return {
    addresses: pods.flatMap((pod) => pod.addresses),
    ...(nodes.length > 0 ? { nodes } : {}),
    aliases: instances.map((pod) => pod.name),
  };
}

/** Pods that share a controller which is not in the input, and all that policies see. */
function siblings(pods: readonly PodSource[]): Map<PodSource, PodSource[]> {
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
    if (new Set(family.map(look)).size === 1) for (const pod of family) result.set(pod, family);
  }
  return result;
}

/** A pod in the host's network: policies do not select it, it has the address of whichever node it runs on. */
function onHost(source: PodSource, name: string, all: readonly Host[]): Endpoint {
  const candidates = source.nodes.length === 0 ? all : all.filter((host) => source.nodes.includes(host.name));
  const known: Net[] = candidates.every((host) => host.node.addresses.exact)
    ? candidates.flatMap((host) => host.node.addresses.nets)
    : [];
  const nets = source.addresses.length > 0 ? source.addresses : known;
  const addresses = { ...hostAddresses(nets), exact: nets.length === 1 };
  return {
    type: "host",
    name,
    kind: source.kind,
    namespace: source.namespace,
    serviceAccount: source.serviceAccount,
    labels: source.labels,
    selectable: undefined,
    addresses,
    families: familiesOf(addresses),
    ports: source.ports,
    ...(source.nodes.length === 0 ? {} : { nodes: source.nodes }),
    ...(source.aliases === undefined ? {} : { aliases: source.aliases }),
    profiles: [],
  };
}

function backends(
  service: Service,
  slices: readonly Slice[],
  workloads: readonly { source: PodSource; endpoint: Endpoint }[],
): readonly Endpoint[] {
  const { selector } = service;
  if (service.type === "ExternalName") return [];
  const wanted = selector === undefined ? undefined : Object.entries(selector);
  return workloads
    .filter(
      ({ source, endpoint }) =>
        slices.some((slice) => holds(slice, endpoint)) ||
        (source.namespace === service.namespace &&
          wanted?.every(([label, value]) => source.labels[label] === value) === true),
    )
    .map(({ endpoint }) => endpoint);
}
