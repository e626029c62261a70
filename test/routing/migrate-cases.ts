import type { KubeObject } from "../../kube/objects";
import { migrate, type Migration } from "../../routing/migrate/migrate";
import type { HttpRequest } from "../../routing/request";

/** Situations of our own, for the tests of `labs migrate`; what nginx answers was read in the controller's Go, template and Lua. */

const A = "nginx.ingress.kubernetes.io/";

export interface Ing {
  name?: string;
  ns?: string;
  host?: string;
  /** `path type service[:port]`. */
  paths?: string[];
  a?: Record<string, string>;
  tls?: { hosts?: string[]; secretName?: string }[];
  created?: string;
  spec?: object;
  apiVersion?: string;
}

function ing({
  name = "i",
  ns = "n",
  host = "a.org",
  paths = ["/ Prefix web"],
  a = {},
  tls,
  created,
  ...more
}: Ing): KubeObject {
  const old = more.apiVersion !== undefined;
  return {
    apiVersion: more.apiVersion ?? "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name,
      namespace: ns,
      ...(created === undefined ? {} : { creationTimestamp: created }),
      annotations: Object.fromEntries(Object.entries(a).map(([k, v]) => [k.includes("/") ? k : A + k, v])),
    },
    spec: {
      ...(old ? {} : { ingressClassName: "nginx" }),
      ...(tls === undefined ? {} : { tls }),
      rules:
        paths.length === 0
          ? []
          : [
              {
                ...(host === "" ? {} : { host }),
                http: {
                  paths: paths.map((p) => {
                    const [path = "", pathType = "", to = ""] = p.split(" ");
                    const [service = "", port = "80"] = to.split(":");
                    const number = Number.isNaN(Number(port)) ? { name: port } : { number: Number(port) };
                    return {
                      path,
                      ...(old ? {} : { pathType: pathType === "Impl" ? "ImplementationSpecific" : pathType }),
                      backend: old
                        ? { serviceName: service, servicePort: Number(port) }
                        : { service: { name: service, port: number } },
                    };
                  }),
                },
              },
            ],
      ...more.spec,
    },
  };
}

const svc = (name: string, spec: object = {}, namespace = "n"): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { ports: [{ port: 80 }], ...spec },
});
export const SERVICES = [
  ...["web", "api", "next", "static", "errors", "old"].map((n) => svc(n)),
  svc("web", {}, "m"),
  svc("named", { ports: [{ name: "http", port: 8080, targetPort: 3000 }] }),
  svc("udp", { ports: [{ port: 80, protocol: "UDP" }] }),
  svc("outside", { type: "ExternalName", externalName: "example.com" }),
];
const TLS = [{ hosts: ["a.org"], secretName: "cert" }];

/** `METHOD scheme://host/path Header: value`; scheme http and method GET left out. */
function request(text: string): HttpRequest {
  const [, method, scheme, host = "", path = "", rest = ""] =
    /^(?:([A-Z]+) )?(?:(https?):\/\/)?([^/ ]+)(\/\S*)(.*)$/.exec(text) ?? [];
  const out: HttpRequest = { host, path };
  if (scheme === "https") out.scheme = "https";
  if (method !== undefined) out.method = method;
  for (const [, key = "", value = ""] of rest.matchAll(/ ([\w-]+)=(\S+)/g)) {
    if (key === "client") out.client = value;
    else if (key === "body") out.bodyBytes = Number(value);
    else if (key === "answers") out.backendAnswers = Number(value);
    else out.headers = { ...out.headers, [key]: value };
  }
  return out;
}

/** The objects of a situation, and a request of it judged. */
export function migrated(
  ingresses: Ing[],
  text: string,
  implementation: "any" | "envoy-gateway" = "any",
): Migration {
  const objects = [...ingresses.map((i, at) => ing({ name: `i${at}`, ...i })), ...SERVICES];
  const options = {
    className: "nginx",
    gatewayClass: "c",
    gateway: { namespace: "gw", name: "g" },
    defaultCertificate: "gw/default",
    implementation,
  };
  return migrate(objects, { ...options, ask: [request(text)] });
}

