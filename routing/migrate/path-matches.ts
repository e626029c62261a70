import { expression, plainBeginning, prefixRewrite } from "../gateway/path-expressions";
import { isRe2 } from "../gateway/precedence";
import type { PathMatchType, PathModifier } from "../gateway/objects";
import { locationFor, locationRegex, rewrittenPath, usesVariable } from "../nginx/locations";
import type { Location, NginxLocation, Server } from "../nginx/model";
import { groupsOf } from "../routes/paths";

/** What takes the place of one nginx location. */
export interface Unit {
  location: Location;
  /** The nginx location that it stands for. */
  at: NginxLocation;
  path: { type: PathMatchType; value: string };
  rewrite?: PathModifier;
  /** Why it cannot be said; the path is then answered by 500 rather than by somebody else. */
  closed?: string;
}

/** What Exact and PathPrefix may hold (the CRD's rule). */
const PLAIN = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

/** The matches of a host, the one that nginx tries first in front. */
export function unitsOf(server: Server): Unit[] {
  const units = server.nginx.flatMap((at, i) => {
    const { location } = at;
    const next = server.nginx[i + 1];
    if (!server.regex)
      // `= /foo` and `/foo/` of one Prefix path are one PathPrefix.
      return next?.location === location ? [] : [{ location, at, path: plainPath(location) }];
    // `^/foo` takes all that `^/foo/` takes.
    const covered = next?.location === location && !rewrites(at) && !rewrites(next);
    if (covered) return [];
    // The same expression of another location goes first: Prefix / and Exact / on one host.
    const reached = !server.nginx
      .slice(0, i)
      .some((e) => e.location !== location && e.path.toLowerCase() === at.path.toLowerCase());
    if (!reached) return [];
    const unit = regexUnit(at);
    return [...edges(server, unit), unit];
  });
  return keepOrder(server.regex ? settled(units) : units).map((unit) =>
    unit.location.settings.protocol === "FCGI"
      ? { ...unit, closed: "backend-protocol FCGI: no Gateway speaks FastCGI" }
      : unit,
  );
}

/**
 * Envoy Gateway tries expressions before prefixes, and the longer prefix first; nginx the longer path of the Ingress. What
 * stands behind a prefix that rewrites, and below it, is left out: nginx never comes to it. A plain path that would take from
 * such a prefix ends at the slash.
 */
function settled(units: readonly Unit[]): Unit[] {
  return units.flatMap((unit, i) => {
    const { value, type } = unit.path;
    if (type === "Exact" || value === "/") return [unit];
    const prefixes = units
      .slice(0, i)
      .filter((u) => u.path.type === "PathPrefix" && u.path.value !== "/" && u.location !== unit.location)
      .map((u) => u.path.value.toLowerCase());
    const beginning = (type === "PathPrefix" ? `${value}/` : certainBeginning(unit.at.path)).toLowerCase();
    if (prefixes.some((base) => beginning.startsWith(`${base}/`))) return [];
    const own = unit.at.path.replace(/\/$/, "");
    // All but `/apix` is the prefix's.
    if (prefixes.includes(own.toLowerCase())) return [];
    const taken = prefixes.filter((base) => base.startsWith(own.toLowerCase()));
    if (type === "PathPrefix" || taken.length === 0 || !/^[-A-Za-z0-9/_~]*$/.test(own)) return [unit];
    const path = taken.some((base) => base.startsWith(`${own.toLowerCase()}/`))
      ? { type: "PathPrefix" as const, value: own }
      : { type, value: `(?i)${own}(/.*)?` };
    return [{ ...unit, path }];
  });
}

