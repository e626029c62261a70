import { PRIVATE, type Family, type Net } from "../../../../kube/ip";
import type { Addresses } from "../addresses";
import type { Endpoint } from "../reach-model";
import { controllers, grouped, ordinals, seenBy, selects } from "./controllers";
import { hostAddresses, hosts, type Host } from "./hosts";
import type { Input } from "./cluster-input";
import type { Service } from "./services";
import { holds, type Slice, type SlicePort } from "./endpoint-slices";
import { familiesOf, workload, type Inherited, type PodSource } from "./workloads";

/** A Service with the workloads behind it, and on which of their ports each of its ports arrives. */
export interface Backed extends Service {
  readonly backends: readonly Endpoint[];
  /** Without a selector: the ports of each backend, as slices say. */
  readonly slicePorts: ReadonlyMap<Endpoint, readonly SlicePort[]>;
  /** Addresses that are of no workload here: nodes, or machines outside. */
  readonly elsewhere: readonly Elsewhere[];
  /** Whether `backends` is all there is: with neither a selector nor slices nothing is known. */
  readonly known: boolean;
}

export interface Elsewhere {
  readonly net: Net;
  readonly ports: readonly SlicePort[];
}

interface Endpoints {
  /** Sorted by name. */
  readonly workloads: readonly Endpoint[];
  readonly hosts: readonly Host[];
  readonly services: ReadonlyMap<string, Backed>;
}

/** Pods and templates become workloads: one for each controller, however many replicas it has. */
export function endpoints(whole: Input, family?: Family): Endpoints {
  const input = family === undefined ? whole : ofFamily(whole, family);
  const pods: Addresses =
    whole.podCidrs.length > 0
      ? { exact: false, nets: input.podCidrs }
      : { exact: false, nets: family === 6 ? [] : PRIVATE, guessed: true };
  const inherited: Inherited = { namespaces: input.namespaces, serviceAccounts: input.serviceAccounts, pods };
  const all = hosts(input.nodes, input.hostEndpoints, (p) => input.profiles.get(p)?.labels ?? {});
  const sources = controllers(ordinals(input.pods, input), seenBy(input, inherited));
  const taken = new Map<string, Set<string>>();
  for (const { namespace, name, kind } of sources) {
    const plain = `${namespace}/${name}`;
    taken.set(plain, (taken.get(plain) ?? new Set<string>()).add(kind));
  }
  const workloads = sources
    .map((source) => {
      const plain = `${source.namespace}/${source.name}`;
      const marks = [taken.get(plain)?.size === 1 ? undefined : source.kind, source.replica];
      const mark = marks.filter((m) => m !== undefined).join("/");
      const name = mark === "" ? plain : `${plain}[${mark}]`;
      return {
        source,
        endpoint: source.hostNetwork ? onHost(source, name, all) : workload(source, name, inherited),
      };
    })
    .sort((a, b) => (a.endpoint.name < b.endpoint.name ? -1 : a.endpoint.name > b.endpoint.name ? 1 : 0));
  const byNamespace = grouped(workloads, ({ source }) => source.namespace);
  const byService = grouped(input.slices, ({ service }) => service);
  return {
    workloads: workloads.map(({ endpoint }) => endpoint),
    hosts: all,
    services: new Map(
      input.services.map((s) => {
        const name = `${s.namespace}/${s.name}`;
        const slices = byService.get(name) ?? [];
        const known = s.selector !== undefined || slices.length > 0;
        // Only slices may name what lies in other namespaces.
        const behind = backends(
          s,
          slices,
          slices.length > 0 ? workloads : (byNamespace.get(s.namespace) ?? []),
        );
        const slicePorts = new Map(
          s.selector !== undefined ? [] : behind.map((e) => [e, portsAt(slices, e)] as const),
        );
        return [name, { ...s, known, backends: behind, slicePorts, elsewhere: elsewhere(s, slices, behind) }];
      }),
    ),
  };
}

/** The input with the addresses of one family; pods that have others only have none. */
function ofFamily(input: Input, family: Family): Input {
  const own = (nets: readonly Net[]): Net[] => nets.filter((net) => net.family === family);
  return {
    ...input,
    podCidrs: own(input.podCidrs),
    pods: input.pods.map((pod) => ({
      ...pod,
      addresses: own(pod.addresses),
      otherFamily: pod.addresses.length > 0 && own(pod.addresses).length === 0,
    })),
    nodes: input.nodes.map((node) => ({
      ...node,
      addresses: own(node.addresses),
      otherAddresses: own(node.otherAddresses),
      subnets: own(node.subnets),
      tunnels: {
        ipip: own(node.tunnels.ipip),
        vxlan: own(node.tunnels.vxlan),
        wireguard: own(node.tunnels.wireguard),
      },
    })),
    hostEndpoints: input.hostEndpoints.map((h) => ({ ...h, expectedIPs: own(h.expectedIPs) })),
  };
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
    ...(source.replica === undefined ? {} : { replica: source.replica }),
    profiles: [],
  };
}

function backends(
  service: Service,
  slices: readonly Slice[],
  workloads: readonly { source: PodSource; endpoint: Endpoint }[],
): readonly Endpoint[] {
  if (service.type === "ExternalName") return [];
  const pods = new Set(slices.flatMap(({ ready }) => ready.flatMap(({ pod }) => pod ?? [])));
  const named = ({ source, endpoint }: (typeof workloads)[number]): boolean =>
    source.namespace === service.namespace &&
    (pods.has(source.name) || endpoint.aliases?.some((alias) => pods.has(alias)) === true);
  return workloads
    .filter(
      (w) =>
        selects(service, w.source) ||
        slices.some((slice) => holds(slice, w.endpoint)) ||
        (pods.size > 0 && named(w)),
    )
    .map(({ endpoint }) => endpoint);
}

function portsAt(slices: readonly Slice[], endpoint: Endpoint): readonly SlicePort[] {
  const own = slices.filter(
    (slice) =>
      holds(slice, endpoint) || slice.ready.some(({ pod }) => pod !== undefined && isPod(endpoint, pod)),
  );
  return own.flatMap(({ ports }) => ports);
}

function isPod(endpoint: Endpoint, pod: string): boolean {
  return endpoint.name.endsWith(`/${pod}`) || endpoint.aliases?.includes(pod) === true;
}

/** With a selector the control plane writes the slices: what they say of pods is known from the pods themselves. */
function elsewhere(service: Service, slices: readonly Slice[], found: readonly Endpoint[]): Elsewhere[] {
  const known = new Set(
    found.filter((e) => e.addresses.exact).flatMap((e) => e.addresses.nets.map((net) => net.text)),
  );
  return slices.flatMap(({ ready, ports }) =>
    ready
      .filter(({ net, pod }) => !known.has(net.text) && (service.selector === undefined || pod === undefined))
      .filter(({ pod }) => pod === undefined || found.length === 0)
      .map(({ net }) => ({ net, ports })),
  );
}
