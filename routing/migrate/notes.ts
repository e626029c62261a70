import { objectTitle } from "../../kube/objects";
import type { KubeObject } from "../../kube/objects";
import { CATCH_ALL, oldVersion, type Ingress } from "../nginx/ingresses";
import type { NginxTable } from "../nginx/table";
import { ingressProblems } from "../ingress-problems";
import { refusedText } from "../nginx/validation";
import { annotationNotes } from "./annotation-notes";
import type { Outcome } from "./annotation-values";
import { mixedBackends } from "./backend-tls";
import type { Conversion } from "./convert";
import { hostnamesOf, listenerOf } from "./listeners";
import type { MigrateOptions } from "./route-objects";
import { securityOf } from "./security-policies";

/** One thing that a reader of the conversion has to know. */
export interface Note {
  /** `namespace/name` of the Ingress, or what it is about. */
  about: string;
  outcome: Outcome | "remark";
  text: string;
  /** Where an annotation is explained. */
  annotation?: string;
  value?: string;
}

export function notesOf(
  objects: readonly KubeObject[],
  table: NginxTable,
  conversion: Conversion,
  options: MigrateOptions,
): Note[] {
  const remark = (about: string, text: string): Note => ({ about, outcome: "remark", text });
  const ingresses = objects.filter((o) => o.kind === "Ingress");
  return [
    ...(table.broken === undefined
      ? []
      : [
          remark(
            "nginx",
            `refuses this configuration (${table.broken}); the controller keeps what it served before, so nothing here can be foretold`,
          ),
        ]),
    ...table.ignored.map(({ ingress, why }) =>
      remark(objectTitle(ingress), `is not ingress-nginx's: ${why}; it is left as it is`),
    ),
    ...ingresses.flatMap((o) =>
      oldVersion(o) === undefined
        ? ingressProblems(o, objectTitle(o)).map(({ path, message, fix }) =>
            remark(
              path,
              `${message}: the API server refuses it or drops it${fix === undefined ? "" : `; ${fix}`}`,
            ),
          )
        : [],
    ),
    ...ingresses.flatMap((o) => {
      const old = oldVersion(o);
      return old === undefined ? [] : [remark(objectTitle(o), `${old}; it is read as networking.k8s.io/v1`)];
    }),
    ...table.lost.map(({ ingress, what }) => remark(ingress, `has no effect at nginx: ${what}`)),
    ...table.ingresses.flatMap((ing) =>
      annotationNotes(ing, secured(table, ing, options)).map(({ becomes, ...note }) => ({
        about: ing.key,
        text: becomes,
        ...note,
      })),
    ),
    ...table.ingresses.flatMap((ing) =>
      ing.settings.refused.map((refused) => remark(ing.key, refusedText(refused))),
    ),
    ...hostNotes(table, options),
    ...backendNotes(table),
    ...generalNotes(table, conversion, options),
  ];
}

/** Whether SecurityPolicies keep out whom this Ingress keeps out. */
function secured(table: NginxTable, ing: Ingress, { implementation }: MigrateOptions): boolean {
  if (implementation !== "envoy-gateway") return false;
  const own = [...table.servers.values()].flatMap((server) =>
    server.locations.filter((l) => l.ingress === ing).map((l) => securityOf(l, server)),
  );
  return own.length > 0 && own.every((spec) => spec !== undefined);
}

