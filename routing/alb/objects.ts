import type { KubeObject } from "../../kube/objects";
import type { Problem } from "../../kube/problems";
import type { Canary } from "../canary/canary";
import { backendOf, kubePathType, type IngressOptions } from "../routes/ingress-objects";
import { hostName, typeOf, type HostRoutes, type PathRoute, type Routes } from "../routes/routes";

/** How the one load balancer of all routes is made. */
export interface AlbPlan {
  scheme: "internet-facing" | "internal";
  /** Who may connect; everybody if empty. */
  sourceRanges: readonly string[];
  /** Certificates in ACM; without one there is no HTTPS. */
  certificateArns: readonly string[];
  /** Plain HTTP is answered by a redirect, where there is HTTPS. */
  redirect: boolean;
}

/** Prefix of what the AWS Load Balancer Controller reads of an Ingress. */
export const ALB = "alb.ingress.kubernetes.io";
/** Port that means: the action of an annotation, not a Service. */
export const BY_ANNOTATION = "use-annotation";
/** The most that a target group may weigh (Elastic Load Balancing API, TargetGroupTuple). */
const MOST_WEIGHT = 999;

/**
 * Routes and their canaries as one Ingress. Rules are tried in order (controller, model_build_listener_rules.go): of one
 * path the canary's header comes first. Actions carry the name of a Service that is there, because Pulumi waits for the
 * endpoints of every backend.
 */
export function toAlbIngress(set: Routes, canaries: readonly Canary[], options: IngressOptions): KubeObject {
  const annotations: Record<string, string> = {};
  const of = (host: HostRoutes, path: PathRoute): Canary | undefined =>
    canaries.find((c) => c.host === host.host && c.path === path.path);
  const pathsOf = (host: HostRoutes, path: PathRoute) => {
    const at = { path: path.path, pathType: kubePathType(typeOf(path)) };
    const canary = of(host, path);
    const { header, weight } = canary?.strategy ?? {};
    const paths = [];
    if (canary !== undefined && header !== undefined) {
      const condition = {
        field: "http-header",
        httpHeaderConfig: { httpHeaderName: header.name, values: [header.value ?? ""] },
      };
      annotations[`${ALB}/conditions.${canary.canary.service}`] = JSON.stringify([condition]);
      paths.push({ ...at, backend: backendOf(canary.canary) });
    }
    if (canary === undefined || weight === undefined)
      return [...paths, { ...at, backend: backendOf(path.backend) }];
    const total = weight.total ?? 100;
    const group = (b: Canary["canary"], share: number) => ({
      serviceName: b.service,
      servicePort: b.port,
      weight: share,
    });
    annotations[`${ALB}/actions.${path.backend.service}`] = JSON.stringify({
      type: "forward",
      forwardConfig: {
        targetGroups: [group(path.backend, total - weight.weight), group(canary.canary, weight.weight)],
      },
    });
    return [
      ...paths,
      { ...at, backend: { service: { name: path.backend.service, port: { name: BY_ANNOTATION } } } },
    ];
  };
  const rules = set.hosts.map((host) => ({
    ...(host.host === undefined ? {} : { host: host.host }),
    http: { paths: host.paths.flatMap((path) => pathsOf(host, path)) },
  }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: set.name,
      namespace: set.namespace,
      ...(options.labels === undefined ? {} : { labels: { ...options.labels } }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: { ingressClassName: options.className, rules },
  };
}

/** What routes ask that an ALB does not do, or that is not rendered for it here. */
export function albProblems(set: Routes, canaries: readonly Canary[]): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string, fix: string): void => {
    problems.push({ path: `${set.namespace}/${set.name}: ${path}`, message, fix });
  };
  const all =
    "one ALB serves all routes and tries its rules in order, so this one would take those of others";
  if (set.defaultBackend !== undefined) say("default backend", all, "a host and its paths");
  for (const host of set.hosts) {
    if (host.host === undefined || host.host.startsWith("*."))
      say(hostName(host), all, "whole names of hosts");
    if (host.tls?.secretName !== undefined)
      say(hostName(host), "an ALB takes certificates from ACM, not from a Secret", "ingress.certificateArns");
    for (const path of host.paths) {
      const at = `${hostName(host)}${path.path}`;
      if (typeOf(path) === "Regex")
        say(at, "regular expressions and their groups are nginx's own", "a path of type Prefix or Exact");
      if (path.timeout !== undefined)
        say(at, "an ALB has one idle timeout for all", "an idle timeout of the load balancer");
      if (path.mirror !== undefined) say(at, "an ALB mirrors no requests", "ingress.controller gateway");
      if (path.rewrite !== undefined)
        say(at, "a rewrite is not rendered for an ALB here", "a backend that knows the path as it is");
    }
  }
  for (const { name, strategy } of canaries) {
    const { header, cookie, weight } = strategy;
    if (cookie !== undefined)
      say(name, "an ALB does not decide by one cookie", "a header with a value, or a weight");
    if (header !== undefined && header.value === undefined)
      say(
        name,
        "an ALB compares a header with values: there is no always and never, and no pattern here",
        "a value",
      );
    if (weight !== undefined && (weight.total ?? 100) > MOST_WEIGHT)
      say(name, `weights of target groups go up to ${MOST_WEIGHT}`, "a smaller total");
  }
  return problems;
}
