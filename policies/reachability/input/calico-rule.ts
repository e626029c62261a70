import type { SelectorNode } from "../../selector";
import { parseNet, type Family, type Net } from "../addresses";
import {
  hasPorts,
  isIcmp,
  PROTOCOLS,
  type Action,
  type Direction,
  type EndpointMatch,
  type EntityMatch,
  type PortMatch,
  type Rule,
} from "../model";
import { portSet, type PortInterval, type PortSet } from "../ports";
import { selectorField } from "./calico-policy";
import type { Fields } from "./fields";

export interface RuleScope {
  /** The policy's; undefined for global policies and profiles. */
  readonly namespace: string | undefined;
  readonly direction: Direction;
}

const MAX_NETS = 256;
const MAX_PORTS = 50;

/** One rule of a Calico policy; undefined where even its action is not known before deployment. */
export function calicoRule(rule: Fields, index: number, scope: RuleScope): Rule | undefined {
  rule.only(
    "action",
    "ipVersion",
    "protocol",
    "notProtocol",
    "icmp",
    "notICMP",
    "source",
    "destination",
    "http",
    "metadata",
  );
  const action = rule.choice<Action>("action", "Allow", "Deny", "Log", "Pass");
  if (action === undefined && !rule.has("action"))
    rule.report("action", undefined, "is needed", "write Allow, Deny, Log or Pass");
  const protocol = protocolField(rule, "protocol");
  const notProtocol = protocolField(rule, "notProtocol");
  const family = familyField(rule, protocol);
  const source = entity(rule.object("source"), scope, "source");
  const destination = entity(rule.object("destination"), scope, "destination");
  for (const side of ["source", "destination"] as const) checkPorts(rule, side, protocol);
  checkNetFamilies(rule);
  const icmp = icmpField(rule, "icmp", protocol);
  const notIcmp = icmpField(rule, "notICMP", protocol);
  if (rule.has("http") && action !== "Allow" && action !== undefined)
    rule.report("http", undefined, "is only possible with action Allow");
  if (action === undefined) return undefined;
  const unknown = ["ipVersion", "protocol", "notProtocol", "icmp", "notICMP"].some((key) =>
    rule.unknown(key),
  );
  return {
    index,
    action,
    source,
    destination,
    ...(family === undefined ? {} : { family }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(notProtocol === undefined ? {} : { notProtocol }),
    ...(icmp === undefined ? {} : { icmp }),
    ...(notIcmp === undefined ? {} : { notIcmp }),
    ...(unknown ? { unknown } : {}),
  };
}

function protocolField(rule: Fields, key: "protocol" | "notProtocol"): number | undefined {
  const value = rule.raw(key);
  if (value === undefined || rule.unknown(key)) return undefined;
  if (typeof value === "string" && !/^\d+$/.test(value)) {
    const name = Object.keys(PROTOCOLS).find((p) => p.toLowerCase() === value.toLowerCase());
    if (name === value) return PROTOCOLS[name];
    rule.report(
      key,
      value,
      "is no protocol that Calico knows by name",
      name === undefined ? `write ${Object.keys(PROTOCOLS).join(", ")} or a number` : `write ${name}`,
    );
    return undefined;
  }
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 255) return number;
  rule.report(key, value, "must be a protocol's name or a number from 1 to 255");
  return undefined;
}

/**
 * ipVersion, or what the rule's networks or its ICMP flavour say. Negated networks of one family let packets of the
 * other pass (FilterRuleToIPVersion in felix/rules/policy.go).
 */
function familyField(rule: Fields, protocol: number | undefined): Family | undefined {
  const value = rule.raw("ipVersion");
  if (value === undefined || rule.unknown("ipVersion")) {
    const nets = ["source", "destination"].flatMap((side) => {
      return rule.object(side).values("nets");
    });
    const found = nets.flatMap((net) => (typeof net === "string" ? (parseNet(net)?.family ?? []) : []));
    return found[0] ?? (protocol === 58 ? 6 : protocol === 1 ? 4 : undefined);
  }
  if (value !== 4 && value !== 6) {
    rule.report("ipVersion", value, "must be 4 or 6");
    return undefined;
  }
  for (const key of ["protocol", "notProtocol"] as const) {
    const given = rule.raw(key);
    const needed: Family =
      given === "ICMP" || given === 1 ? 4 : given === "ICMPv6" || given === 58 ? 6 : value;
    if (needed !== value) rule.report("ipVersion", value, `must be ${needed} with ${key} ${String(given)}`);
  }
  return value;
}

