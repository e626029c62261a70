import { parseNet, type Net } from "../../../../kube/ip";
import { PROTOCOLS, type NamedPort } from "../reach-model";
import { parseSelector, SelectorError } from "../selector";
import type { NodeSource } from "./nodes";
import type { Fields } from "./object-fields";

/** A HostEndpoint, of the input or automatic. */
export interface HostEndpointSource {
  readonly name: string;
  readonly node: string;
  readonly interfaceName: string;
  readonly labels: Record<string, string>;
  readonly expectedIPs: readonly Net[];
  readonly profiles: readonly string[];
  readonly ports: readonly NamedPort[];
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
