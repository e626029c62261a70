import { objectTitle, type KubeObject } from "../../kube/objects";
import { controllerConfig, withDefaults, type ControllerConfig } from "./controller-config";
import { settingsOf, type Settings } from "./settings";

/** An Ingress as the controller holds it: paths and types filled in, old field names read. */
export interface Ingress {
  /** `namespace/name`. */
  key: string;
  namespace: string;
  created?: number;
  annotations: Readonly<Record<string, string>>;
  settings: Settings;
  defaultBackend?: Backend;
  rules: readonly Rule[];
  tls: readonly { hosts: readonly string[]; secretName?: string }[];
}

export interface Rule {
  host: string;
  /** Absent where the rule has no `http`. */
  paths?: readonly { path: string; type: "Prefix" | "Exact"; asWritten: string; backend?: Backend }[];
}

export interface Backend {
  service: string;
  port: number | string;
}

/** Host of rules without one. */
export const CATCH_ALL = "_";
const CONTROLLER_CLASS = "k8s.io/ingress-nginx";
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** Ingresses that the controller serves, oldest first, and those that it passes over, with why. */
export function ingressesOf(
  objects: readonly KubeObject[],
  className: string,
): {
  ours: Ingress[];
  ignored: { ingress: KubeObject; why: string }[];
  config?: ControllerConfig;
} {
  const config = controllerConfig(objects);
  const classes = classesOf(objects, className);
  const ignored: { ingress: KubeObject; why: string }[] = [];
  const ours = objects
    .filter((o) => o.kind === "Ingress")
    .filter((o) => {
      const why = notOurs(o, classes);
      if (why !== undefined) ignored.push({ ingress: o, why });
      return why === undefined;
    })
    .map((o) => parse(o, config));
  return { ours: byAge(ours), ignored, ...(config === undefined ? {} : { config }) };
}

interface Classes {
  ours: ReadonlySet<string>;
  /** Controllers by the name of their class. */
  controllers: ReadonlyMap<string, string>;
  /** Of the cluster; it is written into Ingresses that name none. */
  standard?: string;
}

function classesOf(objects: readonly KubeObject[], className: string): Classes {
  const all = objects.filter((o) => o.kind === "IngressClass");
  const controllers = new Map(
    all.map((o) => [o.metadata.name, (o["spec"] as { controller?: string } | undefined)?.controller ?? ""]),
  );
  const mine = all.filter((o) => controllers.get(o.metadata.name) === CONTROLLER_CLASS);
  // The class may be named as usual and belong to F5's controller; more than one of ours have a controller class each.
  const named = controllers.get(className)?.includes("ingress-nginx") === false ? [] : [className];
  const standard = all.find(
    (o) => o.metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
  )?.metadata.name;
  return {
    ours: new Set([...named, ...mine.map((o) => o.metadata.name)]),
    controllers,
    ...(standard === undefined ? {} : { standard }),
  };
}

function notOurs(o: KubeObject, classes: Classes): string | undefined {
  const named = (o["spec"] as RawSpec | undefined)?.ingressClassName;
  const other = (name: string): string => {
    const controller = classes.controllers.get(name);
    return `its class is ${name || "empty"}${controller === undefined ? "" : `, of controller ${controller}`}${controller?.includes("ingress-nginx") === true ? ` (--class ${name} converts it)` : ""}`;
  };
  if (named !== undefined && named !== null) return classes.ours.has(named) ? undefined : other(named);
  const annotated = o.metadata.annotations?.[CLASS_ANNOTATION];
  if (annotated !== undefined) return classes.ours.has(annotated) ? undefined : other(annotated);
  if (classes.standard !== undefined)
    return classes.ours.has(classes.standard)
      ? undefined
      : `the cluster's default class is ${classes.standard}`;
  return "it names no class, and no default IngressClass is given (add the IngressClass, or set ingressClassName)";
}

/** Oldest first; of the same second the name that is later in the alphabet (sortIngressSlice). Without a date: as they come. */
function byAge(all: readonly Ingress[]): Ingress[] {
  return all
    .map((ingress, at) => ({ ingress, at }))
    .sort((a, b) => {
      const [left, right] = [a.ingress.created, b.ingress.created];
      if (left === undefined || right === undefined) return a.at - b.at;
      if (left !== right) return left - right;
      return a.ingress.key > b.ingress.key ? -1 : 1;
    })
    .map(({ ingress }) => ingress);
}

interface RawSpec {
  ingressClassName?: string | null;
  defaultBackend?: RawBackend;
  /** Its name in the old API versions. */
  backend?: RawBackend;
  rules?: {
    host?: string;
    http?: null | { paths?: { path?: string; pathType?: string; backend?: RawBackend }[] };
  }[];
  tls?: { hosts?: string[]; secretName?: string }[];
}

interface RawBackend {
  service?: { name?: string; port?: { number?: number; name?: string } | number };
  serviceName?: string;
  servicePort?: number | string;
}

function parse(o: KubeObject, config: ControllerConfig | undefined): Ingress {
  const spec: RawSpec = o["spec"] ?? {};
  const namespace = o.metadata.namespace ?? "default";
  const stamp = o.metadata["creationTimestamp"];
  const created =
    typeof stamp === "string" ? Date.parse(stamp) : stamp instanceof Date ? stamp.getTime() : NaN;
  const own = o.metadata.annotations ?? {};
  const annotations = config === undefined ? own : withDefaults(own, config);
  const fallback = backendOf(spec.defaultBackend ?? spec.backend);
  return {
    key: `${namespace}/${o.metadata.name}`,
    namespace,
    ...(Number.isNaN(created) ? {} : { created }),
    annotations,
    settings: settingsOf(annotations, namespace),
    ...(fallback === undefined ? {} : { defaultBackend: fallback }),
    rules: (spec.rules ?? []).map((rule) => ({
      host: rule.host === undefined || rule.host === "" ? CATCH_ALL : rule.host.toLowerCase(),
      ...(rule.http === undefined || rule.http === null
        ? {}
        : { paths: (rule.http.paths ?? []).map(pathOf) }),
    })),
    tls: (spec.tls ?? []).map((t) => ({
      hosts: (t.hosts ?? []).map((h) => h.toLowerCase()),
      ...(t.secretName === undefined || t.secretName === "" ? {} : { secretName: t.secretName }),
    })),
  };
}

/** ImplementationSpecific, and no type at all, are Prefix to the controller (SetDefaultNGINXPathType). */
function pathOf(raw: { path?: string; pathType?: string; backend?: RawBackend }) {
  const backend = backendOf(raw.backend);
  return {
    path: raw.path === undefined || raw.path === "" ? "/" : raw.path,
    type: raw.pathType === "Exact" ? ("Exact" as const) : ("Prefix" as const),
    asWritten: raw.pathType ?? "ImplementationSpecific",
    ...(backend === undefined ? {} : { backend }),
  };
}

function backendOf(raw: RawBackend | undefined): Backend | undefined {
  const service = raw?.service?.name ?? raw?.serviceName;
  if (service === undefined) return undefined;
  const port = raw?.service?.port;
  const named = typeof port === "object" ? (port.number ?? port.name) : port;
  return { service, port: named ?? raw?.servicePort ?? "" };
}

/** Ingresses of an API version that no server since Kubernetes 1.22 knows. */
export function oldVersion(o: KubeObject): string | undefined {
  return o.apiVersion === "networking.k8s.io/v1"
    ? undefined
    : `${objectTitle(o)} is ${o.apiVersion}, which no API server since Kubernetes 1.22 takes`;
}
