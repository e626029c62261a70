import type { Family } from "../../../../kube/ip";
import { httpHolds } from "./http-match";
import type { Truth } from "../selector";
import { hasPorts, isIcmp, type Endpoint, type HttpRequest, type PortMatch, type Rule } from "../reach-model";
import {
  ALL_ICMP,
  ALL_PORTS,
  intersect,
  isEmpty,
  NO_PORTS,
  subtract,
  union,
  type PortSet,
} from "../port-sets";

/** What matching needs to know beside the entities. */
export interface Packet {
  readonly protocol: number;
  readonly family: Family;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly sourcePort?: number;
  readonly request?: HttpRequest;
  /** As Felix alone judges it: it does not look at `http`. */
  readonly felix?: true;
  /** Ports by which a Service stands for an endpoint; undefined where that is not known. */
  readonly servicePorts: (service: string, endpoint: Endpoint, protocol: number) => PortSet | undefined;
}

/** The whole port space of a protocol; a single point where it has no ports. */
export function portSpace(protocol: number): PortSet {
  return hasPorts(protocol) ? ALL_PORTS : isIcmp(protocol) ? ALL_ICMP : POINT;
}
const POINT: PortSet = [[0, 0]];

/** On which ports a rule matches. */
interface Matched {
  /** Ports on which the rule matches. */
  readonly sure: PortSet;
  /** Ports on which it may match. */
  readonly maybe: PortSet;
}
const NOTHING: Matched = { sure: NO_PORTS, maybe: NO_PORTS };

/**
 * The ports on which a rule matches packets of a protocol and family, if that depends on no endpoint and no question;
 * undefined where it does.
 */
export function staticPorts(rule: Rule, protocol: number, family: Family): PortSet | undefined {
  if (!carries(rule, protocol, family)) return NO_PORTS;
  const { source, destination } = rule;
  if (source.ports !== undefined || source.notPorts !== undefined || rule.http !== undefined)
    return undefined;
  const dynamic = (ports: PortMatch | undefined): boolean =>
    ports !== undefined && (ports.names.length > 0 || ports.service !== undefined || ports.unknown === true);
  if (dynamic(destination.ports) || dynamic(destination.notPorts)) return undefined;
  const space = portSpace(protocol);
  let result = space;
  if (rule.icmp !== undefined) result = intersect(result, rule.icmp);
  if (rule.notIcmp !== undefined) result = subtract(result, rule.notIcmp);
  const numbers = (ports: PortMatch): PortSet => (hasPorts(protocol) ? ports.numbers : NO_PORTS);
  if (destination.ports !== undefined) result = intersect(result, numbers(destination.ports));
  if (destination.notPorts !== undefined) result = subtract(result, numbers(destination.notPorts));
  // The very same set for the whole space, so that it is recognised at a glance.
  return isEmpty(subtract(space, result)) ? space : result;
}

function carries(rule: Rule, protocol: number, family: Family): boolean {
  if (rule.protocol !== undefined && rule.protocol !== protocol) return false;
  return rule.notProtocol !== protocol && (rule.family === undefined || rule.family === family);
}

/** The ports on which a rule matches, surely and perhaps. */
export function matchPorts(rule: Rule, packet: Packet): Matched {
  const { protocol } = packet;
  const space = portSpace(protocol);
  if (!carries(rule, protocol, packet.family)) return NOTHING;
  let sure = space;
  let maybe = NO_PORTS;
  const limit = (to: Matched): void => {
    const possible = intersect(union(sure, maybe), union(to.sure, to.maybe));
    sure = intersect(sure, to.sure);
    maybe = subtract(possible, sure);
  };
  if (rule.icmp !== undefined) limit({ sure: rule.icmp, maybe: NO_PORTS });
  if (rule.notIcmp !== undefined) limit({ sure: subtract(space, rule.notIcmp), maybe: NO_PORTS });
  if (rule.http !== undefined) limit(everywhere(httpHolds(rule.http, packet), space));
  const { source, destination } = rule;
  if (destination.ports !== undefined) limit(portsOf(destination.ports, packet.destination, packet));
  if (destination.notPorts !== undefined)
    limit(complement(portsOf(destination.notPorts, packet.destination, packet), space));
  if (source.ports !== undefined)
    limit(sourcePorts(portsOf(source.ports, packet.source, packet), packet, space));
  if (source.notPorts !== undefined) {
    const others = complement(portsOf(source.notPorts, packet.source, packet), space);
    limit(sourcePorts(others, packet, space));
  }
  return { sure, maybe };
}

/** The ports that a list of numbers, names and Services means at an endpoint. */
export function portsOf(match: PortMatch, endpoint: Endpoint, packet: Packet): Matched {
  // A list of ports never matches what has no ports.
  if (!hasPorts(packet.protocol)) return NOTHING;
  let sure = match.numbers;
  let unknown = match.unknown === true;
  for (const name of match.names) {
    for (const port of endpoint.ports) {
      if (port.name !== name || port.protocol !== packet.protocol) continue;
      if (port.port === undefined) unknown = true;
      else sure = union(sure, [[port.port, port.port]]);
    }
  }
  if (match.service !== undefined) {
    const ports = packet.servicePorts(match.service, endpoint, packet.protocol);
    if (ports === undefined) unknown = true;
    else sure = union(sure, ports);
  }
  return { sure, maybe: unknown ? subtract(ALL_PORTS, sure) : NO_PORTS };
}

/** What holds, may hold or does not, whatever the port is. */
function everywhere(holds: Truth, space: PortSet): Matched {
  if (holds === false) return NOTHING;
  return holds === true ? { sure: space, maybe: NO_PORTS } : { sure: NO_PORTS, maybe: space };
}

function complement({ sure, maybe }: Matched, space: PortSet): Matched {
  return { sure: subtract(subtract(space, sure), maybe), maybe };
}

/** A client may send from any port: unless the question names one, a rule on source ports may or may not match. */
function sourcePorts({ sure, maybe }: Matched, packet: Packet, space: PortSet): Matched {
  const all: Matched = { sure: space, maybe: NO_PORTS };
  const perhaps: Matched = { sure: NO_PORTS, maybe: space };
  const { sourcePort } = packet;
  if (sourcePort === undefined) {
    if (isEmpty(subtract(ALL_PORTS, sure))) return all;
    return isEmpty(sure) && isEmpty(maybe) ? NOTHING : perhaps;
  }
  const at: PortSet = [[sourcePort, sourcePort]];
  if (!isEmpty(intersect(sure, at))) return all;
  return isEmpty(intersect(maybe, at)) ? NOTHING : perhaps;
}
