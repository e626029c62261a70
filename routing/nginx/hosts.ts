import { pcre } from "../canary/precedence";
import { bareHost } from "../request";
import { CATCH_ALL } from "./ingresses";
import type { Server } from "./model";
import { parent, type NginxTable } from "./table";

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
  // A native wildcard of nginx covers any depth.
  const byAlias = table.patterns
    .flatMap((server) => server.aliases.filter((a) => a.startsWith("*.")).map((alias) => ({ server, alias })))
    .filter(({ alias }) => name.endsWith(alias.slice(1)))
    .sort((a, b) => b.alias.length - a.alias.length)[0];
  if (byAlias !== undefined) return { kind: "server", server: byAlias.server };
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
