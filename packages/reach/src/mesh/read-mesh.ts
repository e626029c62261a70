import { parseNet } from "../../../../kube/ip";
import type { Fields } from "../input/object-fields";
import type { Authorization, AuthorizationRule, PeerAuthentication, PeerMode, Test } from "./mesh-model";

/** Lists of a source and of an operation, by the attribute that they are about; each has a `not` beside it. */
const SOURCE = {
  principals: "source.principal",
  requestPrincipals: "request.auth.principal",
  namespaces: "source.namespace",
  serviceAccounts: "source.serviceAccount",
  ipBlocks: "source.ip",
  remoteIpBlocks: "remote.ip",
  trustDomains: "source.trustDomain",
} as const;
const OPERATION = { hosts: "host", ports: "destination.port", methods: "method", paths: "path" } as const;
/** Keys of conditions (pilot/pkg/security/authz/model/model.go); Istio refuses a policy with another. */
const KEY =
  /^(source\.(ip|namespace|principal|serviceAccount|trustDomain)|remote\.ip|destination\.(ip|port)|connection\.sni|request\.auth\.(principal|audiences|presenter)|request\.(headers|auth\.claims)\[.+\]|experimental\.envoy\.filters\..+)$/;

/** An AuthorizationPolicy; undefined where it has no say: AUDIT, a dry run, and what hangs on a Gateway or waypoint. */
export function authorization(name: string, namespace: string, root: Fields): Authorization | undefined {
  const spec = root.object("spec");
  spec.only("selector", "targetRef", "targetRefs", "rules", "action", "provider");
  const action = spec.choice("action", "ALLOW", "DENY", "AUDIT", "CUSTOM") ?? "ALLOW";
  if (action === "CUSTOM" ? !spec.has("provider") : spec.has("provider"))
    spec.report("provider", undefined, "goes with action CUSTOM, and only with it");
  const targets = spec.has("targetRefs") || spec.has("targetRef");
  if (targets && spec.has("selector"))
    spec.report("selector", undefined, "does not go with targetRefs", "keep one of them");
  const rules = spec.objects("rules").map(ruleOf);
  const dryRun = root.object("metadata").map("annotations")["istio.io/dry-run"] === "true";
  const selector = selectorOf(spec);
  if (action === "AUDIT" || dryRun || targets) return undefined;
  const unknown = ["action", "selector"].some((key) => spec.unknown(key));
  return { name, namespace, action, selector, rules, ...(unknown ? { unknown } : {}) };
}

function selectorOf(spec: Fields): Record<string, string> | undefined {
  if (!spec.has("selector")) return undefined;
  const selector = spec.object("selector");
  selector.only("matchLabels");
  return selector.map("matchLabels");
}

function ruleOf(rule: Fields): AuthorizationRule {
  rule.only("from", "to", "when");
  const inner = (key: string, field: string, lists: Readonly<Record<string, string>>): Test[][] =>
    rule.objects(key).map((item) => {
      item.only(field);
      if (!item.has(field)) item.report(field, undefined, "is needed");
      return testsOf(item.object(field), lists);
    });
  const from = inner("from", "source", SOURCE);
  for (const item of rule.objects("from")) {
    const source = item.object("source");
    const accounts = source.has("serviceAccounts") || source.has("notServiceAccounts");
    const beside = ["principals", "notPrincipals", "namespaces", "notNamespaces"].find((k) => source.has(k));
    if (accounts && beside !== undefined)
      source.report(beside, undefined, "does not go with serviceAccounts", "keep one of them");
  }
  return {
    from,
    to: inner("to", "operation", OPERATION),
    when: rule.objects("when").map(conditionOf),
    ...(["from", "to", "when"].some((k) => rule.unknown(k) && !Array.isArray(rule.raw(k)))
      ? { unknown: true }
      : {}),
  };
}

const notName = (key: string): string => `not${key.charAt(0).toUpperCase()}${key.slice(1)}`;

function testsOf(fields: Fields, lists: Readonly<Record<string, string>>): Test[] {
  fields.only(...Object.keys(lists).flatMap((key) => [key, notName(key)]));
  return Object.entries(lists).flatMap(([list, key]) => {
    const not = notName(list);
    const [values, notValues] = [fields.strings(list), fields.strings(not)];
    for (const name of [list, not]) checkValues(fields, name, key);
    const unknown = fields.unknown(list) || fields.unknown(not);
    if (values.length + notValues.length === 0 && !unknown) return [];
    return [{ key, values, notValues, ...(unknown ? { unknown } : {}) }];
  });
}

function conditionOf(when: Fields): Test {
  when.only("key", "values", "notValues");
  const key = when.string("key") ?? "";
  if (!KEY.test(key) && !when.unknown("key"))
    when.report("key", key, "is no attribute of Istio's conditions");
  if (!when.has("values") && !when.has("notValues"))
    when.report("values", undefined, "or notValues is needed");
  for (const name of ["values", "notValues"]) checkValues(when, name, key);
  const unknown = when.unknown();
  return {
    key,
    values: when.strings("values"),
    notValues: when.strings("notValues"),
    ...(unknown ? { unknown } : {}),
  };
}

function checkValues(fields: Fields, name: string, key: string): void {
  for (const [i, value] of fields.strings(name).entries()) {
    const at = `${name}[${i}]`;
    if (key === "destination.port" && !(/^\d+$/.test(value) && Number(value) <= 65535))
      fields.report(at, value, "must be a port as text", 'write it like "80"');
    else if (/\.ip$/.test(key) && parseNet(value) === undefined)
      fields.report(at, value, "is no address or CIDR");
    else if (key === "source.serviceAccount" && value.includes("*"))
      fields.report(at, value, "takes no wildcard");
    else if (key === "path" && /\{\*/.test(value) && !isTemplate(value))
      fields.report(
        at,
        value,
        "is no path template",
        "use {*} and {**} as whole segments, {**} as the last operator, and no other * or braces",
      );
  }
}

/** pkg/config/security CheckValidPathTemplate of Istio. */
function isTemplate(path: string): boolean {
  const segments = path.split("/");
  const last = segments.indexOf("{**}");
  return (
    segments.every((s, i) => s === "{**}" || (s === "{*}" ? last === -1 || i < last : !/[*{}]/.test(s))) &&
    segments.filter((s) => s === "{**}").length < 2
  );
}

export function peerAuthentication(name: string, namespace: string, spec: Fields): PeerAuthentication {
  spec.only("selector", "mtls", "portLevelMtls");
  const selector = selectorOf(spec);
  const ports = new Map<number, PeerMode>();
  const written = spec.raw("portLevelMtls");
  if (written !== undefined && selector === undefined)
    spec.report("portLevelMtls", undefined, "needs a selector");
  for (const port of Object.keys(typeof written === "object" && written !== null ? written : {}))
    ports.set(Number(port), modeOf(spec.object("portLevelMtls").object(port)));
  const unknown = spec.unknown();
  return {
    name,
    namespace,
    selector,
    mode: modeOf(spec.object("mtls")),
    ports,
    ...(unknown ? { unknown } : {}),
  };
}

function modeOf(mtls: Fields): PeerMode {
  mtls.only("mode");
  return mtls.choice<PeerMode>("mode", "UNSET", "DISABLE", "PERMISSIVE", "STRICT") ?? "UNSET";
}
