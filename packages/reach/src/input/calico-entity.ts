import type { SelectorNode } from "../selector";
import { parseNet, type Net } from "../../../../kube/ip";
import type { Direction, EndpointMatch, EntityMatch, PortMatch } from "../reach-model";
import { portSet, type PortInterval } from "../port-sets";
import { PORT_NAME } from "./named-ports";
import type { Fields } from "./object-fields";
import { selectorField } from "./selector-field";

/** Of which policy a rule is. */
export interface RuleScope {
  /** The policy's; undefined for global policies and profiles. */
  readonly namespace: string | undefined;
  readonly direction: Direction;
  /** As Calico stores it (crd.projectcalico.org): rules there may mix address families. */
  readonly stored?: boolean;
}

const MAX_NETS = 256;
const MAX_PORTS = 50;

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

/** One side of a rule. */
export function entity(fields: Fields, scope: RuleScope, side: "source" | "destination"): EntityMatch {
  fields.only(...ENTITY);
  const { selector, notSelector } = combined(
    entitySelector(fields, scope.namespace),
    selectorField(fields, "notSelector"),
  );
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

/**
 * Beside a selector, notSelector filters the endpoints and network sets that it finds, one by one; alone it excludes
 * addresses (combineMatchesIfPossible in felix/calc/rule_scanner.go). The difference shows where a network set holds
 * the address of an endpoint.
 */
function combined(
  selector: SelectorNode | undefined,
  notSelector: SelectorNode | undefined,
): { selector: SelectorNode | undefined; notSelector: SelectorNode | undefined } {
  if (selector === undefined || notSelector === undefined) return { selector, notSelector };
  const operands: SelectorNode[] = [selector, { op: "!", operand: notSelector }];
  return { selector: { op: "&&", operands }, notSelector: undefined };
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
    } else if (typeof value === "string" && PORT_NAME.test(text)) {
      names.push(text);
    } else {
      const range = /^(\d+)-(\d+)$/.exec(text);
      const fix =
        range === null ? "a number, a range or a name" : `write "${range[1] ?? ""}:${range[2] ?? ""}"`;
      fields.report(`${key}[${i}]`, value, "is not a port", fix);
    }
  }
  return { numbers: portSet(numbers), names, ...(unknown ? { unknown } : {}) };
}
