import { parseNet, type Family, type Net } from "../../../../kube/ip";
import type { Addresses } from "../addresses";
import { PROTOCOLS, type Endpoint, type NamedPort } from "../reach-model";
import { parseSelector, SelectorError } from "../selector";
import { familiesOf } from "./workloads";
import type { Fields } from "./object-fields";

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

export interface Tunnels {
  readonly ipip: readonly Net[];
  readonly vxlan: readonly Net[];
  readonly wireguard: readonly Net[];
}

export interface HostInterface {
  /** Of the HostEndpoint. */
  readonly name: string;
  /** Every interface (`*`), the pods' too. */
  readonly wildcard: boolean;
  readonly expected: readonly Net[];
  readonly endpoint: Endpoint;
}

export interface HostEndpointSource {
  readonly name: string;
  readonly node: string;
  readonly interfaceName: string;
  readonly labels: Record<string, string>;
  readonly expectedIPs: readonly Net[];
  readonly profiles: readonly string[];
  readonly ports: readonly NamedPort[];
}

export interface NodeSource {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** By which other machines of the cluster know it. */
  readonly addresses: readonly Net[];
  readonly otherAddresses: readonly Net[];
  readonly subnets: readonly Net[];
  readonly podCidrs: readonly Net[];
  readonly tunnels: Tunnels;
}

const CALICO_ADDRESSES = [
  "IPv4Address",
  "IPv6Address",
  "IPv4IPIPTunnelAddr",
  "IPv4VXLANTunnelAddr",
  "IPv6VXLANTunnelAddr",
  "IPv4WireguardInterfaceAddr",
  "IPv6WireguardInterfaceAddr",
];

export function nodeSource(name: string, root: Fields): NodeSource {
  const spec = root.object("spec");
  const annotations = root.object("metadata").map("annotations");
  const status = root.object("status").objects("addresses");
  const ofType = (type: string): (string | undefined)[] =>
    status.filter((a) => a.string("type") === type).map((a) => a.string("address"));
  // Calico notes what it knows of the node's addresses, its tunnels' too, on the node.
  const noted = CALICO_ADDRESSES.map((key) => annotations[`projectcalico.org/${key}`]?.split("/")[0]);
  const nets = (list: readonly (string | undefined)[]): Net[] =>
    [...new Set(list)].flatMap((text) => (text === undefined ? [] : (parseNet(text) ?? [])));
  return {
    name,
    labels: root.object("metadata").map("labels"),
    addresses: nets(ofType("InternalIP")),
    otherAddresses: nets([...ofType("ExternalIP"), ...noted]),
    subnets: nets(
      ["IPv4Address", "IPv6Address"].map((key) => annotations[`projectcalico.org/${key}`]),
    ).filter(({ first, last }) => first !== last),
    podCidrs: nets([...spec.strings("podCIDRs"), spec.string("podCIDR")]),
    tunnels: {
      ipip: nets(noted.slice(2, 3)),
      vxlan: nets(noted.slice(3, 5)),
      wireguard: nets(noted.slice(5, 7)),
    },
  };
}

export function hostEndpointSource(name: string, root: Fields): HostEndpointSource | undefined {
  const spec = root.object("spec");
  spec.only("node", "interfaceName", "expectedIPs", "profiles", "ports");
  const node = spec.string("node");
  const interfaceName = spec.string("interfaceName") ?? "";
  const expectedIPs = spec.strings("expectedIPs").flatMap((text, i) => {
    const net = text.includes("/") ? undefined : parseNet(text);
    if (net === undefined) spec.report(`expectedIPs[${i}]`, text, "is no IP address");
    return net ?? [];
  });
  if (node === undefined || node === "") {
    if (!spec.unknown("node")) spec.report("node", undefined, "is needed", "name the node");
    return undefined;
  }
  if (interfaceName === "" && expectedIPs.length === 0 && !spec.unknown())
    spec.report(
      "interfaceName",
      undefined,
      "or expectedIPs is needed",
      'write interfaceName: "*" or the addresses',
    );
  return {
    name,
    node,
    interfaceName,
    labels: root.object("metadata").map("labels"),
    expectedIPs,
    profiles: spec.strings("profiles"),
    ports: spec.objects("ports").flatMap(endpointPort),
  };
}

function endpointPort(port: Fields): NamedPort[] {
  const name = port.string("name");
  const raw = port.raw("protocol");
  const protocol = typeof raw === "number" ? raw : PROTOCOLS[port.string("protocol") ?? "TCP"];
  const number = port.integer("port", 1, 65535);
  return name === undefined || protocol === undefined ? [] : [{ name, protocol, port: number }];
}

/**
 * Automatic host endpoints of KubeControllersConfiguration (kube-controllers/pkg/controllers/node/hostendpoints.go):
 * one for all interfaces, and one for each template by the node's addresses. Templates by interface name need facts of
 * the running node; they are left out.
 */
export function automaticHostEndpoints(spec: Fields, nodes: readonly NodeSource[]): HostEndpointSource[] {
  const config = spec.object("controllers").object("node").object("hostEndpoint");
  const enabled = config.choice("autoCreate", "Enabled", "Disabled") === "Enabled";
  const createDefault = config.choice("createDefaultHostEndpoint", "Enabled", "Disabled") !== "Disabled";
  const templates = config.objects("templates").map((template) => ({
    name: template.string("generateName") ?? "",
    labels: template.map("labels"),
    nets: template.strings("interfaceCIDRs").flatMap((text) => parseNet(text) ?? []),
    matches: nodeMatcher(template),
  }));
  if (!enabled) return [];
  const make = (
    node: NodeSource,
    suffix: string,
    interfaceName: string,
    ips: readonly Net[],
    labels = {},
  ) => ({
    name: `${node.name}-${suffix}auto-hep`,
    node: node.name,
    interfaceName,
    labels: { ...node.labels, ...labels, "projectcalico.org/created-by": "calico-kube-controllers" },
    expectedIPs: ips,
    profiles: ["projectcalico-default-allow"],
    ports: [],
  });
  return nodes.flatMap((node) => {
    const all = [...node.addresses, ...node.otherAddresses];
    const result = createDefault ? [make(node, "", "*", all)] : [];
    for (const template of templates) {
      if (!template.matches(node.labels)) continue;
      const ips = all.filter((a) => template.nets.some((n) => n.first <= a.first && a.last <= n.last));
      if (ips.length > 0) result.push(make(node, `${template.name}-`, "", ips, template.labels));
    }
    return result;
  });
}

function nodeMatcher(template: Fields): (labels: Record<string, string>) => boolean {
  const text = template.string("nodeSelector") ?? "";
  try {
    const selector = parseSelector(text);
    return (labels) => selector.matches(labels);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    template.report("nodeSelector", text, `${error.detail} at character ${error.position + 1}`, error.fix);
    return () => false;
  }
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
