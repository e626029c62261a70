import type { KubeObject } from "../../kube/objects";
import { Services } from "../services";
import { backendCas } from "./backend-tls";
import { intersection } from "./hostnames";
import { securityPolicies, type SecuritySpec } from "./security-policy";
import {
  GROUP,
  gatewayKind,
  keyOf,
  namespaceOf,
  type BackendRef,
  type GatewaySpec,
  type LabelSelector,
  type ListenerSpec,
  type RouteSpec,
} from "./objects";

/** What a controller makes of Gateway API objects: listeners, the routes on each, and what it says of both in their status. */
export interface GatewayTable {
  listeners: readonly Listener[];
  conditions: readonly Condition[];
  services: Services;
  /** Envoy Gateway's SecurityPolicies by `Kind namespace/name` of their route. */
  security: ReadonlyMap<string, SecuritySpec>;
  /** What TLS to backends takes for granted (backendCas). */
  cas: ReadonlyMap<string, string>;
  /** Why a backend cannot be used; undefined where it can. */
  refused: (ref: BackendRef, from: { kind: string; namespace: string }) => Refused | undefined;
}

export interface Listener {
  gateway: string;
  spec: ListenerSpec;
  /** Why it serves nothing. */
  broken?: string;
  /** By what is left of their hostnames on this listener; null: every host. */
  routes: Map<string | null, AttachedRoute[]>;
}

export interface AttachedRoute {
  kind: "HTTPRoute" | "GRPCRoute" | "TLSRoute";
  key: string;
  namespace: string;
  created?: number;
  spec: RouteSpec;
}

/** A backend that gets no requests, or of which nothing is known here. */
export interface Refused {
  /** Of the condition `ResolvedRefs` (Envoy Gateway 1.9, validate.go); absent where the reference is not followed. */
  reason?: string;
  why: string;
}

/** A condition that is not as it should be. */
export interface Condition {
  object: string;
  type: "Accepted" | "ResolvedRefs" | "Programmed";
  reason: string;
  message: string;
}

export function readGateways(objects: readonly KubeObject[]): GatewayTable {
  const conditions: Condition[] = [];
  const services = new Services(objects);
  const listeners = gatewayKind(objects, "Gateway").flatMap((g) => listenersOf(objects, g, conditions));
  const refused = backendCheck(objects, services);
  for (const kind of ["HTTPRoute", "GRPCRoute", "TLSRoute"] as const)
    for (const o of gatewayKind(objects, kind)) attach(objects, o, kind, listeners, conditions, refused);
  return {
    listeners,
    conditions,
    services,
    refused,
    security: securityPolicies(objects),
    cas: backendCas(objects),
  };
}

function listenersOf(
  objects: readonly KubeObject[],
  gateway: KubeObject,
  conditions: Condition[],
): Listener[] {
  const spec = gateway["spec"] as GatewaySpec | undefined;
  return (spec?.listeners ?? []).map((listener) => {
    const own: Listener = { gateway: keyOf(gateway), spec: listener, routes: new Map() };
    const { tls } = listener;
    const say = (type: Condition["type"], reason: string, message: string) =>
      conditions.push({
        object: `Gateway ${keyOf(gateway)}, listener ${listener.name}`,
        type,
        reason,
        message,
      });
    if (tls?.mode === "Passthrough" || listener.protocol === "HTTP") return own;
    for (const ref of tls?.certificateRefs ?? []) {
      const namespace = ref.namespace ?? namespaceOf(gateway);
      if (
        namespace !== namespaceOf(gateway) &&
        !granted(objects, "Gateway", namespaceOf(gateway), "Secret", namespace, ref.name)
      )
        own.broken = `no ReferenceGrant in ${namespace} lets Gateway ${keyOf(gateway)} read Secret ${ref.name}`;
    }
    if (own.broken !== undefined) say("ResolvedRefs", "RefNotPermitted", own.broken);
    if ((tls?.certificateRefs ?? []).length === 0) {
      own.broken = "it names no certificate";
      say("Programmed", "Invalid", own.broken);
    }
    return own;
  });
}

function attach(
  objects: readonly KubeObject[],
  route: KubeObject,
  kind: AttachedRoute["kind"],
  listeners: readonly Listener[],
  conditions: Condition[],
  refused: GatewayTable["refused"],
): void {
  const spec: RouteSpec = route["spec"] ?? {};
  const namespace = namespaceOf(route);
  const say = (type: Condition["type"], reason: string, message: string) =>
    conditions.push({ object: `${kind} ${keyOf(route)}`, type, reason, message });
  for (const parent of spec.parentRefs ?? []) {
    if ((parent.kind ?? "Gateway") !== "Gateway") continue;
    const key = `${parent.namespace ?? namespace}/${parent.name}`;
    const named = listeners.filter(
      (l) =>
        l.gateway === key &&
        (parent.sectionName === undefined || l.spec.name === parent.sectionName) &&
        (parent.port === undefined || l.spec.port === parent.port),
    );
    if (named.length === 0) {
      const where = parent.sectionName === undefined ? key : `${key}, listener ${parent.sectionName}`;
      say("Accepted", "NoMatchingParent", `there is no Gateway ${where}`);
      continue;
    }
    const open = named.filter((l) => allows(objects, l, route, kind));
    if (open.length === 0) {
      say(
        "Accepted",
        "NotAllowedByListeners",
        `no listener of ${key} takes a ${kind} from namespace ${namespace}`,
      );
      continue;
    }
    let attached = false;
    for (const listener of open) {
      const hostnames = (spec.hostnames ?? [undefined]).flatMap((h) => {
        const common = intersection(listener.spec.hostname, h);
        return common === undefined ? [] : [common];
      });
      if (hostnames.length === 0) continue;
      attached = true;
      const stamp = route.metadata["creationTimestamp"];
      const created = typeof stamp === "string" ? Date.parse(stamp) : NaN;
      const attachedRoute: AttachedRoute = {
        kind,
        key: keyOf(route),
        namespace,
        spec,
        ...(Number.isNaN(created) ? {} : { created }),
      };
      for (const hostname of new Set(hostnames))
        listener.routes.set(hostname, [...(listener.routes.get(hostname) ?? []), attachedRoute]);
    }
    if (!attached)
      say("Accepted", "NoMatchingListenerHostname", `no listener of ${key} has a hostname of this route`);
  }
  for (const [at, rule] of (spec.rules ?? []).entries())
    for (const ref of rule.backendRefs ?? []) {
      const problem = refused(ref, { kind, namespace });
      if (problem?.reason !== undefined)
        say("ResolvedRefs", problem.reason, `rule ${at + 1}: ${problem.why}`);
    }
}

