import { PROTOCOLS, type PortMatch } from "../reach-model";
import { portSet, type PortInterval } from "../port-sets";
import type { ClusterKind } from "./known-kinds";
import { PORT_NAME } from "./named-ports";
import type { Fields } from "./object-fields";

/** What a rule says of protocol and ports; neither where it says nothing. */
interface ClusterPorts {
  /** undefined: a named port of whichever protocol. */
  readonly protocol?: number;
  readonly ports?: PortMatch;
}

interface Gathered {
  numbers: PortInterval[];
  names: string[];
  /** A protocol without ports. */
  whole: boolean;
  unknown: boolean;
}

/** `protocols` of a ClusterNetworkPolicy, `ports` of the older kinds; one entry for each protocol. */
export function clusterPorts(kind: ClusterKind, rule: Fields): ClusterPorts[] {
  const key = kind === "ClusterNetworkPolicy" ? "protocols" : "ports";
  if (rule.unknown(key) && !Array.isArray(rule.raw(key)))
    return [6, 17, 132].map((protocol) => ({ protocol, ports: UNKNOWN_PORTS }));
  const items = rule.objects(key);
  if (items.length === 0) return [{}];
  const byProtocol = new Map<number | undefined, Gathered>();
  const of = (protocol: number | undefined): Gathered => {
    const found = byProtocol.get(protocol) ?? { numbers: [], names: [], whole: false, unknown: false };
    byProtocol.set(protocol, found);
    return found;
  };
  for (const item of items) {
    if (item.unknown()) for (const protocol of [6, 17, 132]) of(protocol).unknown = true;
    else if (kind === "ClusterNetworkPolicy") protocolItem(item, of);
    else portItem(item, of);
  }
  return [...byProtocol].map(([protocol, { numbers, names, whole, unknown }]) => ({
    ...(protocol === undefined ? {} : { protocol }),
    ...(whole ? {} : { ports: { numbers: portSet(numbers), names, ...(unknown ? { unknown } : {}) } }),
  }));
}

const UNKNOWN_PORTS: PortMatch = { numbers: [], names: [], unknown: true };

type Of = (protocol: number | undefined) => Gathered;

function protocolItem(item: Fields, of: Of): void {
  const keys = ["tcp", "udp", "sctp", "destinationNamedPort"] as const;
  item.only(...keys);
  const [key, ...more] = keys.filter((k) => item.has(k));
  if (key === undefined || more.length > 0) {
    item.report("", undefined, `needs exactly one of ${keys.join(", ")}`, "write an item for each");
    return;
  }
  if (key === "destinationNamedPort") {
    named(item, key, of);
    return;
  }
  const into = of(PROTOCOLS[key.toUpperCase()]);
  const fields = item.object(key);
  fields.only("destinationPort");
  const port = fields.object("destinationPort");
  if (!fields.has("destinationPort")) into.whole = true;
  else if (port.has("range")) range(port.object("range"), into);
  else number(port, "number", into);
}

function portItem(item: Fields, of: Of): void {
  const keys = ["portNumber", "namedPort", "portRange"] as const;
  item.only(...keys);
  const [key, ...more] = keys.filter((k) => item.has(k));
  if (key === undefined || more.length > 0) {
    item.report("", undefined, `needs exactly one of ${keys.join(", ")}`, "write an item for each");
    return;
  }
  if (key === "namedPort") {
    named(item, key, of);
    return;
  }
  const fields = item.object(key);
  const into = of(PROTOCOLS[fields.choice("protocol", "TCP", "UDP", "SCTP") ?? "TCP"]);
  if (key === "portRange") range(fields, into);
  else number(fields, "port", into);
}

function named(item: Fields, key: string, of: Of): void {
  const name = item.string(key);
  if (name === undefined) return;
  if (PORT_NAME.test(name)) of(undefined).names.push(name);
  else item.report(key, name, "is not a port name", "at most 15 lower-case letters, digits and dashes");
}

function number(fields: Fields, key: string, into: Gathered): void {
  const port = fields.integer(key, 1, 65535);
  if (port !== undefined) into.numbers.push([port, port]);
  else if (!fields.has(key)) fields.report(key, undefined, "is needed");
}

function range(fields: Fields, into: Gathered): void {
  const start = fields.integer("start", 1, 65535);
  const end = fields.integer("end", 1, 65535);
  for (const key of ["start", "end"]) if (!fields.has(key)) fields.report(key, undefined, "is needed");
  if (start === undefined || end === undefined) return;
  if (end < start) fields.report("end", end, `must not be less than start ${start}`);
  else into.numbers.push([start, end]);
}
