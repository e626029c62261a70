import type { KubeObject } from "../../kube/objects";
import { ANNOTATION, backendOf, kubePathType, type IngressOptions } from "../routes/ingress-objects";
import type { Canary, Strategy } from "./canary";

/** The annotations of a strategy. */
export function canaryAnnotations(strategy: Strategy): Record<string, string> {
  const { header, cookie, weight } = strategy;
  const out: Record<string, string> = { [`${ANNOTATION}/canary`]: "true" };
  const set = (key: string, value: string | number | undefined) => {
    if (value !== undefined) out[`${ANNOTATION}/canary-${key}`] = String(value);
  };
  set("by-header", header?.name);
  set("by-header-value", header?.value);
  set("by-header-pattern", header?.pattern);
  set("by-cookie", cookie?.name);
  set("weight", weight?.weight);
  set("weight-total", weight?.total);
  return out;
}

/** The strategy that annotations hold, read as the controller does; undefined when they make no canary. */
export function readCanary(annotations: Readonly<Record<string, string>> = {}): Strategy | undefined {
  const get = (key: string) => annotations[`${ANNOTATION}/${key}`];
  if (!["1", "t", "T", "TRUE", "true", "True"].includes(get("canary") ?? "")) return undefined;
  const header = get("canary-by-header");
  const value = get("canary-by-header-value");
  const pattern = get("canary-by-header-pattern");
  const cookie = get("canary-by-cookie");
  const weight = int(get("canary-weight"));
  const total = int(get("canary-weight-total"));
  return {
    ...(header
      ? { header: { name: header, ...(value ? { value } : {}), ...(pattern ? { pattern } : {}) } }
      : {}),
    ...(cookie ? { cookie: { name: cookie } } : {}),
    ...(weight === undefined ? {} : { weight: { weight, ...(total === undefined ? {} : { total }) } }),
  };
}

/** Go's Atoi: what is no whole number is as if it were not there. */
function int(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** The Ingress of a canary (checked before). The route's other annotations hold for it as well, so it carries none. */
export function canaryIngress(canary: Canary, options: IngressOptions): KubeObject {
  const path = {
    path: canary.path,
    pathType: kubePathType(canary.type ?? "Prefix"),
    backend: backendOf(canary.canary),
  };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: canary.name,
      namespace: canary.namespace,
      ...(options.labels === undefined ? {} : { labels: { ...options.labels } }),
      annotations: canaryAnnotations(canary.strategy),
    },
    spec: {
      ingressClassName: options.className,
      rules: [{ ...(canary.host === undefined ? {} : { host: canary.host }), http: { paths: [path] } }],
    },
  };
}