function checkNetFamilies(rule: Fields): void {
  const families = new Set<number>();
  for (const side of ["source", "destination"]) {
    const fields = rule.object(side);
    for (const net of [...fields.values("nets"), ...fields.values("notNets")]) {
      const family = typeof net === "string" ? parseNet(net)?.family : undefined;
      if (family !== undefined) families.add(family);
    }
  }
  if (families.size > 1)
    rule.report("", undefined, "mixes IPv4 and IPv6 networks: no packet is both", "make two rules of it");
  const version = rule.raw("ipVersion");
  if ((version === 4 || version === 6) && families.size === 1 && !families.has(version))
    rule.report("ipVersion", version, "does not fit the rule's networks");
}

function icmpField(rule: Fields, key: "icmp" | "notICMP", protocol: number | undefined): PortSet | undefined {
  if (!rule.has(key) || rule.unknown(key)) return undefined;
  const icmp = rule.object(key);
  icmp.only("type", "code");
  if ((protocol === undefined || !isIcmp(protocol)) && !rule.unknown("protocol"))
    rule.report(key, undefined, "needs protocol ICMP or ICMPv6", "add protocol: ICMP");
  const type = icmp.integer("type", 0, 254);
  const code = icmp.integer("code", 0, 255);
  if (type === undefined) {
    if (icmp.has("code")) icmp.report("code", icmp.raw("code"), "needs type", "add the type");
    return undefined;
  }
  return code === undefined ? [[type << 8, (type << 8) | 255]] : [[(type << 8) | code, (type << 8) | code]];
}

const ENTITY = [
  "nets",
  "notNets",
  "selector",
  "notSelector",
  "namespaceSelector",
  "serviceAccounts",
  "services",
  "ports",
  "notPorts",
] as const;

function entity(fields: Fields, scope: RuleScope, side: "source" | "destination"): EntityMatch {
  fields.only(...ENTITY);
  const selector = entitySelector(fields, scope.namespace);
  const notSelector = selectorField(fields, "notSelector");
  const nets = netsField(fields, "nets");
  const notNets = netsField(fields, "notNets");
  const service = serviceField(fields, scope, side);
  const unknown = ENTITY.filter((key) => key !== "ports" && key !== "notPorts").some((key) =>
    fields.unknown(key),
  );
  const match: EndpointMatch = {
    ...(selector === undefined ? {} : { selector }),
    ...(notSelector === undefined ? {} : { notSelector }),
    ...(nets === undefined ? {} : { nets }),
    ...(notNets === undefined ? {} : { notNets }),
    ...(service === undefined ? {} : { service }),
    ...(unknown ? { unknown } : {}),
  };
  const ports = portsField(fields, "ports");
  const notPorts = portsField(fields, "notPorts");
  // As a destination a service stands for its ports too; as a source for its pods alone (felix/calc/rule_scanner.go).
  const servicePorts =
    service !== undefined && side === "destination" ? { numbers: [], names: [], service } : ports;
  return {
    ...(Object.keys(match).length === 0 ? {} : { anyOf: [match] }),
    ...(servicePorts === undefined ? {} : { ports: servicePorts }),
    ...(notPorts === undefined ? {} : { notPorts }),
  };
}

/**
 * All selecting fields as one selector over endpoints: getEndpointSelector in
 * libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go. In a namespaced policy any selecting field, even
 * notSelector alone, limits the match to the policy's namespace.
 */
function entitySelector(fields: Fields, namespace: string | undefined): SelectorNode | undefined {
  const selector = selectorField(fields, "selector");
  const accounts = serviceAccounts(fields.object("serviceAccounts"));
  const selects =
    selector !== undefined || accounts !== undefined || (fields.string("notSelector") ?? "") !== "";
  let scope: SelectorNode | undefined;
  if ((fields.string("namespaceSelector") ?? "") !== "") {
    const node = selectorField(fields, "namespaceSelector", "pcns.");
    if (node !== undefined && hasGlobal(node) && node.op !== "global")
      fields.report(
        "namespaceSelector",
        fields.raw("namespaceSelector"),
        "must be global() alone, or not use it",
      );
    scope = node === undefined ? undefined : namespaced(node);
  } else if (namespace !== undefined && selects) {
    scope = { op: "==", label: "projectcalico.org/namespace", value: namespace };
  }
  const operands = [scope, accounts, selector].filter((n) => n !== undefined);
  return operands.length > 1 ? { op: "&&", operands } : operands[0];
}

/** `all()` means whatever is in a namespace, `global()` whatever is in none. */
function namespaced(node: SelectorNode): SelectorNode {
  if ("operands" in node) return { ...node, operands: node.operands.map(namespaced) };
  if ("operand" in node) return { ...node, operand: namespaced(node.operand) };
  const has: SelectorNode = { op: "has", label: "projectcalico.org/namespace" };
  if (node.op === "all") return has;
  return node.op === "global" ? { op: "!", operand: has } : node;
}

