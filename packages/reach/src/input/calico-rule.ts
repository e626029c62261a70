import { parseNet, type Family } from "../../../../kube/ip";
import {
  hasPorts,
  isIcmp,
  PROTOCOLS,
  type Action,
  type HttpMatch,
  type HttpPath,
  type Rule,
} from "../reach-model";
import type { PortSet } from "../port-sets";
import { entity, type RuleScope } from "./calico-entity";
import type { Fields } from "./object-fields";

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
  checkNetFamilies(rule, scope.stored === true);
  const icmp = icmpField(rule, "icmp", protocol);
  const notIcmp = icmpField(rule, "notICMP", protocol);
  if (rule.has("http") && scope.direction === "egress")
    rule.report("http", undefined, "is only possible in ingress rules");
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
    ...(rule.has("http") ? { http: httpField(rule.object("http")) } : {}),
  };
}

/** Methods and paths that a request must have; an absent list is every one. */
function httpField(http: Fields): HttpMatch {
  http.only("methods", "paths");
  const methods = http.strings("methods");
  for (const [i, method] of methods.entries())
    if (methods.indexOf(method) !== i)
      http.report(`methods[${i}]`, method, "stands there twice", "write it once");
  const paths = http.objects("paths").flatMap((path): HttpPath[] => {
    path.only("exact", "prefix");
    const [exact, prefix] = [path.string("exact"), path.string("prefix")];
    if ((exact === undefined) === (prefix === undefined) && !path.unknown()) {
      path.report(
        "",
        undefined,
        "needs either exact or prefix",
        "write { exact: /path } or { prefix: /path }",
      );
      return [];
    }
    const text = exact ?? prefix;
    if (text !== undefined && !/^\/[^? #]*$/.test(text))
      path.report(
        exact === undefined ? "prefix" : "exact",
        text,
        "must start with / and hold no ?, # or space",
        "write the path alone, like /items",
      );
    return [{ ...(exact === undefined ? {} : { exact }), ...(prefix === undefined ? {} : { prefix }) }];
  });
  return {
    ...(methods.length === 0 ? {} : { methods }),
    ...(paths.length === 0 ? {} : { paths }),
    ...(http.unknown() ? { unknown: true } : {}),
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
      "is not a protocol that Calico knows by name",
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
    const families = new Set(found);
    if (families.size > 1) return undefined;
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

function checkNetFamilies(rule: Fields, mayMix: boolean): void {
  const families = new Set<number>();
  for (const side of ["source", "destination"]) {
    const fields = rule.object(side);
    for (const net of [...fields.values("nets"), ...fields.values("notNets")]) {
      const family = typeof net === "string" ? parseNet(net)?.family : undefined;
      if (family !== undefined) families.add(family);
    }
  }
  if (families.size > 1 && !mayMix)
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
