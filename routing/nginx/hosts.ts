import { pcre } from "../canary/precedence";
import { bareHost } from "../request";
import { CATCH_ALL } from "./ingresses";
import type { Server } from "./model";
import { parent } from "./server-names";
import type { NginxTable } from "./table";

/** Which server block takes a host. */
export type HostFound =
  | { kind: "server"; server: Server }
  /** Added by from-to-www-redirect. */
  | { kind: "www"; to: string }
  | { kind: "unknown"; why: string };

/** Exact names, then wildcard aliases, then expressions (a wildcard host is one), then the catch-all. */
export function serverFor(table: NginxTable, host: string): HostFound {
  const name = bareHost(host);
  const to = table.wwwRedirects.get(name);
  if (to !== undefined) return { kind: "www", to };
  const exact = table.names.get(name);
  if (exact !== undefined) return { kind: "server", server: exact };
  // A native wildcard of nginx covers any depth, and `.a.org` its own name, too; those at the end come after.
  const wildcards = table.patterns.flatMap((server) => server.aliases.map((alias) => ({ server, alias })));
  const longest = (fits: (alias: string) => boolean) =>
    wildcards.filter(({ alias }) => fits(alias)).sort((a, b) => b.alias.length - a.alias.length)[0]?.server;
  const byAlias =
    longest(
      (a) => /^\*?\./.test(a) && `${a.startsWith(".") ? "." : ""}${name}`.endsWith(a.replace("*", "")),
    ) ?? longest((a) => a.endsWith(".*") && name.startsWith(a.slice(0, -1)));
  if (byAlias !== undefined) return { kind: "server", server: byAlias };
  for (const server of table.patterns) {
    // `*.a.org` is rendered as `^[\w-]+\.a\.org$`: one label.
    if (server.host.startsWith("*.") && server.host === parent(name) && /^[\w-]+\./.test(name))
      return { kind: "server", server };
    for (const alias of server.aliases.filter((a) => a.startsWith("~"))) {
      const regex = pcre(alias.slice(1));
      if (regex === undefined)
        return { kind: "unknown", why: `server-alias ${alias} cannot be followed here` };
      if (new RegExp(regex.source).test(name)) return { kind: "server", server };
    }
  }
  const rest = table.servers.get(CATCH_ALL);
  return rest === undefined ? { kind: "unknown", why: "no catch-all" } : { kind: "server", server: rest };
}

/** Whether a certificate is configured for the request's host: its own, or that of the wildcard above it (certificate.lua). */
export function hasCertificate(table: NginxTable, host: string): boolean {
  const name = bareHost(host);
  return table.certificates.has(name) || table.certificates.has(parent(name));
}