function hostNotes(table: NginxTable, options: MigrateOptions): Note[] {
  const notes: Note[] = [];
  for (const server of table.servers.values()) {
    const say = (text: string) =>
      notes.push({
        about: server.host === CATCH_ALL ? "every other host" : server.host,
        outcome: "remark",
        text,
      });
    const owners = [
      ...new Set(server.locations.flatMap((l) => (l.isDefault ? [] : [l.ingress?.namespace ?? ""]))),
    ];
    if (owners.length > 1)
      say(
        `is shared by the namespaces ${owners.join(", ")}: one route in each, and the listener's allowedRoutes names them`,
      );
    if (server.regex)
      say(
        "has an expression or a rewrite, which makes all its paths expressions at nginx: without case, and anchored at the beginning only",
      );
    if (server.host.startsWith("*.")) say("covers one label at nginx, and any number of them at the Gateway");
    if (server.tls && !server.passthrough && server.host !== CATCH_ALL) {
      if (server.secret === undefined)
        say(
          `no Secret is named for it, so nginx shows its default certificate; the HTTPS listener wants Secret ${options.defaultCertificate}: make it, or name another with --default-certificate`,
        );
      else if (server.secretIsGuess === true)
        say(
          `no tls entry names this host: nginx shows the certificate of ${server.secret} if it covers the host, else its default certificate; the HTTPS listener takes ${server.secret}`,
        );
    }
    if (server.host === CATCH_ALL && server.locations.some((l) => l.upstream !== undefined))
      say(
        "the catch-all becomes a route without hostnames, which takes every host that no other route names",
      );
    const fallback = server.locations.find((l) => l.isDefault && l.upstream !== undefined);
    if (fallback !== undefined)
      say(`the default backend of ${fallback.ingress?.key ?? ""} becomes a rule for PathPrefix /`);
    for (const l of server.regex
      ? []
      : server.locations.filter((one) => one.path !== "/" && one.path.endsWith("/")))
      say(
        `${l.path} has a slash at its end: nginx redirects the path without it (301), and so does an Exact match of its own`,
      );
    for (const l of server.locations.filter(
      (one) =>
        one.asWritten !== "ImplementationSpecific" &&
        !one.isDefault &&
        !/^\/[A-Za-z0-9_\-/.]*$/.test(one.path),
    ))
      say(
        `${l.path} is ${l.asWritten}, and holds characters that the controller's webhook refuses there (strict-validate-path-type, on by default since 1.12)${server.regex ? "" : "; nginx takes them as they stand, not as an expression"}`,
      );
    for (const l of server.locations.filter(
      (one) => !one.isDefault && one.asWritten === "ImplementationSpecific" && !server.regex,
    ))
      say(`${l.path} is ImplementationSpecific, which nginx takes as Prefix`);
  }
  return notes;
}

function backendNotes(table: NginxTable): Note[] {
  const { services } = table;
  const seen = new Map<string, Note>();
  for (const server of table.servers.values())
    for (const { upstream, ingress } of server.locations) {
      if (upstream === undefined) continue;
      const { namespace, service, port } = upstream;
      const key = `${namespace}/${service}`;
      const say = (text: string) =>
        seen.set(`${key}:${port}`, { about: ingress?.key ?? key, outcome: "remark", text });
      const external = services.externalName(namespace, service);
      if (external !== undefined)
        say(
          `Service ${key} stands for ${external} (ExternalName), which Gateways refuse: the path is closed. Envoy Gateway: a Backend with this name`,
        );
      else if (!services.has(namespace, service))
        say(`there is no Service ${key}: nginx answers 503, the Gateway 500`);
      else if (services.known && services.portOf(namespace, service, port) === undefined)
        say(`Service ${key} has no port ${port}: nginx answers 503, the Gateway 500`);
      else if (services.known && typeof port === "string")
        say(
          `port ${port} of Service ${key} is ${services.portOf(namespace, service, port) ?? ""}: a route names ports by number`,
        );
      else if (services.known && !services.hasPort(namespace, service, Number(port)))
        say(
          `${port} is the target port of Service ${key}; the route names the Service's port ${services.portOf(namespace, service, port) ?? ""}`,
        );
    }
  for (const key of mixedBackends(table))
    seen.set(`${key} TLS`, {
      about: key,
      outcome: "remark",
      text: "one path speaks TLS to this Service and another does not; a BackendTLSPolicy holds for both: give one of them a Service of its own",
    });
  for (const ing of table.ingresses)
    for (const rule of ing.rules)
      for (const path of rule.paths ?? [])
        if (path.backend === undefined)
          seen.set(`${ing.key}${path.path}`, {
            about: ing.key,
            outcome: "remark",
            text: `${rule.host}${path.path} leads to no Service (a resource backend); nginx leaves it out`,
          });
  return [...seen.values()];
}

function generalNotes(table: NginxTable, { listeners }: Conversion, options: MigrateOptions): Note[] {
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
