import { pcre } from "../canary/precedence";
import { headerOf, type HttpRequest } from "../request";
import type { AttachedRoute } from "./attach";
import type { HeaderMatch, PathMatchType, RouteMatch, RouteRule } from "./objects";

/** One match of one rule, as it stands in the order of precedence. */
export interface Entry {
  route: AttachedRoute;
  rule: RouteRule;
  path: { type: PathMatchType; value: string };
  match: RouteMatch;
}

const sorted = new WeakMap<readonly AttachedRoute[], readonly Entry[]>();

/** Every match of the routes, the one that wins first. */
export function entriesOf(routes: readonly AttachedRoute[]): readonly Entry[] {
  const known = sorted.get(routes) ?? inOrder(routes);
  sorted.set(routes, known);
  return known;
}

function inOrder(routes: readonly AttachedRoute[]): Entry[] {
  const oldest = [...routes].sort(
    (a, b) => (a.created ?? 0) - (b.created ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
  const entries = oldest.flatMap((route) =>
    (route.spec.rules ?? [{}]).flatMap((rule) =>
      (rule.matches === undefined || rule.matches.length === 0 ? [{}] : rule.matches).map(
        (match: RouteMatch) => ({
          route,
          rule,
          path: pathOf(route, match),
          match,
        }),
      ),
    ),
  );
  // A stable sort: what is equal stays by age, name and place, as the specification says.
  return entries.sort((a, b) => compare(rank(a), rank(b)));
}

/** GRPCRoute: service and method make the path. */
function pathOf(route: AttachedRoute, match: RouteMatch): Entry["path"] {
  if (route.kind === "GRPCRoute" && typeof match.method === "object") {
    const { service, method, type = "Exact" } = match.method;
    if (type === "RegularExpression")
      return { type: "RegularExpression", value: `/${service ?? "[^/]+"}/${method ?? "[^/]+"}` };
    if (method === undefined) return { type: "PathPrefix", value: `/${service ?? ""}` };
    return service === undefined
      ? { type: "RegularExpression", value: `/[^/]+/${method}` }
      : { type: "Exact", value: `/${service}/${method}` };
  }
  return { type: match.path?.type ?? "PathPrefix", value: match.path?.value ?? "/" };
}

/** Exact, then expressions (Envoy Gateway's choice: the specification leaves it open), then prefixes; the longer first. */
const KINDS: readonly PathMatchType[] = ["Exact", "RegularExpression", "PathPrefix"];

function rank({ path, match }: Entry): number[] {
  const exact = (all: readonly HeaderMatch[]) => all.filter((h) => (h.type ?? "Exact") === "Exact").length;
  const { headers = [], queryParams = [] } = match;
  const method = typeof match.method === "string" ? 1 : 0;
  return [
    KINDS.indexOf(path.type),
    -(path.type === "PathPrefix" && path.value === "/" ? 0 : path.value.length),
    -method,
    -headers.length,
    -exact(headers),
    -queryParams.length,
    -exact(queryParams),
  ];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, n] of a.entries()) if (n !== b[i]) return n - (b[i] ?? 0);
  return 0;
}

/** Whether a match takes a request; undefined where its expression cannot be followed. */
export function fits({ path, match }: Entry, request: HttpRequest, pathname: string): boolean | undefined {
  const at = pathFits(path, pathname);
  if (at !== true) return at;
  if (typeof match.method === "string" && match.method !== (request.method ?? "GET")) return false;
  const query = new URLSearchParams(request.path.split(/\?(.*)/s)[1] ?? "");
  const checks = [
    ...(match.headers ?? []).map((h) => valueFits(h, headerOf(request, h.name))),
    ...(match.queryParams ?? []).map((q) => valueFits(q, query.get(q.name) ?? undefined)),
  ];
  if (checks.includes(false)) return false;
  return checks.includes(undefined) ? undefined : true;
}

function pathFits({ type, value }: Entry["path"], pathname: string): boolean | undefined {
  if (type === "Exact") return pathname === value;
  if (type === "RegularExpression") return whole(value)?.test(pathname);
  const base = value.replace(/\/$/, "");
  return pathname === base || pathname.startsWith(`${base}/`);
}

function valueFits({ type = "Exact", value }: HeaderMatch, got: string | undefined): boolean | undefined {
  if (got === undefined) return false;
  return type === "Exact" ? got === value : whole(value)?.test(got);
}

const expressions = new Map<string, RegExp | undefined>();

/** Envoy's RE2 has to fit the whole text, and knows no look-around and no back reference. */
function whole(value: string): RegExp | undefined {
  if (!expressions.has(value)) {
    const inline = value.startsWith("(?i)") ? "(?i)" : "";
    const body = value.slice(inline.length);
    expressions.set(value, isRe2(body) ? pcre(`${inline}^(?:${body})$`) : undefined);
  }
  return expressions.get(value);
}

/** Whether RE2 takes an expression that PCRE takes. */
export const isRe2 = (body: string): boolean => !/\(\?<?[=!]|\\[1-9]/.test(body);
