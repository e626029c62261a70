import type { KubeObject } from "../../kube/objects";
import type { Problem } from "../../kube/problems";
import { backendText, typeOf, type Backend, type Routes } from "../routes/routes";
import { ingressNames } from "../routes/ingress-objects";
import { labelProblem, portProblem, serviceProblem } from "../routes/object-names";
import { ServiceIndex } from "../routes/backend-services";
import type { Canary } from "./canary";
import { strategyProblems } from "./strategy";

/**
 * Everything that is wrong with canaries beside their routes, together, before anything is created.
 * `objects` are what stands beside them (Services); left out, backends are not looked up.
 */
export function checkCanaries(
  canaries: readonly Canary[],
  routes: readonly Routes[],
  objects?: readonly KubeObject[],
): Problem[] {
  const services = objects === undefined ? undefined : new ServiceIndex(objects);
  return [
    ...canaries.flatMap((c) => [
      ...strategyProblems(c.strategy, `${canaryPath(c)}: strategy`),
      ...ownProblems(c, services),
      ...primaryProblems(c, routes),
      ...reuseProblems(c, canaries, routes),
    ]),
    ...duplicates(canaries, routes),
  ];
}

export const canaryPath = (c: Pick<Canary, "name" | "namespace">): string =>
  `canary ${c.namespace}/${c.name}`;
const routeKey = (c: Canary) => `${c.host ?? "*"}${c.path}`;
const where = (c: Canary) => `${c.host ?? "*"}${c.path} (${c.type ?? "Prefix"})`;

function ownProblems(c: Canary, services: ServiceIndex | undefined): Problem[] {
  const at = canaryPath(c);
  const problems: Problem[] = [];
  const add = (path: string, value: unknown, message: string | undefined, fix: string) => {
    if (message !== undefined) problems.push({ path: `${at}: ${path}`, value, message, fix });
  };
  add("name", c.name, labelProblem(c.name), "choose another name");
  add("namespace", c.namespace, labelProblem(c.namespace), "choose another name");
  for (const side of ["primary", "canary"] as const) {
    const b = c[side];
    const broken = serviceProblem(b.service) ?? portProblem(b.port);
    add(side, backendText(b), broken, "name an existing Service and port");
    const lacking = broken === undefined ? services?.lacks(c.namespace, b) : undefined;
    if (lacking !== undefined) problems.push({ path: `${at}: ${side}`, value: backendText(b), ...lacking });
  }
  if (c.primary.service === c.canary.service) {
    const fix = "give the new release a Service of its own";
    add("canary", c.canary.service, "is the primary's own Service, so nothing would be split", fix);
  }
  return problems;
}

/** nginx joins a canary to the route with the same host, path and path type; without one it drops the canary. */
function primaryProblems(c: Canary, sets: readonly Routes[]): Problem[] {
  const routes = sets.flatMap((set) =>
    set.hosts.flatMap((host) => host.paths.map((path) => ({ set, host: host.host, path }))),
  );
  const at = canaryPath(c);
  const samePath = routes.filter((r) => r.host === c.host && r.path.path === c.path);
  const primary = samePath.find((r) => typeOf(r.path) === (c.type ?? "Prefix"));
  if (primary === undefined) {
    const near = samePath[0];
    const fix =
      near === undefined
        ? "add the route first, with the same host, path and type"
        : `the route there has the type ${typeOf(near.path)}`;
    return [
      {
        path: at,
        value: where(c),
        message: "there is no primary: no route with this host, path and type",
        fix,
      },
    ];
  }
  const problems: Problem[] = [];
  if (primary.set.namespace !== c.namespace) {
    const message = `the primary is in namespace ${primary.set.namespace}`;
    problems.push({ path: `${at}: namespace`, value: c.namespace, message, fix: "put the canary beside it" });
  }
  if (!same(primary.path.backend, c.primary)) {
    const message = `the route leads to ${backendText(primary.path.backend)}`;
    problems.push({
      path: `${at}: primary`,
      value: backendText(c.primary),
      message,
      fix: "name that as the primary",
    });
  }
  return problems;
}

/** nginx keeps a canary's rule at its upstream (Service and port), so that Service can be nothing else (#8004, #11563). */
function reuseProblems(c: Canary, canaries: readonly Canary[], sets: readonly Routes[]): Problem[] {
  const users: string[] = [];
  for (const set of sets.filter((s) => s.namespace === c.namespace)) {
    for (const host of set.hosts) {
      for (const p of host.paths)
        if (p.backend.service === c.canary.service) users.push(`route ${host.host ?? "*"}${p.path}`);
    }
    if (set.defaultBackend?.service === c.canary.service) users.push(`default backend of ${set.name}`);
  }
  for (const other of canaries) {
    if (other === c || other.namespace !== c.namespace) continue;
    if (other.canary.service === c.canary.service) users.push(canaryPath(other));
    if (other.primary.service === c.canary.service) users.push(`primary of ${canaryPath(other)}`);
  }
  if (users.length === 0) return [];
  const message = `this Service is used elsewhere too: ${users.join(", ")}; nginx would take the rule there, or drop it`;
  return [
    {
      path: `${canaryPath(c)}: canary`,
      value: c.canary.service,
      message,
      fix: "give the canary a Service of its own",
    },
  ];
}

function duplicates(canaries: readonly Canary[], sets: readonly Routes[]): Problem[] {
  const problems: Problem[] = [];
  const firstByRoute = new Map<string, Canary>();
  const firstByPrimary = new Map<string, Canary>();
  const names = new Set(sets.flatMap((s) => ingressNames(s).map((n) => `${s.namespace}/${n.name}`)));
  for (const c of canaries) {
    const at = canaryPath(c);
    const upstream = `${c.namespace}/${backendText(c.primary)}`;
    const onRoute = firstByRoute.get(routeKey(c));
    const onPrimary = firstByPrimary.get(upstream);
    if (onRoute !== undefined) {
      const message = `there is a canary on this host and path already: ${onRoute.name}`;
      problems.push({
        path: at,
        value: where(c),
        message,
        fix: "join the two: one canary can have header, cookie and weight",
      });
    } else if (onPrimary !== undefined) {
      const message = `${onPrimary.name} branches from the same Service ${backendText(c.primary)}, and nginx takes one canary for each`;
      problems.push({
        path: at,
        value: where(c),
        message,
        fix: "give one of the two routes a Service of its own",
      });
    }
    if (names.has(`${c.namespace}/${c.name}`)) {
      problems.push({
        path: at,
        value: c.name,
        message: "the name is taken by another Ingress here",
        fix: `${c.name}-canary`,
      });
    }
    names.add(`${c.namespace}/${c.name}`);
    if (onRoute === undefined) firstByRoute.set(routeKey(c), c);
    if (onPrimary === undefined) firstByPrimary.set(upstream, c);
  }
  return problems;
}

const same = (a: Backend, b: Backend) => a.service === b.service && a.port === b.port;
