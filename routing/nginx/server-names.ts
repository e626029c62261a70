import { CATCH_ALL } from "./ingresses";
import type { Server } from "./model";

/** Which names lead to which server, and for which of them there is a certificate. */
export interface ServerNames {
  /** Servers by host name and plain alias. */
  names: ReadonlyMap<string, Server>;
  /** Servers whose host or alias is a wildcard or expression, in nginx's order. */
  patterns: readonly Server[];
  /** Hosts that from-to-www-redirect adds, and where they lead. */
  wwwRedirects: ReadonlyMap<string, string>;
  /** Host names (`*.x` too) for which a certificate is configured. */
  certificates: ReadonlySet<string>;
}

/** `*.example.org` for `a.example.org`. */
export const parent = (host: string): string => `*.${host.slice(host.indexOf(".") + 1)}`;

/** A name that stands twice is the first server's in the file: those of from-to-www-redirect, then by host name. */
export function settleAliases(
  servers: ReadonlyMap<string, Server>,
  taken: Set<string>,
  lost: { ingress: string; what: string }[],
): void {
  for (const server of [...servers.values()].sort((a, b) => (a.host < b.host ? -1 : 1)))
    server.aliases = server.aliases.filter((alias) => {
      if (taken.has(alias)) {
        lost.push({
          ingress: server.host,
          what: `server-alias ${alias} is a name of another server already`,
        });
        return false;
      }
      taken.add(alias);
      return true;
    });
}

export function namesOf(servers: ReadonlyMap<string, Server>): Pick<ServerNames, "names" | "patterns"> {
  const names = new Map<string, Server>();
  const patterns: Server[] = [];
  for (const server of servers.values()) {
    const own = server.host === CATCH_ALL ? server.aliases : [server.host, ...server.aliases];
    for (const name of own) names.set(name, names.get(name) ?? server);
    if (own.some((n) => /^[*~.]|\*$/.test(n))) patterns.push(server);
  }
  patterns.sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
  return { names, patterns };
}

export function certificatesAndRedirects(
  servers: ReadonlyMap<string, Server>,
): Pick<ServerNames, "wwwRedirects" | "certificates"> {
  const wwwRedirects = new Map<string, string>();
  const certificates = new Set<string>();
  for (const server of servers.values()) {
    // The catch-all's is the controller's own, which counts for no host (certificate.lua).
    if (server.tls && server.host !== CATCH_ALL) {
      certificates.add(server.host);
      // Only where the certificate names the alias; the names in `tls` are taken for those of the certificate.
      const names = new Set(server.tlsFrom?.tls.flatMap((t) => t.hosts));
      for (const a of server.aliases) if (names.has(a) || names.has(parent(a))) certificates.add(a);
    }
    if (!server.locations.some((l) => !l.isDefault && l.settings.fromToWww)) continue;
    const from = server.host.startsWith("www.") ? server.host.slice(4) : `www.${server.host}`;
    if (servers.has(from) || server.host === CATCH_ALL) continue;
    wwwRedirects.set(from, server.host);
    if (server.tls) certificates.add(from);
  }
  return { wwwRedirects, certificates };
}
