import type { KubeObject } from "../../kube/objects";
import type { Problem } from "../../kube/problems";
import { hostName, typeOf, type Backend, type HostRoutes, type PathRoute, type Routes } from "./routes";
import { hostProblem, labelProblem, objectNameProblem, portProblem, serviceProblem } from "./object-names";
import { ingressNames } from "./ingress-objects";
import { pathProblems } from "./paths";
import { ServiceIndex } from "./backend-services";

/**
 * Everything that is wrong with sets of routes, together: before anything is created. `objects` are what stands
 * beside them (Services); left out, backends are not looked up.
 */
export function checkRoutes(sets: readonly Routes[], objects?: readonly KubeObject[]): Problem[] {
  const services = objects === undefined ? undefined : new ServiceIndex(objects);
  return [
    ...sets.flatMap((set) => setProblems(set, services)),
    ...duplicateSets(sets),
    ...duplicateHosts(sets),
  ];
}

/** What routes ask that this project's ingress-nginx does not do. */
export const nginxProblems = (set: Routes): Problem[] =>
  set.hosts.flatMap((host) =>
    host.paths
      .filter((p) => p.mirror !== undefined)
      .map((p) => ({
        path: `${routesPath(set)}: ${hostName(host)}${p.path}: mirror`,
        message:
          "ingress-nginx mirrors by an annotation of risk High, and its annotations-risk-level here is Medium",
        fix: "ingress.controller gateway, which has a filter for it",
      })),
  );

/** How a set is named in messages. */
export const routesPath = (set: Pick<Routes, "name" | "namespace">): string =>
  `routes ${set.namespace}/${set.name}`;

function setProblems(set: Routes, services: ServiceIndex | undefined): Problem[] {
  const at = routesPath(set);
  const problems: Problem[] = [];
  const name = (path: string, value: string, problem: string | undefined) => {
    if (problem !== undefined) problems.push({ path, value, message: problem, fix: "choose another name" });
  };
  name(`${at}: name`, set.name, labelProblem(set.name));
  name(`${at}: namespace`, set.namespace, labelProblem(set.namespace));
  if (set.hosts.length === 0 && set.defaultBackend === undefined) {
    problems.push({ path: at, message: "has neither hosts nor a default backend", fix: "add one of them" });
  }
  if (set.defaultBackend !== undefined) {
    problems.push(...backendProblems(set.namespace, set.defaultBackend, `${at}: defaultBackend`, services));
  }
  for (const host of set.hosts) problems.push(...hostProblems(set, host, services));
  problems.push(...nameClashes(set));
  return problems;
}

function hostProblems(set: Routes, host: HostRoutes, services: ServiceIndex | undefined): Problem[] {
  const at = `${routesPath(set)}: ${hostName(host)}`;
  const problems: Problem[] = [];
  if (host.host !== undefined) {
    const problem = hostProblem(host.host);
    if (problem !== undefined) {
      problems.push({
        path: at,
        value: host.host,
        message: `the host ${problem}`,
        fix: "use a name such as shop.example.org",
      });
    }
  }
  if (host.paths.length === 0) problems.push({ path: at, message: "has no paths", fix: "add `/` at least" });
  if (host.tls?.secretName !== undefined) {
    const problem = objectNameProblem(host.tls.secretName);
    if (problem !== undefined)
      problems.push({
        path: `${at}.tls.secretName`,
        value: host.tls.secretName,
        message: problem,
        fix: "choose another name",
      });
  }
  if (host.tls !== undefined && host.host === undefined) {
    problems.push({ path: `${at}.tls`, message: "a certificate needs a host", fix: "name the host" });
  }
  for (const path of host.paths) {
    const where = `${at}${path.path}`;
    problems.push(
      ...pathProblems(path, where),
      ...backendProblems(set.namespace, path.backend, `${where}: backend`, services),
      ...(path.mirror === undefined
        ? []
        : backendProblems(set.namespace, path.mirror, `${where}: mirror`, services)),
      ...(path.timeout === undefined || (Number.isInteger(path.timeout) && path.timeout > 0)
        ? []
        : [
            {
              path: `${where}: timeout`,
              value: path.timeout,
              message: "is no number of seconds",
              fix: "a whole number from 1",
            },
          ]),
    );
  }
  return [...problems, ...pathsTwice(host, at), ...regexProblems(host, at)];
}

