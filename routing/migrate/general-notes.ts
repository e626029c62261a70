import { CATCH_ALL, type NginxTable } from "../nginx/table";
import type { Conversion } from "./convert";
import { hostnamesOf, listenerOf } from "./listeners";
import type { Note } from "./note";
import type { MigrateOptions } from "./route-objects";

/** What differs between the two whatever the Ingresses say. */
export function generalNotes(table: NginxTable, { listeners }: Conversion, options: MigrateOptions): Note[] {
  const all = (text: string): Note => ({ about: "all", outcome: "remark", text });
  const servers = [...table.servers.values()];
  const plain = servers.filter(
    (s) => s.host !== CATCH_ALL && hostnamesOf(s).every((name) => listenerOf(listeners, name) === undefined),
  );
  return [
    all(
      `the GatewayClass ${options.gatewayClass} must exist, and its controller serve Gateway API 1.4 or newer`,
    ),
    all("nginx refuses bodies over 1 MB where proxy-body-size says nothing; the Gateway has no limit"),
    all(
      "nginx waits 60 s between two reads; Envoy ends a request after 15 s in all: set timeouts.request where answers take longer",
    ),
    all(
      "nginx sets X-Real-IP, X-Request-ID, X-Scheme, X-Forwarded-Host, -Port and -Scheme for backends and replaces X-Forwarded-For; Envoy sets X-Request-ID and X-Forwarded-Proto, and adds to X-Forwarded-For",
    ),
    ...(servers.some((s) => s.tls)
      ? [
          all(
            "nginx sends Strict-Transport-Security by HTTPS (hsts of its ConfigMap, on by default); the Gateway sends none: add a ResponseHeaderModifier",
          ),
        ]
      : []),
    ...(plain.length === 0
      ? []
      : [
          all(
            `hosts without tls (${plain
              .map((s) => s.host)
              .slice(0, 5)
              .join(
                ", ",
              )}${plain.length > 5 ? " …" : ""}) answer HTTPS at nginx with its self-signed certificate, and not at all at the Gateway`,
          ),
        ]),
    ...(listeners.length > 63
      ? [
          all(
            `${listeners.length + 1} listeners are more than the 64 of a Gateway: split the hosts over several Gateways, or move listeners into ListenerSets`,
          ),
        ]
      : []),
  ];
}
