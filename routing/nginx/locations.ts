import { pcre } from "../canary/precedence";
import { escapedPath, splitQuery } from "../request";
import type { Location, NginxLocation, Server } from "./model";

const needsRewrite = ({ settings }: Location, path: string): boolean =>
  settings.rewrite !== undefined && settings.rewrite !== path;

/**
 * One expression or rewrite on a host makes all of its locations expressions (enforceRegexModifier). The template asks
 * after `/foo` became `/foo/`, so a rewrite of `/foo` to `/foo` counts as well.
 */
export const usesRegex = (locations: readonly NginxLocation[]): boolean =>
  locations.some(({ location, path }) => location.settings.regex || needsRewrite(location, path));

/** Longest path first; then plain prefixes become `/foo/` and, where no Exact stands there, `= /foo` (updateServerLocations). */
export function nginxLocations(locations: readonly Location[]): NginxLocation[] {
  const inOrder = [...locations]
    .sort((a, b) => (a.path < b.path ? 1 : a.path > b.path ? -1 : 0))
    .sort((a, b) => b.path.length - a.path.length);
  return inOrder.flatMap((location) => {
    const own = { location, path: location.path, exact: location.type === "Exact" };
    if (
      location.path === "/" ||
      own.exact ||
      location.settings.regex ||
      needsRewrite(location, location.path)
    )
      return [own];
    const slash = { ...own, path: location.path.endsWith("/") ? location.path : `${location.path}/` };
    const taken = locations.some((l) => l.type === "Exact" && l.path === location.path);
    return taken ? [slash] : [slash, { ...own, exact: true }];
  });
}

/** Two locations of one name: nginx refuses its whole configuration, with all other hosts in it. */
export function duplicateLocation(server: Server): string | undefined {
  if (server.regex) return undefined;
  const seen = new Set<string>();
  for (const { path, exact } of server.nginx) {
    const name = `${exact ? "= " : ""}${path}`;
    if (seen.has(name)) return `two locations "${name}" on ${server.host}`;
    seen.add(name);
  }
  return undefined;
}

/** What nginx finds for a path (without query, decoded). */
export type Found =
  | { kind: "location"; found: NginxLocation }
  /** The path with a slash is a location, and nothing stands at the path itself: 301. */
  | { kind: "add-slash" }
  | { kind: "unknown"; why: string };

export function locationFor(server: Server, path: string): Found {
  return server.regex ? byRegex(server, path) : byPrefix(server, path);
}

/** Exact first; then the redirect to a location with a slash at its end; then the longest prefix. */
function byPrefix(server: Server, path: string): Found {
  const exact = server.nginx.find((l) => l.exact && l.path === path);
  if (exact !== undefined) return { kind: "location", found: exact };
  const own = server.nginx.find((l) => l.path === path);
  if (own !== undefined) return { kind: "location", found: own };
  const slashed = server.nginx.find((l) => l.path === `${path}/` && l.location.settings.denied === undefined);
  if (slashed !== undefined) return { kind: "add-slash" };
  const fitting = server.nginx
    .filter((l) => !l.exact && path.startsWith(l.path))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return fitting === undefined
    ? { kind: "unknown", why: `no location of ${server.host} takes ${path}` }
    : { kind: "location", found: fitting };
}

/** The first expression that fits, in the order of the file; anchored at the start only, without case. */
function byRegex(server: Server, path: string): Found {
  for (const found of server.nginx) {
    const pattern = found.path;
    const regex = locationRegex(pattern);
    if (regex === undefined)
      return {
        kind: "unknown",
        why: `the expression ${pattern} is PCRE's own, which cannot be followed here`,
      };
    if (regex.test(path)) return { kind: "location", found };
  }
  return { kind: "unknown", why: `no location of ${server.host} takes ${path}` };
}

const regexes = new Map<string, RegExp | undefined>();

/** `~* "^path"`; undefined where JavaScript cannot say what PCRE would. */
export function locationRegex(pattern: string): RegExp | undefined {
  if (!regexes.has(pattern)) {
    const plain = pcre(`^${pattern}`);
    regexes.set(pattern, plain === undefined ? undefined : new RegExp(plain.source, "i"));
  }
  return regexes.get(pattern);
}

/**
 * The path that the backend gets of a location; what follows a `?` is arguments. Undefined where the expression or a variable
 * of the target cannot be followed.
 */
export function rewrittenPath({ location, path: pattern }: NginxLocation, path: string): string | undefined {
  const target = location.settings.rewrite;
  return target === undefined || target === pattern ? path : rewriteBy(pattern, target, path);
}

/**
 * After `rewrite "(?i)pattern" target break`: not anchored, and the whole path is replaced.
 * @param path decoded, without query
 */
export function rewriteBy(pattern: string, target: string, path: string): string | undefined {
  const plain = pcre(pattern);
  if (plain === undefined || usesVariable(target)) return undefined;
  return new RegExp(plain.source, "i").test(path) ? filledIn(target, pattern, path) : path;
}

/** Whether a target has variables beside the captured parts. */
export const usesVariable = (target: string): boolean => /\$(?!\d|\{\d\})/.test(target);

/** A text with the parts that an expression captures of a path. */
export function filledIn(text: string, pattern: string, path: string): string {
  const plain = pcre(pattern);
  const groups = plain === undefined ? null : new RegExp(plain.source, "i").exec(path);
  return text.replace(/\$(\d)|\$\{(\d)\}/g, (_, a: string, b?: string) => groups?.[Number(b ?? a)] ?? "");
}

/** As nginx sends it: escaped anew, the target's own arguments before those of the request, a `?` at the end drops these. */
export function rewrittenUri(rewritten: string, query: string): string {
  const { pathname, query: own } = splitQuery(rewritten);
  const path = escapedPath(pathname);
  if (own === "") return `${path}${query}`;
  if (own.endsWith("?")) return `${path}${own.slice(0, -1)}`;
  return `${path}${own}${query === "" ? "" : `&${query.slice(1)}`}`;
}
