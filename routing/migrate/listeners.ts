import { bySpecificity, takes } from "../gateway/hostnames";
import type { Server } from "../nginx/model";
import { parent } from "../nginx/server-names";
import { CATCH_ALL, type NginxTable } from "../nginx/table";

/** An HTTPS listener: one for each name with a certificate. */
export interface HostListener {
  name: string;
  server: Server;
  /** Undefined: every host. */
  host?: string;
  /** `namespace/name`. */
  secret?: string;
  passthrough: boolean;
}

/** Name of a host in names of objects, dots and all: `a-b.org` and `a.b.org` are two. */
export const slugOf = (host: string): string =>
  host === CATCH_ALL ? "catch-all" : host.replace(/^\*\./, "wildcard.").replace(/[^a-z0-9.-]+/g, "-");

/** Hosts with a tls section; one without a Secret takes the default certificate. */
export function listenersOf(table: NginxTable, options: { defaultCertificate: string }): HostListener[] {
  const out: HostListener[] = [];
  const add = (server: Server, host: string | undefined, secret: string | undefined, passthrough = false) => {
    if (secret === undefined && !passthrough) return;
    out.push({
      name: `https-${slugOf(host ?? CATCH_ALL)}`.slice(0, 253),
      server,
      passthrough,
      ...(host === undefined ? {} : { host }),
      ...(secret === undefined ? {} : { secret }),
    });
  };
  for (const server of table.servers.values()) {
    if (server.host === CATCH_ALL) {
      const serves = server.locations.some((l) => l.upstream !== undefined);
      if (serves && server.tls) add(server, undefined, options.defaultCertificate);
      continue;
    }
    if (server.passthrough) {
      add(server, server.host, undefined, true);
      continue;
    }
    if (!server.tls) continue;
    const secret = server.secret ?? options.defaultCertificate;
    add(server, server.host, secret);
    for (const alias of server.aliases) if (table.certificates.has(alias)) add(server, alias, secret);
  }
  for (const [from, to] of table.wwwRedirects) {
    const server = table.servers.get(to);
    const names = new Set(server?.tlsFrom?.tls.flatMap((t) => t.hosts));
    if (server !== undefined && (names.has(from) || names.has(parent(from))))
      add(server, from, server.secret);
  }
  return out;
}

/** A name of a server, and the HTTPS listener that takes requests for it. */
export interface SecureName {
  listener: HostListener;
  /** Undefined: every host. */
  name?: string;
}

/**
 * Where a server is reached by HTTPS: at its own listeners, and where it has none at that of a wildcard or of every host
 * above it. There its routes must stand as well, or the wildcard's would answer in their place.
 */
export function secureNames(listeners: readonly HostListener[], server: Server): SecureName[] {
  const everyHost = listeners
    .filter((l) => l.server === server && l.host === undefined)
    .map((listener) => ({ listener }));
  const named = hostnamesOf(server).flatMap((name) => {
    const listener = listenerOf(listeners, name);
    return listener === undefined || listener.passthrough ? [] : [{ listener, name }];
  });
  return [...everyHost, ...named];
}

/** The listener that takes a hostname by HTTPS: the most specific one. */
export function listenerOf(listeners: readonly HostListener[], name: string): HostListener | undefined {
  const host = name.replace(/^\*/, "any");
  return listeners
    .filter((l) => l.host === name || takes(l.host, host))
    .sort((a, b) => bySpecificity(a.host ?? null, b.host ?? null))[0];
}

/** The names of a server that a route or listener may hold: names, and `*.` in front of one. */
export const hostnamesOf = (server: Server): string[] =>
  [server.host, ...server.aliases].filter((h) => /^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(h));
