import { formatPorts, isEmpty } from "../port-sets";
import { protocolName, hasPorts, type Direction, type Endpoint } from "../reach-model";
import type { WrongFlow } from "./fix-model";
import { tellingLabels } from "./label-edits";

/** `TCP 80`, `UDP 53`, `ICMP`. */
export function portText({ protocol, ports }: Pick<WrongFlow, "protocol" | "ports">): string {
  const name = protocolName(protocol);
  return hasPorts(protocol) && !isEmpty(ports)
    ? `${name} ${formatPorts(ports).replace("all", "on every port")}`
    : name;
}

/** `stars/frontend → stars/backend TCP 6379`. */
export const flowText = (flow: WrongFlow): string => `${flow.from.name} → ${flow.to.name} ${portText(flow)}`;

/** `stars/backend has role=backend`. */
export function hasLabels(end: Endpoint): string {
  const labels = tellingLabels(end.labels).slice(0, 2);
  return `${end.name} has ${labels.length === 0 ? "no labels" : labels.map(([k, v]) => `${k}=${v}`).join(", ")}`;
}

/** The direction's list of peers in a policy of Kubernetes. */
export const sideOf = (direction: Direction): "from" | "to" => (direction === "ingress" ? "from" : "to");

export const typeOf = (direction: Direction): "Ingress" | "Egress" =>
  direction === "ingress" ? "Ingress" : "Egress";

/** What a wrong flow asks for, as ports of a rule: the single port, if it is one. */
export function singlePort({ ports }: WrongFlow): number | undefined {
  const [only] = ports;
  return ports.length === 1 && only !== undefined && only[0] === only[1] ? only[0] : undefined;
}

export const isDns = (flow: WrongFlow): boolean => singlePort(flow) === 53;
