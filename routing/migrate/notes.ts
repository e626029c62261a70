import { objectTitle } from "../../kube/objects";
import type { KubeObject } from "../../kube/objects";
import { CATCH_ALL, oldVersion, type Ingress } from "../nginx/ingresses";
import type { NginxTable } from "../nginx/table";
import { ingressProblems } from "../ingress-problems";
import { refusedText } from "../nginx/validation";
import { annotationNotes } from "./annotation-notes";
import { backendNotes } from "./backend-notes";
import type { Conversion } from "./convert";
import { generalNotes } from "./general-notes";
import type { Note } from "./note";
import type { MigrateOptions } from "./route-objects";
import { securityOf } from "./security-policies";

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
    ...configNotes(table),
    ...table.ingresses.flatMap((ing) => {
      const by = ing.annotations["kubernetes.io/ingress.class"];
      return by === undefined || by === "nginx"
        ? []
        : [
            remark(
              ing.key,
              `has its class by annotation: without spec.ingressClassName it is served only where the controller runs with --ingress-class=${by}`,
            ),
          ];
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

function configNotes({ config }: NginxTable): Note[] {
  if (config === undefined) return [];
  const say = (text: string): Note => ({ about: config.title, outcome: "remark", text });
  return [
    ...(config.followed.length === 0
      ? []
      : [
          say(
            `is the controller's: ${config.followed.join(", ")} hold for every Ingress here that says nothing else`,
          ),
        ]),
    ...(config.unfollowed.length === 0
      ? []
      : [
          say(
            `is the controller's: ${config.unfollowed.join(", ")} may change answers, and are not followed here`,
          ),
        ]),
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
