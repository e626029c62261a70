import type { NginxTable } from "../nginx/table";
import { mixedBackends } from "./backend-tls";
import type { Note } from "./note";

/** What a reader has to know of the Services behind the paths. */
export function backendNotes(table: NginxTable): Note[] {
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
