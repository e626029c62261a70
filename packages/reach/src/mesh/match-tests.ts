import { parseNet } from "../../../../kube/ip";
import { inNets } from "../addresses";
import type { Endpoint, HttpRequest } from "../reach-model";
import type { Truth } from "../selector";
import type { AuthorizationRule, Identity, Test } from "./mesh-model";

/** A request as the proxy before its destination sees it. */
export interface Seen {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly identity: Identity | "none" | "unknown";
  /** At the pod. */
  readonly port: number;
  readonly request?: HttpRequest;
  /** What the proxy looks into: requests; connections alone (a sidecar's TCP port, or ztunnel). */
  readonly looks: "http" | "tcp" | "ztunnel";
}

/** What no proxy sees of a connection alone; ztunnel knows fewer (pilot's ambient/authorization.go). */
const HTTP = /^(method|path|host|request\..*)$/;
const ZTUNNEL = /^(source\.(ip|namespace|principal|serviceAccount)|destination\.(ip|port))$/;

const fits = ({ looks }: Seen, { key }: Test): boolean =>
  looks === "http" || (looks === "tcp" ? !HTTP.test(key) : ZTUNNEL.test(key));

/**
 * Whether a rule matches. Where the proxy cannot see what a rule asks for, an ALLOW rule is left out and a DENY rule is judged
 * without it, so that less is let through; ztunnel moreover skips what then asks for nothing.
 */
export function ruleMatches(rule: AuthorizationRule, action: string, seen: Seen): Truth {
  const tests = [...rule.from.flat(), ...rule.to.flat(), ...rule.when];
  if (action === "ALLOW" && tests.some((test) => !fits(seen, test))) return false;
  const one = (list: readonly Test[]): Truth => {
    const kept = list.filter((test) => fits(seen, test));
    return kept.length === 0 && seen.looks === "ztunnel" ? false : all(kept.map((t) => testHolds(t, seen)));
  };
  const side = (lists: readonly (readonly Test[])[]): Truth => lists.length === 0 || any(lists.map(one));
  return all([
    ...(rule.unknown === true ? ["unknown" as const] : []),
    side(rule.from),
    side(rule.to),
    ...rule.when.map((test) => one([test])),
  ]);
}

export const any = (list: readonly Truth[]): Truth =>
  list.includes(true) ? true : list.includes("unknown") ? "unknown" : false;
export const all = (list: readonly Truth[]): Truth =>
  list.includes(false) ? false : list.includes("unknown") ? "unknown" : true;
const not = (t: Truth): Truth => (t === "unknown" ? t : !t);

export function testHolds({ key, values, notValues, unknown }: Test, seen: Seen): Truth {
  const holds = (value: string): Truth => valueHolds(key, value, seen);
  const known = all([
    values.length === 0 || any(values.map(holds)),
    notValues.length === 0 || not(any(notValues.map(holds))),
  ]);
  return unknown === true && known === true
    ? "unknown"
    : unknown === true && values.length === 0
      ? "unknown"
      : known;
}

function valueHolds(key: string, value: string, seen: Seen): Truth {
  const { identity, request, destination, source, port } = seen;
  switch (key) {
    case "source.principal":
    case "source.namespace":
    case "source.serviceAccount":
      if (identity === "unknown") return "unknown";
      return identity === "none" ? false : identityHolds(key, value, identity);
    case "source.ip":
    case "destination.ip": {
      const net = parseNet(value);
      return net !== undefined && inNets((key === "source.ip" ? source : destination).addresses, [net]);
    }
    case "destination.port":
      return Number(value) === port;
    case "method":
      return request === undefined ? "unknown" : textHolds(value, request.method);
    case "path":
      return request === undefined ? "unknown" : pathHolds(value, request.path);
    // Every request has a host; which, no question says.
    case "host":
      return value === "*" ? true : "unknown";
    default:
      return "unknown";
  }
}

function identityHolds(key: string, value: string, { namespace, serviceAccount }: Identity): Truth {
  if (key === "source.serviceAccount")
    return value.includes("/") ? value === `${namespace}/${serviceAccount}` : value === serviceAccount;
  if (key === "source.namespace")
    return new RegExp(`^${value.split("*").map(escaped).join(".*")}$`).test(namespace);
  const rest = `/ns/${namespace}/sa/${serviceAccount}`;
  if (textHolds(value, `cluster.local${rest}`)) return true;
  // Istio takes cluster.local for whatever the mesh's own trust domain is; another one may be it.
  const [domain = ""] = value.split("/");
  return !domain.includes("*") && textHolds(value, `${domain}${rest}`) ? "unknown" : false;
}

const escaped = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");

/** Exact, `abc*`, `*abc`, or `*` for whatever is there (matcher/string.go). */
export function textHolds(pattern: string, text: string): boolean {
  if (pattern === "*") return text !== "";
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1));
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

/** Without the query. How odd paths are made plain is a setting of the mesh (pathNormalization). */
export function pathHolds(pattern: string, asked: string): Truth {
  const [path = ""] = asked.split(/[?#]/);
  if (/[%\\;]|\/\/|\/\.\.?(\/|$)/.test(path)) return "unknown";
  if (!/\{\*\*?\}/.test(pattern)) return textHolds(pattern, path);
  const parts = pattern
    .split(/(\{\*\*?\})/)
    .map((part) => (part === "{*}" ? "[^/]+" : part === "{**}" ? ".*" : escaped(part)));
  return new RegExp(`^${parts.join("")}$`).test(path);
}