const n = (service: string, port = 80) => `n/${service}:${port}`;
const REGEX: Ing[] = [
  { a: { "use-regex": "true" }, paths: ["/v[0-9]+/users Impl api"] },
  { paths: ["/ Prefix web", "/static Prefix static", "/login Exact old"] },
];
const STRIP = (path: string, target: string): Ing[] => [
  { a: { "rewrite-target": target, "use-regex": "true" }, paths: [`${path} Impl api`] },
  { paths: ["/ Prefix web"] },
];
const CANARY = (a: Record<string, string>, more: Ing[] = []): Ing[] => [
  { paths: ["/ Prefix web", "/cart Prefix web"] },
  { a: { canary: "true", ...a }, paths: ["/ Prefix next"] },
  ...more,
];
const WEIGHT = { "canary-weight": "20" };
const TWO = "split n/web:80=80 n/next:80=20";
const closed = "status 500";

export type Row = [
  what: string,
  objects: Ing[],
  request: string,
  nginx: string,
  gateway: string,
  verdict?: string,
];
// prettier-ignore
export const rows: Row[] = [
  ["an expression, in another case", REGEX, "a.org/V2/Users", n("api"), n("api"), "same"],
  ["an expression is anchored in front only", REGEX, "a.org/v2/users/7", n("api"), n("api"), "same"],
  ["a plain path beside it loses its boundary and its case", REGEX, "a.org/STATICX", n("static"), n("static"), "same"],
  ["an Exact path beside it is a beginning", REGEX, "a.org/loginx", n("old"), n("old"), "same"],
  ["the rest of the host", REGEX, "a.org/other", n("web"), n("web"), "same"],
  ["Exact / beside the host's own root is never reached", [{ a: { "use-regex": "true" }, paths: ["/ Exact web"] }], "a.org/", "status 404", "status 404", "same"],
  ["a path with a slash at its end on a host with an expression", [{ a: { "use-regex": "true" }, paths: ["/v[0-9]+ Impl api"] }, { paths: ["/docs/ Prefix web"] }], "a.org/docs/x", n("web"), n("web"), "same"],
  ["… and without the slash", [{ a: { "use-regex": "true" }, paths: ["/v[0-9]+ Impl api"] }, { paths: ["/docs/ Prefix web"] }], "a.org/docs", "status 404", "status 404", "same"],
  ["the longer text of the Ingress goes first, not the better match", [{ a: { "use-regex": "true" }, paths: ["/a(/.*)? Impl api", "/a/b Prefix web"] }], "a.org/a/b", n("api"), n("api"), "same"],
  ["a stripped prefix", STRIP("/api(/|$)(.*)", "/$2"), "a.org/api/x?q=1", n("api"), n("api"), "same"],
  ["a stripped prefix, nothing behind", STRIP("/api(/|$)(.*)", "/$2"), "a.org/api", n("api"), n("api"), "same"],
  ["a stripped prefix, another case", STRIP("/api(/|$)(.*)", "/$2"), "a.org/API/x", n("api"), n("web"), "different"],
  ["/api/(.*) leaves /api to others", STRIP("/api/(.*)", "/$1"), "a.org/api", n("web"), n("web"), "same"],
  ["/api/(.*) takes /api/", STRIP("/api/(.*)", "/$1"), "a.org/api/", n("api"), n("api"), "same"],
  ["a replaced prefix", STRIP("/api(/|$)(.*)", "/v2/$2"), "a.org/api", n("api"), n("api"), "same"],
  ["one path for all", STRIP("/health", "/"), "a.org/healthz/x", n("api"), n("api"), "same"],
  ["a group that the expression lacks is empty", STRIP("/health", "/$2"), "a.org/health", n("api"), n("api"), "same"],
  ["captured parts put together", STRIP("/u/([0-9]+)/(.*)", "/$2/$1"), "a.org/u/7/x", n("api"), closed, "not convertible"],
  ["a look ahead", [{ a: { "use-regex": "true" }, paths: ["/(?!admin).* Impl web"] }], "a.org/x", n("web"), closed, "not convertible"],
  ["a rewrite to the path itself counts once the path has its slash", [{ a: { "rewrite-target": "/foo" }, paths: ["/foo Prefix api"] }], "a.org/FOO/x", n("api"), n("api"), "same"],
  ["a rewrite to another site", STRIP("/x", "https://b.org/y"), "a.org/x", "redirect https://b.org/y", closed, "not convertible"],
  ["a slash at the end of a path", [{ paths: ["/docs/ Prefix web"] }], "a.org/docs", "redirect http://a.org/docs/", "redirect http://a.org/docs/", "same"],
  ["the same, Exact", [{ paths: ["/docs/ Exact web"] }], "a.org/docs", "redirect http://a.org/docs/", "redirect http://a.org/docs/", "same"],
  ["the same, TLS: before the redirect to HTTPS", [{ tls: TLS, paths: ["/docs/ Prefix web"] }], "a.org/docs", "redirect http://a.org/docs/", "redirect http://a.org/docs/", "same"],
  ["with and without slash on one host: nginx refuses all", [{ paths: ["/docs Prefix web", "/docs/ Prefix api"] }], "a.org/", "unknown", "status 404", "unknown"],
  ["a boundary", [{ paths: ["/docs Prefix web"] }], "a.org/docsx", "status 404", "status 404", "same"],
  ["ImplementationSpecific is Prefix", [{ paths: ["/docs Impl web"] }], "a.org/docsx", "status 404", "status 404", "same"],
  ["codes and double slashes: the same Service, but it sees another path", [{ paths: ["/docs Prefix web"] }], "a.org//d%6Fcs/x", n("web"), n("web"), "different"],
  ["a host that tls does not name is redirected too", [{ tls: [{ hosts: ["b.org"], secretName: "s" }] }], "a.org/x", "redirect https://a.org/x", "redirect https://a.org/x", "same"],
  ["… and answers behind a certificate that may not be its own", [{ tls: [{ hosts: ["b.org"], secretName: "s" }] }], "https://a.org/x", n("web"), n("web"), "different"],
  ["TLS without a Secret", [{ tls: [{ hosts: ["a.org"] }] }], "https://a.org/x", n("web"), n("web"), "different"],
  ["HTTPS to a host without TLS", [{}], "https://a.org/x", n("web"), "refused", "different"],
  ["a wildcard's certificate covers a host without tls", [{ host: "x.a.org" }, { host: "*.a.org", tls: [{ hosts: ["*.a.org"], secretName: "s" }] }], "x.a.org/", "redirect https://x.a.org", "redirect https://x.a.org/", "same"],
  ["ssl-redirect: the slash at the end", [{ tls: TLS }], "a.org/x/", "redirect https://a.org/x", "redirect https://a.org/x/", "different"],
  ["preserve-trailing-slash", [{ tls: TLS, a: { "preserve-trailing-slash": "true" } }], "a.org/x/", "redirect https://a.org/x/", "redirect https://a.org/x/", "same"],
  ["ACME's challenge stays on HTTP", [{ tls: TLS, paths: ["/ Prefix web", "/.well-known/acme-challenge Prefix api"] }], "a.org/.well-known/acme-challenge/t", n("api"), n("api"), "same"],
  ["app-root goes before the redirect to HTTPS", [{ tls: TLS, a: { "app-root": "/app" } }], "a.org/", "redirect http://a.org/app", "redirect http://a.org/app", "same"],
  ["permanent-redirect too", [{ tls: TLS, a: { "permanent-redirect": "https://b.org/y" } }], "a.org/x", "redirect https://b.org/y", "redirect https://b.org/y", "same"],
  ["a redirect holds for the host's other paths", [{ a: { "permanent-redirect": "https://b.org" }, paths: ["/old Prefix web"] }], "a.org/other", "redirect https://b.org", "redirect https://b.org/", "same"],
  ["a redirect that keeps the path", [{ a: { "temporal-redirect": "https://b.org$request_uri" } }], "a.org/x/y", "redirect https://b.org/x/y", "redirect https://b.org/x/y", "same"],
  ["a code of its own", [{ a: { "permanent-redirect": "https://b.org/", "permanent-redirect-code": "308" } }], "a.org/x", "redirect https://b.org/", "redirect https://b.org/", "same"],
  ["www where www has an Ingress", [{ a: { "from-to-www-redirect": "true" } }, { host: "www.a.org", paths: ["/ Prefix api"] }], "www.a.org/", n("api"), n("api"), "same"],
  ["www by HTTPS", [{ a: { "from-to-www-redirect": "true" }, tls: [{ hosts: ["a.org", "www.a.org"], secretName: "cert" }] }], "https://www.a.org/x", "redirect https://a.org/x", "redirect https://a.org/x", "same"],
  ["the bare name of www", [{ host: "www.a.org", a: { "from-to-www-redirect": "true" } }], "a.org/x", "redirect http://www.a.org/x", "redirect http://www.a.org/x", "same"],
  ["a canary belongs to the Service: another path", CANARY(WEIGHT), "a.org/cart", TWO, TWO, "same"],
  ["… and another host", CANARY(WEIGHT, [{ host: "b.org" }]), "b.org/", TWO, TWO, "same"],
  ["a canary without a primary", [{ a: { canary: "true", ...WEIGHT }, host: "c.org", paths: ["/ Prefix next"] }, {}], "c.org/", "status 404", "status 404", "same"],
  ["a canary of another path type", [{}, { a: { canary: "true", ...WEIGHT }, paths: ["/ Exact next"] }], "a.org/", n("web"), n("web"), "same"],
  ["a total", CANARY({ "canary-weight": "50", "canary-weight-total": "200" }), "a.org/", "split n/web:80=75 n/next:80=25", "split n/web:80=75 n/next:80=25", "same"],
  ["a second canary of the Service", CANARY(WEIGHT, [{ a: { canary: "true", "canary-weight": "90" }, paths: ["/cart Prefix api"] }]), "a.org/cart", TWO, TWO, "same"],
  ["a header's value", CANARY({ "canary-by-header": "X-V", "canary-by-header-value": "2" }), "a.org/ x-v=2", n("next"), n("next"), "same"],
  ["a header's value: always means nothing", CANARY({ "canary-by-header": "X-V", "canary-by-header-value": "2" }), "a.org/ X-V=always", n("web"), n("web"), "same"],
  ["a header's pattern, anywhere in it", CANARY({ "canary-by-header": "X-V", "canary-by-header-pattern": "b[0-9]" }), "a.org/ X-V=ab1c", n("next"), n("next"), "same"],
  ["a header that says never, and a cookie", CANARY({ "canary-by-header": "X-V", "canary-by-cookie": "v" }), "a.org/ X-V=never Cookie=v=always", n("web"), n("web"), "different"],
  ["a cookie among others", CANARY({ "canary-by-cookie": "v" }), "a.org/ Cookie=a=b;v=always", n("next"), n("next"), "different"],
  ["two owners: the older", [{ name: "new", created: "2026-02-01T00:00:00Z", paths: ["/ Prefix api"] }, { name: "old", created: "2026-01-01T00:00:00Z" }], "a.org/", n("web"), n("web"), "same"],
  ["two owners of one second: the later name", [{ name: "a", created: "2026-01-01T00:00:00Z", paths: ["/ Prefix api"] }, { name: "b", created: "2026-01-01T00:00:00Z" }], "a.org/", n("web"), n("web"), "same"],
  ["two namespaces, one host", [{}, { ns: "m", paths: ["/m Prefix web"] }], "a.org/m/x", "m/web:80", "m/web:80", "same"],
  ["a wildcard, one label", [{ host: "*.a.org" }], "x.a.org/", n("web"), n("web"), "same"],
  ["a wildcard, two labels", [{ host: "*.a.org" }], "y.x.a.org/", "status 404", n("web"), "different"],
  ["a wildcard, none", [{ host: "*.a.org" }], "a.org/", "status 404", "status 404", "same"],
  ["no host", [{ host: "" }], "any.example/x", n("web"), n("web"), "same"],
  ["a default backend alone", [{ paths: [], spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } }], "any.example/x", n("web"), n("web"), "same"],
  ["a default backend beside rules", [{ paths: ["/x Prefix api"], spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } }], "a.org/else", n("web"), n("web"), "same"],
  ["… serves no other host", [{ paths: ["/x Prefix api"], spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } }], "b.org/else", "status 404", "status 404", "same"],
  ["a password", [{ a: { "auth-type": "basic", "auth-secret": "pw" } }], "a.org/", "status 401", closed, "not convertible"],
  ["a password beside an open path", [{}, { a: { "auth-type": "basic", "auth-secret": "pw" }, paths: ["/admin Prefix api"] }], "a.org/admin/x", "status 401", closed, "not convertible"],
  ["a password whose Secret is not named", [{ a: { "auth-type": "basic" } }], "a.org/", "status 503", closed, "not convertible"],
  ["an asked service, shown nothing", [{ a: { "auth-url": "https://auth.org/check", "auth-signin": "https://auth.org/in" } }], "a.org/", "redirect https://auth.org/in?rd=http://a.org%2F", closed, "not convertible"],
  ["an asked service that takes it", [{ a: { "auth-url": "https://auth.org/check" } }], "a.org/ Cookie=s=1", n("web"), closed, "not convertible"],
  ["an allow list, inside", [{ a: { "whitelist-source-range": "10.0.0.0/8, 192.0.2.1" } }], "a.org/ client=10.1.2.3", n("web"), closed, "not convertible"],
  ["an allow list, outside", [{ a: { "whitelist-source-range": "10.0.0.0/8" } }], "a.org/ client=11.1.2.3", "status 403", closed, "not convertible"],
  ["an allow list that holds nothing", [{ a: { "whitelist-source-range": "office" } }], "a.org/", "status 503", closed, "not convertible"],
  ["a deny list", [{ a: { "denylist-source-range": "10.0.0.0/8" } }], "a.org/ client=10.1.2.3", "status 403", closed, "not convertible"],
  ["any of two is enough", [{ a: { "auth-type": "basic", "auth-secret": "pw", "whitelist-source-range": "10.0.0.0/8", satisfy: "any" } }], "a.org/ client=10.0.0.1", n("web"), closed, "not convertible"],
  ["client certificates", [{ tls: TLS, a: { "auth-tls-secret": "n/ca" } }], "https://a.org/", "status 400", closed, "not convertible"],
  ["a limit", [{ a: { "limit-rps": "5" } }], "a.org/", n("web"), n("web"), "different"],
  ["affinity", [{ a: { affinity: "cookie" } }], "a.org/", n("web"), n("web"), "different"],
  ["a body that is too large", [{ a: { "proxy-body-size": "8k" } }], "POST a.org/ body=8193", "status 413", n("web"), "different"],
  ["a body over the default", [{}], "POST a.org/ body=1048577", "status 413", n("web"), "different"],
  ["an error page", [{ a: { "custom-http-errors": "503", "default-backend": "errors" } }], "a.org/ answers=503", n("errors"), n("web"), "different"],
  ["a snippet that refuses", [{ a: { "configuration-snippet": "if ($request_method = POST) { return 403; }" } }], "POST a.org/", "status 403", closed, "not convertible"],
  ["a snippet that sets a header", [{ a: { "configuration-snippet": 'more_set_headers "X-A: b";' } }], "a.org/", n("web"), n("web"), "different"],
  ["a snippet that sets a header of the request", [{ a: { "configuration-snippet": "proxy_set_header X-A b;" } }], "a.org/", n("web"), n("web"), "different"],
  ["a snippet of another kind", [{ a: { "configuration-snippet": "set $x 1;" } }], "a.org/", "unknown", closed, "unknown"],
  ["a preflight", [{ a: { "enable-cors": "true", "cors-allow-origin": "https://*.b.org" } }], "OPTIONS a.org/ Origin=https://x.b.org Access-Control-Request-Method=PUT", "status 204", "status 200", "different"],
  ["a preflight of a stranger", [{ a: { "enable-cors": "true", "cors-allow-origin": "https://b.org" } }], "OPTIONS a.org/ Origin=https://c.org Access-Control-Request-Method=PUT", n("web"), n("web"), "same"],
  ["any OPTIONS, any origin", [{ a: { "enable-cors": "true" } }], "OPTIONS a.org/", "status 204", n("web"), "different"],
  ["an alias", [{ a: { "server-alias": "b.org, *.c.org" } }], "x.y.c.org/", n("web"), n("web"), "same"],
  ["an alias that is another's host", [{ a: { "server-alias": "b.org" } }, { host: "b.org", paths: ["/ Prefix api"] }], "b.org/", n("api"), n("api"), "same"],
  ["TLS that goes through", [{ tls: TLS, a: { "ssl-passthrough": "true" } }], "https://a.org/", n("web"), n("web"), "same"],
  ["extensions/v1beta1", [{ apiVersion: "extensions/v1beta1", a: { "kubernetes.io/ingress.class": "nginx" }, paths: ["/ - web"] }], "a.org/x", n("web"), n("web"), "same"],
  ["another class", [{ spec: { ingressClassName: "traefik" } }], "a.org/", "status 404", "status 404", "same"],
  ["a port by name", [{ paths: ["/ Prefix named:http"] }], "a.org/", n("named", 8080), n("named", 8080), "same"],
  ["a target port in place of a port", [{ paths: ["/ Prefix named:3000"] }], "a.org/", n("named", 8080), n("named", 8080), "same"],
  ["a Service that is not there", [{ paths: ["/ Prefix nobody"] }], "a.org/", "status 503", closed, "different"],
  ["a Service that is not there, with a second choice", [{ paths: ["/ Prefix nobody"], a: { "default-backend": "errors" } }], "a.org/", n("errors"), closed, "different"],
  ["a port that takes UDP", [{ paths: ["/ Prefix udp"] }], "a.org/", "status 503", closed, "different"],
  ["a name outside", [{ paths: ["/ Prefix outside"] }], "a.org/", n("outside"), closed, "different"],
  ["a resource backend", [{ spec: { rules: [{ host: "a.org", http: { paths: [{ path: "/", pathType: "Prefix", backend: { resource: { kind: "Bucket", name: "b" } } }] } }] } }], "a.org/", "status 404", "status 404", "same"],
  ["the third owner of a path is written twice: nginx refuses all", [{ paths: ["/x Prefix web"] }, { paths: ["/x Exact api"] }, { paths: ["/x Exact old"] }], "a.org/", "unknown", "status 404", "unknown"],
];