/** What every path that an expression takes begins with: a quantifier takes the character before it. */
function certainBeginning(pattern: string): string {
  const plain = plainBeginning(pattern);
  const rest = pattern.slice(plain.length);
  if (/^\|/.test(rest) || /(^|[^\\])\|/.test(pattern.replace(/\([^()]*\)/g, ""))) return "";
  return /^[?*{]/.test(rest) ? plain.slice(0, -1) : plain;
}

const rewrites = ({ location, path }: NginxLocation): boolean =>
  location.settings.rewrite !== undefined && location.settings.rewrite !== path;

function plainPath({ type, path: written }: Location): Unit["path"] {
  // nginx compares with the decoded path, Envoy with the path as it was sent.
  const path = encodeURI(written).replaceAll("#", "%23").replaceAll("?", "%3F");
  if (!PLAIN.test(path) || path.includes("//")) {
    const text = path.replace(/[.\\+*?^${}()|[\]]/g, "\\$&").replace(/\/$/, "");
    return { type: "RegularExpression", value: type === "Exact" ? text : `${text}(/.*)?` };
  }
  if (type === "Exact") return { type: "Exact", value: path };
  return { type: "PathPrefix", value: path === "/" ? "/" : path.replace(/\/$/, "") };
}

/** On a host with expressions: without case, anchored at the start only. */
function regexUnit(at: NginxLocation): Unit {
  const { location } = at;
  if (!rewrites(at)) return { location, at, path: expression(at.path), ...unreadable(at.path) };
  const target = location.settings.rewrite ?? "";
  if (/^https?:\/\//.test(target))
    return {
      location,
      at,
      path: expression(at.path),
      closed: `rewrite-target ${target} makes nginx redirect`,
    };
  const prefix = prefixRewrite(at.path, (path) => rewrittenPath(at, path));
  if (prefix !== undefined) return { location, at, ...prefix };
  const whole = fixedRewrite(at);
  if (whole !== undefined)
    return {
      location,
      at,
      path: expression(at.path),
      rewrite: { type: "ReplaceFullPath", replaceFullPath: whole },
      ...unreadable(at.path),
    };
  const closed = target.includes("?")
    ? `rewrite-target ${target} sets arguments; a route can rewrite the path only`
    : usesVariable(target)
      ? `rewrite-target ${target} uses a variable of nginx`
      : `rewrite-target ${target} puts captured parts of ${at.path} together; a route can replace a prefix or the whole path only`;
  return { location, at, path: expression(at.path), closed, ...unreadable(at.path) };
}

/** One path for all: no captured part in the target, or one that the expression does not have, which is empty. */
function fixedRewrite({ location, path }: NginxLocation): string | undefined {
  const target = location.settings.rewrite ?? "";
  const groups = groupsOf(path) ?? 0;
  const fixed = target.replace(/\$(\d)|\$\{(\d)\}/g, (all, a: string, b?: string) =>
    Number(b ?? a) > groups ? "" : all,
  );
  // Arguments of its own have no word: Envoy would put those of the request behind a second "?".
  return /[$?]/.test(fixed) ? undefined : fixed;
}

/** Where Envoy cannot read the expression, all below its plain beginning is closed. */
function unreadable(pattern: string): Partial<Pick<Unit, "closed" | "path">> {
  if (isRe2(pattern) && locationRegex(pattern) !== undefined) return {};
  const plain = plainBeginning(pattern).replace(/\/$/, "");
  return {
    path: { type: "PathPrefix", value: plain === "" ? "/" : plain },
    closed: `${pattern} is an expression that Envoy cannot read (it looks ahead or back, or is PCRE's own)`,
  };
}

/**
 * A prefix takes its own beginning, with and without a slash; the expression may not, or may rewrite it otherwise. Each
 * of the two gets an exact match that says what nginx does there.
 */
function edges(server: Server, { path, rewrite }: Unit): Unit[] {
  if (path.type !== "PathPrefix" || path.value === "/" || rewrite?.type !== "ReplacePrefixMatch") return [];
  return [path.value, `${path.value}/`].flatMap((edge) => {
    const found = locationFor(server, edge);
    if (found.kind !== "location") return [];
    const at = found.found;
    const told = rewrittenPath(at, edge);
    const plain = `${rewrite.replacePrefixMatch.replace(/\/$/, "")}${edge.slice(path.value.length)}` || "/";
    const own = regexUnit(at);
    const same = own.path.value === path.value && own.path.type === path.type;
    if ((same && told === plain) || told === undefined) return [];
    return [
      {
        location: at.location,
        at,
        path: { type: "Exact", value: edge },
        ...(told === edge || told === ""
          ? {}
          : { rewrite: { type: "ReplaceFullPath", replaceFullPath: told } }),
        ...(told === "" ? { closed: "the rewrite leaves an empty path, which nginx answers by 500" } : {}),
      },
    ];
  });
}

/**
 * Envoy Gateway tries the longer expression first, nginx the longer path of the Ingress. Where the two differ, the
 * expression gets empty groups at its end.
 */
function keepOrder(units: readonly Unit[]): Unit[] {
  let least = 0;
  const out: Unit[] = [];
  for (const unit of [...units].reverse()) {
    if (unit.path.type !== "RegularExpression") {
      out.unshift(unit);
      continue;
    }
    let { value } = unit.path;
    while (value.length <= least) value += "(?:)";
    least = value.length;
    out.unshift({ ...unit, path: { ...unit.path, value } });
  }
  return out;
}