const TAKEN: Record<string, readonly string[]> = {
  HTTP: ["HTTPRoute", "GRPCRoute"],
  HTTPS: ["HTTPRoute", "GRPCRoute"],
  TLS: ["TLSRoute"],
};

function allows(
  objects: readonly KubeObject[],
  listener: Listener,
  route: KubeObject,
  kind: AttachedRoute["kind"],
): boolean {
  const { allowedRoutes, protocol } = listener.spec;
  const kinds = allowedRoutes?.kinds?.map((k) => k.kind) ?? TAKEN[protocol] ?? [];
  if (!kinds.includes(kind)) return false;
  const own = listener.gateway.split("/")[0] ?? "";
  const namespace = namespaceOf(route);
  const { from = "Same", selector } = allowedRoutes?.namespaces ?? {};
  if (from === "All") return true;
  if (from === "Same") return namespace === own;
  return from === "Selector" && selects(selector, labelsOf(objects, namespace));
}

/** A namespace carries its own name as a label, also where its object is not given. */
function labelsOf(objects: readonly KubeObject[], namespace: string): Record<string, string> {
  const object = objects.find((o) => o.kind === "Namespace" && o.metadata.name === namespace);
  return { ...object?.metadata.labels, "kubernetes.io/metadata.name": namespace };
}

function selects(selector: LabelSelector | undefined, labels: Record<string, string>): boolean {
  const plain = Object.entries(selector?.matchLabels ?? {}).every(([k, v]) => labels[k] === v);
  return plain && (selector?.matchExpressions ?? []).every((e) => expressionHolds(e, labels[e.key]));
}

function expressionHolds(
  { operator, values = [] }: { operator: string; values?: string[] },
  value?: string,
): boolean {
  if (operator === "Exists") return value !== undefined;
  if (operator === "DoesNotExist") return value === undefined;
  const inside = value !== undefined && values.includes(value);
  return operator === "NotIn" ? !inside : inside;
}

/** Whether a ReferenceGrant in `to` lets objects of a kind and namespace name one there. */
function granted(
  objects: readonly KubeObject[],
  fromKind: string,
  fromNamespace: string,
  kind: string,
  to: string,
  name: string,
): boolean {
  return gatewayKind(objects, "ReferenceGrant").some((o) => {
    const spec = o["spec"] as
      | {
          from?: { group?: string; kind: string; namespace: string }[];
          to?: { group?: string; kind: string; name?: string }[];
        }
      | undefined;
    return (
      namespaceOf(o) === to &&
      (spec?.from ?? []).some(
        (f) => f.group === GROUP && f.kind === fromKind && f.namespace === fromNamespace,
      ) &&
      (spec?.to ?? []).some(
        (t) => (t.group ?? "") === "" && t.kind === kind && (t.name === undefined || t.name === name),
      )
    );
  });
}

function backendCheck(objects: readonly KubeObject[], services: Services): GatewayTable["refused"] {
  return (ref, from) => {
    const { kind = "Service" } = ref;
    if (FOLLOWED_BY_ENVOY_GATEWAY.has(kind)) return { why: `${kind} ${ref.name} is not followed here` };
    if (kind !== "Service") return { reason: "InvalidKind", why: `${kind} ${ref.name} is no backend` };
    const namespace = ref.namespace ?? from.namespace;
    const key = `${namespace}/${ref.name}`;
    if (
      namespace !== from.namespace &&
      !granted(objects, from.kind, from.namespace, "Service", namespace, ref.name)
    )
      return {
        reason: "RefNotPermitted",
        why: `no ReferenceGrant in ${namespace} lets a ${from.kind} of ${from.namespace} lead to Service ${ref.name}`,
      };
    if (ref.port === undefined)
      return { reason: "PortNotSpecified", why: `the reference to Service ${key} lacks a port` };
    if (!services.has(namespace, ref.name))
      return { reason: "BackendNotFound", why: `there is no Service ${key}` };
    if (services.externalName(namespace, ref.name) !== undefined)
      return {
        reason: "UnsupportedValue",
        why: `Service ${key} is an ExternalName, which Envoy Gateway refuses`,
      };
    return services.hasPort(namespace, ref.name, ref.port)
      ? undefined
      : { reason: "PortNotFound", why: `Service ${key} has no port ${ref.port}` };
  };
}

/** Kinds of backends beside Services that it takes and that are not read here. */
const FOLLOWED_BY_ENVOY_GATEWAY = new Set(["Backend", "ServiceImport"]);
