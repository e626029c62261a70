import { parseNet, type Family, type Net } from "../../../../kube/ip";
import type { Addresses } from "../addresses";
import type { Endpoint } from "../reach-model";
import type { HostEndpointSource } from "./host-endpoints";
import type { NodeSource, Tunnels } from "./nodes";
import { familiesOf } from "./workloads";

/** A machine with the interfaces that Calico governs. */
export interface Host {
  readonly name: string;
  /** The host itself, as a peer and where no host endpoint governs it. */
  readonly node: Endpoint;
  /** Every address by which questions may name it. */
  readonly addresses: readonly Net[];
  /** The networks that its own addresses are in, where Calico noted them on the node. */
  readonly subnets: readonly Net[];
  readonly interfaces: readonly HostInterface[];
  /** Addresses of its tunnels, where Calico noted them on the node. */
  readonly tunnels: Tunnels;
}

export interface HostInterface {
  /** Of the HostEndpoint. */
  readonly name: string;
  /** Every interface (`*`), the pods' too. */
  readonly wildcard: boolean;
  readonly expected: readonly Net[];
  readonly endpoint: Endpoint;
}

/** Nodes and host endpoints as hosts; a host endpoint may name a node that is not in the input. */
export function hosts(
  nodes: readonly NodeSource[],
  endpoints: readonly HostEndpointSource[],
  profileLabels: (profile: string) => Readonly<Record<string, string>>,
): Host[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const names = [...new Set([...byName.keys(), ...endpoints.map((e) => e.node)])].sort();
  return names.map((name) => {
    const node = byName.get(name);
    const own = endpoints.filter((e) => e.node === name).sort((a, b) => (a.name < b.name ? -1 : 1));
    const expected = own.flatMap((e) => e.expectedIPs);
    const known =
      [node?.addresses, node?.otherAddresses, expected].find((list) => (list ?? []).length > 0) ?? [];
    const addresses = hostAddresses(known);
    return {
      name,
      addresses: [...known, ...(node?.otherAddresses ?? []), ...expected],
      subnets: node?.subnets ?? [],
      tunnels: node?.tunnels ?? { ipip: [], vxlan: [], wireguard: [] },
      node: {
        type: "host",
        name,
        kind: "Node",
        labels: node?.labels ?? {},
        selectable: undefined,
        addresses,
        families: familiesOf(addresses),
        ports: [],
        nodes: [name],
        profiles: [],
      },
      interfaces: own.map((source) => hostInterface(source, addresses, profileLabels)),
    };
  });
}

function hostInterface(
  source: HostEndpointSource,
  hostAddress: Addresses,
  profileLabels: (profile: string) => Readonly<Record<string, string>>,
): HostInterface {
  const inherited = source.profiles.map((p) => profileLabels(p)).reverse();
  const labels = Object.assign({}, ...inherited, source.labels) as Record<string, string>;
  const addresses = hostAddress.exact ? hostAddress : hostAddresses(source.expectedIPs);
  return {
    name: source.name,
    wildcard: source.interfaceName === "*",
    expected: source.expectedIPs,
    endpoint: {
      type: "host",
      name: source.node,
      kind: "HostEndpoint",
      labels: source.labels,
      selectable: new Map(Object.entries(labels)),
      ...(source.expectedIPs.length === 0 ? { unaddressed: true } : {}),
      addresses,
      families: familiesOf(addresses),
      ports: source.ports,
      nodes: [source.node],
      profiles: source.profiles,
    },
  };
}

const ANYWHERE: Readonly<Record<Family, string>> = { 4: "0.0.0.0/0", 6: "::/0" };

/** A host's address that is not known may be any IPv4 address. */
export function hostAddresses(nets: readonly Net[]): Addresses {
  if (nets.length > 0) return { exact: true, nets };
  const anywhere = parseNet(ANYWHERE[4]);
  return { exact: false, nets: anywhere === undefined ? [] : [anywhere] };
}
