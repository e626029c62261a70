import { parseNet, type Net } from "../addresses";
import { PROTOCOLS } from "../model";
import type { Fields } from "./fields";

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
  /** Cluster, external and load-balancer addresses by which it is known. */
  readonly addresses: readonly Net[];
  readonly headless: boolean;
  /** `Local`: only pods of the receiving node, and the client's address stays. */
  readonly externalTrafficPolicy: "Cluster" | "Local";
}

export function service(name: string, namespace: string, root: Fields): Service {
  const spec = root.object("spec");
  const type = spec.choice("type", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName") ?? "ClusterIP";
  const clusterIp = spec.string("clusterIP");
  const texts = [
    clusterIp,
    ...spec.strings("clusterIPs"),
    ...spec.strings("externalIPs"),
    spec.string("loadBalancerIP"),
    ...root
      .object("status")
      .object("loadBalancer")
      .objects("ingress")
      .map((entry) => entry.string("ip")),
  ];
  const known = texts.filter((text) => text !== undefined && text !== "" && text !== "None");
  const ports = spec.objects("ports").flatMap((port) => servicePort(port) ?? []);
  if (type !== "ClusterIP" && type !== "ExternalName" && ports.length === 0 && !spec.unknown("ports"))
    spec.report("ports", undefined, "is needed", "name at least one port");
  return {
    name,
    namespace,
    type,
    selector: spec.has("selector") && !spec.unknown("selector") ? spec.map("selector") : undefined,
    ports,
    addresses: [...new Set(known)].flatMap((text) => parseNet(text ?? "") ?? []),
    headless: clusterIp === "None",
    externalTrafficPolicy: spec.choice("externalTrafficPolicy", "Cluster", "Local") ?? "Cluster",
  };
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