const SECRET = { "auth-type": "basic", "auth-secret": "pw" };
const OFFICE = { "whitelist-source-range": "10.0.0.0/8" };
const AUTH = { "auth-url": "http://auth.n.svc:4180/check" };

/** The same with Envoy Gateway's own policies. */
// prettier-ignore
export const envoyRows: Row[] = [
  ["a password, none shown", [{ a: SECRET }], "a.org/", "status 401", "status 401", "same"],
  ["a password", [{ a: SECRET }], "a.org/ Authorization=x", n("web"), n("web"), "same"],
  ["a password for one path of two", [{}, { a: SECRET, paths: ["/admin Prefix api"] }], "a.org/x", n("web"), n("web"), "same"],
  ["… the other", [{}, { a: SECRET, paths: ["/admin Prefix api"] }], "a.org/admin/x", "status 401", "status 401", "same"],
  ["an allow list, inside", [{ a: OFFICE }], "a.org/ client=10.1.2.3", n("web"), n("web"), "same"],
  ["an allow list, outside", [{ a: OFFICE }], "a.org/ client=11.1.2.3", "status 403", "status 403", "same"],
  ["a deny list, one address", [{ a: { "denylist-source-range": "10.0.0.1" } }], "a.org/ client=10.0.0.1", "status 403", "status 403", "same"],
  ["a deny list, another", [{ a: { "denylist-source-range": "10.0.0.1" } }], "a.org/ client=10.0.0.2", n("web"), n("web"), "same"],
  ["both, from outside without a password", [{ a: { ...SECRET, ...OFFICE } }], "a.org/ client=11.0.0.1", "status 403", "status 401", "different"],
  ["any of two has no word", [{ a: { ...SECRET, ...OFFICE, satisfy: "any" } }], "a.org/ client=10.0.0.1", n("web"), closed, "not convertible"],
  ["an asked service", [{ a: AUTH }], "a.org/ Cookie=s=1", n("web"), n("web"), "same"],
  ["an asked service, shown nothing", [{ a: AUTH }], "a.org/", "status 401", "status 401", "same"],
  ["an asked service elsewhere", [{ a: { "auth-url": "https://auth.example.org/" } }], "a.org/ Cookie=s=1", n("web"), closed, "not convertible"],
  ["a snippet for the asked service", [{ a: { ...AUTH, "auth-snippet": "proxy_set_header X y;" } }], "a.org/ Cookie=s=1", n("web"), closed, "not convertible"],
  ["a snippet stays closed", [{ a: { ...SECRET, "configuration-snippet": "return 403;" } }], "a.org/ Authorization=x", "status 403", closed, "not convertible"],
  ["a canary behind a password", [{ a: SECRET }, { a: { canary: "true", ...WEIGHT }, paths: ["/ Prefix next"] }], "a.org/ Authorization=x", TWO, TWO, "same"],
  ["with TLS: the redirect is open", [{ a: SECRET, tls: TLS }], "a.org/x", "redirect https://a.org/x", "redirect https://a.org/x", "same"],
  ["… what it leads to is not", [{ a: SECRET, tls: TLS }], "https://a.org/x", "status 401", "status 401", "same"],
];