/** Exact and Prefix may share a path within one Ingress; the webhook refuses the same path in two Ingresses. */
function pathsTwice(host: HostRoutes, at: string): Problem[] {
  return repeated(host.paths, (p) => p.path).flatMap(([path, uses]) => {
    const types = uses.map(typeOf);
    const apart =
      new Set(types).size === types.length &&
      uses.every((u) => typeOf(u) !== "Regex" && u.rewrite === undefined && u.timeout === undefined);
    if (apart) return [];
    return [
      {
        path: `${at}${path}`,
        value: path,
        message: `the path stands ${uses.length} times (${types.join(", ")})`,
        fix: "keep one of them",
      },
    ];
  });
}

/**
 * One expression or rewrite on a host turns every path of that host into an expression that ignores case
 * (ingress-nginx, "ingress path matching"): `Exact /login` would then also take /login-admin.
 */
function regexProblems(host: HostRoutes, at: string): Problem[] {
  const cause = host.paths.find(makesRegex);
  if (cause === undefined) return [];
  return host.paths
    .filter((p) => typeOf(p) === "Exact")
    .map((p) => ({
      path: `${at}${p.path}`,
      value: p.path,
      message: `is not exact here: the ${cause.rewrite === undefined ? "expression" : "rewrite"} of ${cause.path} makes nginx match every path of the host as an expression`,
      fix: "give one of them a host of its own, or write it as Regex ending in $",
    }));
}

/** Whether nginx matches the host of this path by expressions; a rewrite to the path itself is none. */
export function makesRegex(p: PathRoute): boolean {
  return typeOf(p) === "Regex" || (p.rewrite !== undefined && p.rewrite !== p.path);
}

function backendProblems(
  namespace: string,
  b: Backend,
  at: string,
  services: ServiceIndex | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const service = serviceProblem(b.service);
  if (service !== undefined)
    problems.push({ path: `${at}.service`, value: b.service, message: `the Service's name ${service}` });
  const port = portProblem(b.port);
  if (port !== undefined) problems.push({ path: `${at}.port`, value: b.port, message: port });
  if (problems.length > 0) return problems;
  const lacking = services?.lacks(namespace, b);
  return lacking === undefined ? [] : [{ path: at, value: `${b.service}:${b.port}`, ...lacking }];
}

function duplicateSets(sets: readonly Routes[]): Problem[] {
  return repeated(sets, routesPath).map(([at]) => ({
    path: at,
    message: "two sets of routes have this name",
    fix: "rename one, or join them",
  }));
}

/** nginx gives a host to whoever came first, certificate and all: one set owns it. */
function duplicateHosts(sets: readonly Routes[]): Problem[] {
  const claims = sets.flatMap((set) => set.hosts.map((host) => ({ set, host })));
  return repeated(claims, (c) => hostName(c.host)).map(([name, owners]) => ({
    path: `host ${name}`,
    value: name,
    message: `is claimed ${owners.length} times: ${owners.map((o) => routesPath(o.set)).join(", ")}`,
    fix: "put its paths under one host entry of one set",
  }));
}

function nameClashes(set: Routes): Problem[] {
  return repeated(ingressNames(set), (n) => n.name).map(([name, groups]) => ({
    path: routesPath(set),
    message: `the paths ${groups.map((g) => g.path).join(" and ")} with other rewrites would share the name ${name}`,
    fix: "put one of them into a set of its own",
  }));
}

function repeated<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups].filter(([, group]) => group.length > 1);
}
