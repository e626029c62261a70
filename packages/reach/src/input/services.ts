import { parseNet, type Family, type Net } from "../../../../kube/ip";
import { PROTOCOLS } from "../reach-model";
import { isUnknown } from "../selector";
import type { Fields } from "./object-fields";

export interface ServicePort {
  readonly name: string | undefined;
  readonly protocol: number;
  readonly port: number;
  /** A number, or the name of a container's port. */
  readonly target: number | string;
  readonly nodePort: number | undefined;
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** Own labels that pods must carry; undefined where endpoints are made by hand. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly ServicePort[];
  /** Every address by which it is known. */
  readonly addresses: readonly Net[];
  readonly clusterIPs: readonly Net[];
  readonly externalIPs: readonly Net[];
  readonly loadBalancer: LoadBalancer;
  readonly headless: boolean;
  /** Its label `istio.io/use-waypoint`. */
  readonly useWaypoint: string | undefined;
  /** `Local`: only pods of the receiving node, and the client's address stays. */
  readonly externalTrafficPolicy: "Cluster" | "Local";
  /** `Local`: clients inside only reach pods of their own node. */
  readonly internalTrafficPolicy: "Cluster" | "Local";
  /** Families that it has addresses of; undefined where the cluster decides. */
  readonly families: readonly Family[] | undefined;
  /** The DNS name that an ExternalName stands for. */
  readonly externalName: string | undefined;
}

export interface LoadBalancer {
  readonly addresses: readonly Net[];
  /** Who may use it; empty: everybody. */
  readonly sourceRanges: readonly Net[];
  /**
   * How packets reach a node: `address` with the load balancer's own address and port (ipMode VIP), `nodePort` with
   * those of the node (ipMode Proxy), `unknown` where the status does not say.
   */
  readonly hands: "address" | "nodePort" | "unknown";
}

/** Load balancers of clouds read this older annotation where the field is empty. */
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";

export function service(name: string, namespace: string, root: Fields): Service {
  const spec = root.object("spec");
  const type = spec.choice("type", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName") ?? "ClusterIP";
  const clusterIp = spec.string("clusterIP");
  const clusterIPs = addresses([clusterIp, ...spec.strings("clusterIPs")]);
  const externalIPs = addresses(spec.strings("externalIPs"));
  const loadBalancer = loadBalancerOf(spec, root);
  const ports = spec.objects("ports").flatMap((port) => servicePort(port) ?? []);
  if (type !== "ClusterIP" && type !== "ExternalName" && ports.length === 0 && !spec.unknown("ports"))
    spec.report("ports", undefined, "is needed", "name at least one port");
  return {
    name,
    namespace,
    type,
    selector: selectorOf(spec),
    ports,
    addresses: [...clusterIPs, ...externalIPs, ...loadBalancer.addresses],
    clusterIPs,
    externalIPs,
    loadBalancer,
    headless: clusterIp === "None",
    useWaypoint: root.object("metadata").map("labels")["istio.io/use-waypoint"],
    externalTrafficPolicy: spec.choice("externalTrafficPolicy", "Cluster", "Local") ?? "Cluster",
    internalTrafficPolicy: spec.choice("internalTrafficPolicy", "Cluster", "Local") ?? "Cluster",
    families: familiesOf(spec, clusterIPs),
    externalName: spec.string("externalName"),
  };
}

/** An empty selector is stored as none. */
function selectorOf(spec: Fields): Record<string, string> | undefined {
  if (!spec.has("selector") || spec.unknown("selector")) return undefined;
  const selector = spec.map("selector");
  return Object.keys(selector).length === 0 ? undefined : selector;
}

function addresses(texts: readonly (string | undefined)[]): Net[] {
  const known = texts.filter((text) => text !== undefined && text !== "" && text !== "None");
  return [...new Set(known)].flatMap((text) => parseNet(text ?? "") ?? []);
}

function loadBalancerOf(spec: Fields, root: Fields): LoadBalancer {
  const entries = root.object("status").object("loadBalancer").objects("ingress");
  const noted = root.object("metadata").map("annotations")[SOURCE_RANGES]?.split(",") ?? [];
  const written = spec.strings("loadBalancerSourceRanges");
  const ranges = (written.length > 0 ? written : noted).flatMap((text) => {
    const net = parseNet(text.trim());
    if (net === undefined && !isUnknown(text)) spec.report("loadBalancerSourceRanges", text, "is not a CIDR");
    return net ?? [];
  });
  const modes = entries.map((entry) => entry.string("ipMode") ?? (entry.has("ip") ? "VIP" : ""));
  const hands = modes.length === 0 ? "unknown" : modes.every((m) => m === "VIP") ? "address" : "unknown";
  return {
    addresses: addresses([spec.string("loadBalancerIP"), ...entries.map((entry) => entry.string("ip"))]),
    sourceRanges: ranges,
    hands: modes.length > 0 && modes.every((m) => m === "Proxy") ? "nodePort" : hands,
  };
}

function familiesOf(spec: Fields, clusterIPs: readonly Net[]): Family[] | undefined {
  const named = spec.strings("ipFamilies").map((text): Family => (text === "IPv6" ? 6 : 4));
  const all = [...new Set([...clusterIPs.map((net) => net.family), ...named])];
  if (all.length === 0)
    return spec.string("ipFamilyPolicy")?.endsWith("DualStack") === true ? [4, 6] : undefined;
  return all.length === 1 && spec.string("ipFamilyPolicy")?.endsWith("DualStack") === true ? [4, 6] : all;
}

function servicePort(port: Fields): ServicePort | undefined {
  const number = port.integer("port", 1, 65535);
  const nodePort = port.integer("nodePort", 1, 65535);
  const target = port.raw("targetPort");
  if (number === undefined) {
    if (!port.unknown("port") && !port.has("port")) port.report("port", undefined, "is needed");
    return undefined;
  }
  const numeric = typeof target === "number" ? port.integer("targetPort", 1, 65535) : undefined;
  return {
    name: port.string("name"),
    protocol: PROTOCOLS[port.choice("protocol", "TCP", "UDP", "SCTP") ?? "TCP"] ?? 6,
    port: number,
    target: typeof target === "string" && !port.unknown("targetPort") ? digits(target) : (numeric ?? number),
    nodePort,
  };
}

/** The API server reads "80" as a name; nobody means that, and no container port can be called so. */
function digits(target: string): number | string {
  return /^\d+$/.test(target) ? Number(target) : target;
}
