import type { Location, Server } from "../nginx/model";
import type { Cors } from "../nginx/settings";
import type { NginxTable } from "../nginx/table";
import { ANNOTATION } from "../routes/ingress-objects";
import { corsOrigins, isHostname, mirrorOf } from "./rules";

/** What goes on at nginx beside the answer of one request, and is missing at the Gateway. */
export function lossesOf(location: Location, server: Server): string[] {
  const all = location.ingress?.annotations ?? {};
  const { settings } = location;
  const losses = LOST.flatMap(([key, counts, text]) => {
    const value = all[`${ANNOTATION}/${key}`]?.trim();
    return value === undefined || !counts(value, location)
      ? []
      : [`${key} ${value.split("\n")[0] ?? ""}: ${text}`];
  });
  if (settings.errorCodes.length > 0)
    losses.push(
      `custom-http-errors ${settings.errorCodes.join(",")}: ${settings.interceptErrors ? "the backend's own errors come through" : "nginx's own errors get no page"}`,
    );
  const strange = (settings.cors?.origins ?? []).filter(
    (o) => !corsOrigins({ ...settings.cors, origins: [o] } as Cors).includes(o),
  );
  if (strange.length > 0)
    losses.push(
      `cors-allow-origin ${strange.join(",")}: the CORS filter takes origins of http and https only`,
    );
  if (settings.locationSnippet !== undefined)
    losses.push("configuration-snippet: nginx's own language has no counterpart; its headers are left out");
  if (server.serverSnippet !== undefined)
    losses.push("server-snippet: nginx's own language has no counterpart; its headers are left out");
  if (server.clientCertificate !== undefined && server.clientCertificate.verify !== "on")
    losses.push("auth-tls: the backend gets no headers about the client's certificate");
  return losses;
}

const LIMIT = "the Gateway has no such limit";
const FIREWALL = "no firewall looks at requests";
const BACKEND = "what the backend says comes through as it is";
type Counts = (value: string, location: Location) => boolean;
const always: Counts = (value) => value !== "";
const on: Counts = (value) => /^(1|t|true)$/i.test(value);
const over0: Counts = (value) => Number.isInteger(Number(value)) && Number(value) > 0;
const notOff: Counts = (value) => value !== "" && value !== "off";

const LOST: readonly (readonly [string, Counts, string])[] = [
  ["limit-rps", over0, LIMIT],
  ["limit-rpm", over0, LIMIT],
  ["limit-connections", over0, LIMIT],
  ["limit-rate", over0, LIMIT],
  ["affinity", (v) => v === "cookie", "the same Service, but requests of one client go to any of its pods"],
  ["upstream-hash-by", always, "the same Service, but any of its pods"],
  ["enable-modsecurity", on, FIREWALL],
  ["enable-owasp-core-rules", on, FIREWALL],
  ["modsecurity-snippet", always, FIREWALL],
  ["custom-headers", always, "the response headers of its ConfigMap are missing"],
  ["proxy-redirect-from", notOff, BACKEND],
  ["proxy-cookie-domain", notOff, BACKEND],
  ["proxy-cookie-path", notOff, BACKEND],
  ["upstream-vhost", (v) => !isHostname(v), "the backend sees the request's own Host"],
  ["mirror-target", (v, location) => v !== "" && mirrorOf(location) === undefined, "nothing is mirrored"],
  [
    "x-forwarded-prefix",
    (v, { settings }) => settings.rewrite !== undefined && v.includes("$"),
    "a header cannot hold captured parts, so it is left out",
  ],
];

/** How the Gateway speaks to the pods of a location, where that is not as nginx does. */
export function protocolLosses(
  { settings, upstream }: Location,
  { services }: NginxTable,
  byGrpcRoute: boolean,
  scheme: string,
): string[] {
  const { protocol } = settings;
  if (upstream === undefined) return [];
  if (protocol === "AUTO_HTTP" && scheme === "https")
    return ["backend-protocol AUTO_HTTP: nginx speaks TLS to the pods here, the Gateway plain HTTP"];
  if (!/^GRPCS?$/.test(protocol) || byGrpcRoute) return [];
  const { namespace, service, port } = upstream;
  if (/h2c|grpc/i.test(services.appProtocol(namespace, service, port) ?? "")) return [];
  return [
    `backend-protocol ${protocol}: the host is not gRPC as a whole, so an HTTPRoute stands for it, and the Gateway speaks HTTP/1.1 to Service ${service} until its port says appProtocol: kubernetes.io/h2c`,
  ];
}
