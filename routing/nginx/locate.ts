import { CATCH_ALL, type Location, type NginxTable, type Server } from "./table";

/** The server for a host: its exact name, else the wildcard one label up, else the catch-all. */
export function serverFor(table: NginxTable, host: string): Server {
  const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
  // A wildcard is rendered as `[\w-]+\.rest`: one label, as Kubernetes says.
  const wildcard = /^[\w-]+\./.test(name) ? `*.${name.slice(name.indexOf(".") + 1)}` : "";
  const server = table.servers.get(name) ?? table.servers.get(wildcard) ?? table.servers.get(CATCH_ALL);
  return server ?? { locations: [], tls: false };
}

/** The location for a path, as nginx picks it. */
export function locationFor(server: Server, path: string): Location | undefined {
  const pathname = path.split("?")[0] ?? path;
  return usesRegex(server) ? byRegex(server, pathname) : byPrefix(server, pathname);
}

const needsRewrite = (l: Location) => l.rewrite !== undefined && l.rewrite !== l.path;
/** One expression or rewrite on a host makes all of its locations expressions (enforceRegexModifier). */
const usesRegex = (server: Server) => server.locations.some((l) => l.regex || needsRewrite(l));

/** Exact first, then the longest prefix. */
function byPrefix(server: Server, path: string): Location | undefined {
  const exact = server.locations.find((l) => l.type === "Exact" && l.path === path);
  if (exact !== undefined) return exact;
  const fitting = server.locations.filter((l) => l.type !== "Exact" && covers(l, path));
  return fitting.sort((a, b) => b.path.length - a.path.length)[0];
}

/** Prefix goes by path elements; ImplementationSpecific is nginx's own prefix, by characters. */
function covers(l: Location, path: string): boolean {
  if (l.path === "/") return true;
  if (l.type === "ImplementationSpecific") return path.startsWith(l.path);
  const base = l.path.replace(/\/$/, "");
  // `/foo/` alone does not take `/foo`: only a location without the slash gets an exact twin.
  return path === l.path || path.startsWith(`${base}/`);
}

/** The first expression that fits, the longest first; anchored at the start only, whatever the path type says. */
function byRegex(server: Server, path: string): Location | undefined {
  const inOrder = [...normalised(server.locations)]
    .sort((a, b) => (a.pattern < b.pattern ? 1 : a.pattern > b.pattern ? -1 : 0))
    .sort((a, b) => b.pattern.length - a.pattern.length);
  return inOrder.find(({ pattern }) => regex(`^${pattern}`)?.test(path))?.location;
}

/** Plain prefixes become `/foo/` and, where no Exact stands there, `/foo` (updateServerLocations). */
function normalised(locations: readonly Location[]): { pattern: string; location: Location }[] {
  return locations.flatMap((location) => {
    const plain =
      location.type === "Prefix" && location.path !== "/" && !location.regex && !needsRewrite(location);
    if (!plain) return [{ pattern: location.path, location }];
    const slash = { pattern: location.path.endsWith("/") ? location.path : `${location.path}/`, location };
    const taken = locations.some((l) => l.type === "Exact" && l.path === location.path);
    return taken ? [slash] : [slash, { pattern: location.path, location }];
  });
}

/** The path that the backend gets. */
export function rewritten(l: Location, path: string): string {
  const target = l.rewrite;
  if (target === undefined || target === l.path) return path;
  const [pathname = path, query] = path.split(/\?(.*)/s);
  const groups = regex(l.path)?.exec(pathname);
  if (groups === undefined || groups === null) return path;
  const out = target.replace(/\$(\d)/g, (_, n: string) => groups[Number(n)] ?? "");
  return query === undefined ? out : `${out}?${query}`;
}

function regex(text: string): RegExp | undefined {
  try {
    return new RegExp(text, "i");
  } catch {
    return undefined;
  }
}
