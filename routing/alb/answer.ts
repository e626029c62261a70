import type { KubeObject } from "../../kube/objects";
import { bareHost, headerOf, splitQuery, type Answer, type HttpRequest, type Target } from "../request";
import type { RouteLine } from "../route-lines";
import { Services } from "../services";
import { ALB, BY_ANNOTATION } from "./objects";

interface Path {
  path: string;
  pathType: string;
  backend: { service: { name: string; port: { name?: string; number?: number } } };
}

interface Header {
  name: string;
  values: readonly string[];
}

/** One rule of the listener: what must fit, and where it leads. */
interface Rule {
  namespace: string;
  host: string;
  path: string;
  type: string;
  patterns: readonly string[];
  headers: readonly Header[];
  action: Action;
}

type Action =
  | { kind: "forward"; to: readonly { service: string; port: number | string; weight: number }[] }
  | { kind: "fixed"; status: number }
  | { kind: "unknown"; why: string };

/** Listeners of the class: HTTPS where it has certificates. */
export interface AlbListeners {
  https: boolean;
  /** Plain HTTP is answered by a redirect, for every host. */
  redirect: boolean;
}

/**
 * What an ALB answers that the AWS Load Balancer Controller makes of the Ingresses of a class, all in one group: rules in
 * the order of namespace and name, within an Ingress exact paths, then prefixes by length (pkg/ingress/group_loader.go,
 * model_build_listener_rules.go); the first that fits decides; else its fixed 404.
 */
export function answerAlb(
  objects: readonly KubeObject[],
  className: string,
  request: HttpRequest,
  listeners: AlbListeners,
): Answer {
  const https = request.scheme === "https";
  if (https && !listeners.https)
    return { kind: "refused", why: "without a certificate the ALB has no HTTPS listener" };
  const { pathname } = splitQuery(request.path);
  if (!https && listeners.https && listeners.redirect)
    return {
      kind: "redirect",
      status: 301,
      location: `https://${bareHost(request.host)}:443${request.path}`,
    };
  const rule = rulesOf(objects, className).find(
    (r) =>
      like(r.host, bareHost(request.host), true) &&
      r.patterns.some((p) => like(p, pathname)) &&
      r.headers.every((h) =>
        h.values.some(
          (v) => like(v, headerOf(request, h.name) ?? "", true) && headerOf(request, h.name) !== undefined,
        ),
      ),
  );
  if (rule === undefined) return { kind: "none", status: 404 };
  const { action, namespace } = rule;
  if (action.kind === "fixed") return { kind: "status", status: action.status, why: "a fixed response" };
  if (action.kind === "unknown") return action;
  return forward(namespace, action.to, new Services(objects), request.path);
}

function forward(
  namespace: string,
  groups: readonly { service: string; port: number | string; weight: number }[],
  services: Services,
  path: string,
): Answer {
  const total = groups.reduce((n, g) => n + g.weight, 0);
  const live = groups.filter((g) => g.weight > 0);
  const missing = live.find((g) => services.portOf(namespace, g.service, g.port) === undefined);
  if (total === 0) return { kind: "status", status: 503, why: "every target group weighs nothing" };
  if (missing !== undefined)
    return { kind: "unavailable", status: 503, backend: `${namespace}/${missing.service}` };
  const to: Target[] = live.map(({ service, port, weight }) => ({
    namespace,
    service,
    port: services.portOf(namespace, service, port) ?? port,
    share: weight / total,
  }));
  return {
    kind: "backends",
    shares: Object.fromEntries(to.map((t) => [`${t.namespace}/${t.service}`, t.share])),
    to,
    path,
  };
}

function rulesOf(objects: readonly KubeObject[], className: string): Rule[] {
  const key = ({ metadata: m }: KubeObject): string => `${m.namespace ?? "default"}/${m.name}`;
  return objects
    .filter((o) => o.kind === "Ingress" && specOf(o).ingressClassName === className)
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .flatMap((o) =>
      (specOf(o).rules ?? []).flatMap(({ host, http }) =>
        inOrder(http?.paths ?? []).map((p) => ruleOf(o, host ?? "*", p)),
      ),
    );
}

const specOf = (o: KubeObject) =>
  o["spec"] as { ingressClassName?: string; rules?: { host?: string; http?: { paths: Path[] } }[] };

const RANK: Readonly<Record<string, number>> = { Exact: 0, Prefix: 1 };

function inOrder(paths: readonly Path[]): Path[] {
  return [...paths].sort(
    (a, b) =>
      (RANK[a.pathType] ?? 2) - (RANK[b.pathType] ?? 2) ||
      (a.pathType === "Prefix" ? b.path.length - a.path.length : 0),
  );
}

function ruleOf(o: KubeObject, host: string, { path, pathType, backend }: Path): Rule {
  const { name, port } = backend.service;
  const annotations = o.metadata.annotations ?? {};
  const conditions = read(annotations[`${ALB}/conditions.${name}`]) as
    { field: string; httpHeaderConfig?: { httpHeaderName: string; values?: string[] } }[] | undefined;
  const headers = (conditions ?? []).flatMap(({ httpHeaderConfig: c }): Header[] =>
    c === undefined ? [] : [{ name: c.httpHeaderName, values: c.values ?? [] }],
  );
  const other = (conditions ?? []).find((c) => c.field !== "http-header");
  return {
    namespace: o.metadata.namespace ?? "default",
    host,
    path,
    type: pathType,
    patterns:
      pathType === "Prefix"
        ? path === "/"
          ? ["/*"]
          : [path.replace(/\/$/, ""), `${path.replace(/\/$/, "")}/*`]
        : [path],
    headers,
    action:
      other !== undefined
        ? { kind: "unknown", why: `a condition by ${other.field} is not followed` }
        : port.name === BY_ANNOTATION
          ? actionOf(read(annotations[`${ALB}/actions.${name}`]), name)
          : { kind: "forward", to: [{ service: name, port: port.number ?? port.name ?? "", weight: 1 }] },
  };
}

function actionOf(given: unknown, name: string): Action {
  const action = given as
    | {
        type: string;
        forwardConfig?: {
          targetGroups: { serviceName: string; servicePort: number | string; weight?: number }[];
        };
        fixedResponseConfig?: { statusCode: string };
      }
    | undefined;
  if (action?.type === "forward" && action.forwardConfig !== undefined)
    return {
      kind: "forward",
      to: action.forwardConfig.targetGroups.map((g) => ({
        service: g.serviceName,
        port: g.servicePort,
        weight: g.weight ?? 1,
      })),
    };
  if (action?.type === "fixed-response")
    return { kind: "fixed", status: Number(action.fixedResponseConfig?.statusCode) };
  return { kind: "unknown", why: `the action ${name} is not followed` };
}

function read(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `*` for any characters, `?` for one; hosts and header values without case. */
function like(pattern: string, text: string, anyCase = false): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, anyCase ? "is" : "s").test(text);
}

/** Rules as lines for a reader. */
export function albRouteLines(
  objects: readonly KubeObject[],
  className: string,
  https: boolean,
): RouteLine[] {
  return rulesOf(objects, className).map(({ host, path, type, headers, action }) => ({
    url: `${https ? "https" : "http"}://${host}${path}`,
    type: [type, ...headers.map((h) => `header ${h.name}: ${h.values.join(" or ")}`)].join(", "),
    to:
      action.kind === "forward"
        ? action.to
            .map((t) => `${t.service}:${t.port}${action.to.length > 1 ? ` ${t.weight}` : ""}`)
            .join(", ")
        : action.kind === "fixed"
          ? `status ${action.status}`
          : action.why,
  }));
}