function hasGlobal(node: SelectorNode): boolean {
  if ("operands" in node) return node.operands.some(hasGlobal);
  return "operand" in node ? hasGlobal(node.operand) : node.op === "global";
}

function serviceAccounts(fields: Fields): SelectorNode | undefined {
  fields.only("names", "selector");
  const selector = selectorField(fields, "selector", "pcsa.");
  const names = fields.strings("names");
  const named: SelectorNode | undefined =
    names.length === 0 ? undefined : { op: "in", label: "projectcalico.org/serviceaccount", values: names };
  if (selector === undefined || named === undefined) return selector ?? named;
  return { op: "&&", operands: [selector, named] };
}

function serviceField(fields: Fields, scope: RuleScope, side: "source" | "destination"): string | undefined {
  if (!fields.has("services") || fields.unknown("services")) return undefined;
  const services = fields.object("services");
  services.only("name", "namespace");
  const name = services.string("name") ?? "";
  const namespace = services.string("namespace") ?? scope.namespace ?? "";
  const wanted = scope.direction === "egress" ? "destination" : "source";
  if (side !== wanted)
    fields.report("services", undefined, `is only possible in the ${wanted} of ${scope.direction} rules`);
  if (name === "") services.report("name", undefined, "is needed");
  if (namespace === "") services.report("namespace", undefined, "is needed in a global policy");
  const excluded = ENTITY.filter((key) => key !== "services" && key !== "ports" && key !== "notPorts");
  for (const key of scope.direction === "egress" ? [...excluded, "ports", "notPorts"] : excluded) {
    if (fields.has(key)) fields.report(key, undefined, "is not possible together with services");
  }
  return `${namespace}/${name}`;
}

function netsField(fields: Fields, key: "nets" | "notNets"): Net[] | undefined {
  const texts = fields.strings(key);
  if (texts.length > MAX_NETS) fields.report(key, undefined, `holds more than ${MAX_NETS} networks`);
  if (texts.length === 0) return undefined;
  return texts.flatMap((text, i) => {
    const net = parseNet(text);
    if (net === undefined) fields.report(`${key}[${i}]`, text, "is no CIDR", "write it like 192.0.2.0/24");
    else if (key === "notNets" && net.prefix === 0)
      fields.report(`${key}[${i}]`, text, "excludes every address: the rule would match nothing");
    return net ?? [];
  });
}

function portsField(fields: Fields, key: "ports" | "notPorts"): PortMatch | undefined {
  if (!fields.has(key)) return undefined;
  const unknown = fields.unknown(key);
  const values = fields.values(key);
  if (values.length > MAX_PORTS)
    fields.report(key, undefined, `holds more than ${MAX_PORTS} ports`, "use ranges");
  if (values.length === 0 && !unknown) return undefined;
  const numbers: PortInterval[] = [];
  const names: string[] = [];
  for (const [i, value] of values.entries()) {
    const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
    const [, first, last] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
    if (first !== undefined) {
      const interval = [Number(first), Number(last ?? first)] as const;
      if (interval[0] < 1 || interval[1] > 65535)
        fields.report(`${key}[${i}]`, value, "is out of range: ports go from 1 to 65535");
      else if (interval[0] > interval[1])
        fields.report(`${key}[${i}]`, value, "starts above its end", `write "${interval[1]}:${interval[0]}"`);
      else numbers.push(interval);
    } else if (/^[a-zA-Z0-9_.-]{1,128}$/.test(text) && !/^\d+-\d+$/.test(text)) {
      names.push(text);
    } else {
      const range = /^(\d+)-(\d+)$/.exec(text);
      const fix =
        range === null ? "a number, a range or a name" : `write "${range[1] ?? ""}:${range[2] ?? ""}"`;
      fields.report(`${key}[${i}]`, value, "is no port", fix);
    }
  }
  return { numbers: portSet(numbers), names, ...(unknown ? { unknown } : {}) };
}

/** Numeric ports need a protocol that has ports; named ports bring their own (validateRule in libcalico-go). */
function checkPorts(rule: Fields, side: "source" | "destination", protocol: number | undefined): void {
  const fields = rule.object(side);
  for (const key of ["ports", "notPorts"] as const) {
    const values = fields.values(key);
    if (values.length === 0 || rule.unknown("protocol")) continue;
    if (protocol !== undefined && !hasPorts(protocol))
      fields.report(key, undefined, "needs protocol TCP, UDP or SCTP: others have no ports");
    else if (
      protocol === undefined &&
      !rule.has("protocol") &&
      values.some((v) => /^[\d:]+$/.test(String(v)))
    )
      fields.report(key, undefined, "needs a protocol", "add protocol: TCP");
  }
}
