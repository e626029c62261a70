import type { Row } from "./migrate-cases";

/**
 * Situations that were answered wrong once, or passed over. What nginx answers was read in the sources of 1.15.1, what the
 * Gateway answers in those of Envoy Gateway 1.9.1; `npm run test:gateway` asks Envoy Gateway itself.
 */

const TLS = [{ hosts: ["a.org"], secretName: "cert" }];
const WILD = { host: "*.a.org", paths: ["/ Prefix api"], tls: [{ hosts: ["*.a.org"], secretName: "s" }] };
const ALL = { host: "", paths: ["/ Prefix api"], tls: [{ hosts: ["a.org"], secretName: "s" }] };
const WEIGHT = { canary: "true", "canary-weight": "20" };
const ERRORS = { "custom-http-errors": "401,503", "default-backend": "errors" };
const SECRET = { "auth-type": "basic", "auth-secret": "pw" };
const ITEMS = [{ a: { "rewrite-target": "/items?id=$1" }, paths: ["/i/([0-9]+) Impl api"] }];
const STRIP = [{ a: { "rewrite-target": "/$2" }, paths: ["/api(/|$)(.*) Impl api"] }];
const PREFIX = [
  { a: { "rewrite-target": "/$2", "x-forwarded-prefix": "/$1" }, paths: ["/api(/|$)(.*) Impl api"] },
];
const ALIASES = Array.from({ length: 20 }, (_, i) => `h${i}.org`).join(",");
const n = (service: string) => `n/${service}:80`;
const closed = "status 500";

// prettier-ignore
export const edgeRows: Row[] = [
  ["a plain host below a wildcard with a certificate", [{ host: "x.a.org" }, WILD], "https://x.a.org/p", n("web"), n("web"), "same"],
  ["… by HTTP", [{ host: "x.a.org" }, WILD], "x.a.org/p", "redirect https://x.a.org/p", "redirect https://x.a.org/p", "same"],
  ["a plain host beside a catch-all with TLS", [{ host: "b.org" }, ALL], "https://b.org/x", n("web"), n("web"), "same"],
  ["the catch-all's own certificate redirects nobody", [ALL], "a.org/x", n("api"), n("api"), "same"],
  ["the other name of www below a wildcard with a certificate", [{ host: "x.a.org", a: { "from-to-www-redirect": "true" } }, { ...WILD, host: "*.x.a.org", tls: [{ hosts: ["*.x.a.org"], secretName: "s" }] }], "https://www.x.a.org/p", "redirect https://x.a.org/p", "redirect https://x.a.org/p", "same"],
  ["a canary of another namespace", [{}, { ns: "m", a: WEIGHT, paths: ["/ Prefix web"] }], "a.org/", "split n/web:80=80 m/web:80=20", "split n/web:80=80 m/web:80=20", "same"],
  ["FastCGI", [{ a: { "backend-protocol": "FCGI" } }], "a.org/", n("web"), closed, "not convertible"],
  ["gRPC on one path of a host", [{ a: { "backend-protocol": "GRPC" }, paths: ["/pkg.S Prefix api"] }, {}], "POST a.org/pkg.S/M", n("api"), n("api"), "different"],
  ["AUTO_HTTP by HTTPS", [{ a: { "backend-protocol": "AUTO_HTTP" }, tls: TLS }], "https://a.org/x", n("web"), n("web"), "different"],
  ["a list with one bad entry refuses all", [{ a: { "whitelist-source-range": "10.0.0.0/8, office" } }], "a.org/ client=10.0.0.1", "status 503", closed, "not convertible"],
  ["… and one with a comma at its end", [{ a: { "denylist-source-range": "192.0.2.1," } }], "a.org/ client=10.0.0.1", "status 503", closed, "not convertible"],
  ["… and one with an impossible range", [{ a: { "whitelist-source-range": "10.0.0.0/33" } }], "a.org/ client=10.0.0.1", "status 503", closed, "not convertible"],
  ["a certificate's subject is asked of plain HTTP, too", [{ tls: TLS, a: { "auth-tls-secret": "n/ca", "auth-tls-match-cn": "CN=x", "ssl-redirect": "false" } }], "a.org/", "status 403", closed, "not convertible"],
  ["a Secret for client certificates without namespace closes the host", [{ tls: TLS, a: { "auth-tls-secret": "ca" } }], "https://a.org/", "status 403", closed, "not convertible"],
  ["… and one of another namespace", [{ tls: TLS, a: { "auth-tls-secret": "m/ca" } }], "https://a.org/", "status 403", closed, "not convertible"],
  ["certificates that are not asked for close nothing", [{ tls: TLS, a: { "auth-tls-secret": "n/ca", "auth-tls-verify-client": "off" } }], "https://a.org/", n("web"), n("web"), "different"],
  ["an alias in capitals", [{ a: { "server-alias": "B.org" } }], "b.org/", n("web"), n("web"), "same"],
  ["an alias with a wildcard at its end", [{ a: { "server-alias": "b.*" } }], "b.com/", n("web"), "status 404", "different"],
  ["an alias that is an expression", [{ a: { "server-alias": "~^www\\d+\\.b\\.org$" } }], "www1.b.org/", n("web"), "status 404", "different"],
  ["more names than one route holds", [{ a: { "server-alias": ALIASES } }], "h17.org/", n("web"), n("web"), "same"],
  ["from-to-www-redirect goes before an alias", [{ a: { "from-to-www-redirect": "true", "server-alias": "www.a.org" } }], "www.a.org/x", "redirect http://a.org/x", "redirect http://a.org/x", "same"],
  ["from-to-www-redirect on a wildcard: nginx refuses all", [{ host: "*.a.org", a: { "from-to-www-redirect": "true" } }], "x.a.org/", "unknown", n("web"), "unknown"],
  ["nginx's own errors get the page, too", [{ a: { ...ERRORS, ...SECRET } }], "a.org/", n("errors"), closed, "not convertible"],
  ["… also where the backend's come through", [{ a: { ...ERRORS, ...SECRET, "disable-proxy-intercept-errors": "true" } }], "a.org/", n("errors"), closed, "not convertible"],
  ["errors that are not intercepted", [{ a: { ...ERRORS, "disable-proxy-intercept-errors": "true" } }], "a.org/ answers=503", n("web"), n("web"), "different"],
  ["no page for a path that leads nowhere", [{ paths: ["/x Prefix web"], a: { "custom-http-errors": "404", "default-backend": "errors" } }], "a.org/y answers=404", "status 404", "status 404", "same"],
  ["permanent-redirect to a path", [{ a: { "permanent-redirect": "/new" } }], "a.org/x", "redirect http://a.org/new", "redirect http://a.org/new", "same"],
  ["temporal-redirect to a path is dropped", [{ a: { "temporal-redirect": "/new" } }], "a.org/x", n("web"), n("web"), "same"],
  ["a code that is no number drops the redirect", [{ a: { "permanent-redirect": "https://b.org", "permanent-redirect-code": "307x" } }], "a.org/x", n("web"), n("web"), "same"],
  ["use-port-in-redirects names the usual port", [{ tls: TLS, a: { "use-port-in-redirects": "true" } }], "a.org/x", "redirect https://a.org:443/x", "redirect https://a.org/x", "same"],
  ["a page to sign in at of one's own", [{ a: { "auth-url": "https://auth.org/check", "auth-signin": "https://$host/in?rd=$escaped_request_uri" } }], "a.org/x?y=1", "redirect https://a.org/in?rd=%2Fx%3Fy%3D1", closed, "not convertible"],
  ["dots are resolved for the backend", [{ paths: ["/docs Prefix web"] }], "a.org/a/../docs/x", n("web"), n("web"), "different"],
  ["the code of a slash", [{ paths: ["/docs Prefix web"] }], "a.org/docs%2Fx", n("web"), "redirect http://a.org/docs/x", "different"],
  ["a space in a path", [{ paths: ["/a+b/c/d Prefix web"] }, { spec: { rules: [{ host: "a.org", http: { paths: [{ path: "/a b", pathType: "Prefix", backend: { service: { name: "api", port: { number: 80 } } } }] } }] } }], "a.org/a%20b/c", n("api"), n("api"), "same"],
  ["a code in the path of an Ingress fits nothing", [{ paths: ["/caf%C3%A9 Prefix web"] }], "a.org/caf%C3%A9", "status 404", "status 404", "same"],
  ["a letter beyond ASCII", [{ paths: ["/café Prefix web"] }], "a.org/caf%C3%A9/x", n("web"), n("web"), "same"],
  ["a code that is none", [{ paths: ["/docs Prefix web"] }], "a.org/docs/%zz", "status 400", n("web"), "different"],
  ["a stripped prefix before a code", STRIP, "a.org/api/a%20b?x=1", n("api"), n("api"), "same"],
  ["arguments of the rewrite", ITEMS, "a.org/i/7", n("api"), closed, "not convertible"],
  ["arguments of a rewrite for all", [{ a: { "rewrite-target": "/items?id=1" }, paths: ["/i Impl api"] }], "a.org/i", n("api"), closed, "not convertible"],
  ["a variable of the rewrite", [{ a: { "rewrite-target": "/x$request_uri" }, paths: ["/i Impl api"] }], "a.org/i", "unknown", closed, "unknown"],
  ["captured parts in a header", PREFIX, "a.org/api/x", n("api"), n("api"), "different"],
  ["ssl-passthrough of a later Ingress of the host", [{ tls: TLS }, { a: { "ssl-passthrough": "true" }, paths: ["/x Prefix api"] }], "https://a.org/", n("web"), n("web"), "same"],
  ["a host that Kubernetes calls a wildcard, and one of its name", [{ host: "*.a.org" }, { host: "wildcard.a.org", paths: ["/ Prefix api"] }], "wildcard.a.org/", n("api"), n("api"), "same"],
  ["CORS for an origin of another scheme", [{ a: { "enable-cors": "true", "cors-allow-origin": "app://x.org" } }], "OPTIONS a.org/ Origin=app://x.org Access-Control-Request-Method=PUT", "status 204", n("web"), "different"],
  ["a firewall's own snippet", [{ a: { "modsecurity-snippet": "SecRuleEngine On" } }], "a.org/", n("web"), n("web"), "different"],
  ["redirects of the backend that are rewritten", [{ a: { "proxy-redirect-from": "http://x/", "proxy-redirect-to": "https://y/" } }], "a.org/", n("web"), n("web"), "different"],
  ["cookies of the backend that are rewritten", [{ a: { "proxy-cookie-path": "/ /app" } }], "a.org/", n("web"), n("web"), "different"],
  ["a Host that is no plain name", [{ a: { "upstream-vhost": "$service_name.internal" } }], "a.org/", n("web"), n("web"), "different"],
  ["a mirror outside", [{ a: { "mirror-target": "https://mirror.example.com$request_uri" } }], "a.org/", n("web"), n("web"), "different"],
  ["an alternative of an expression begins anywhere", [{ a: { "use-regex": "true" }, paths: ["/a|/b Impl api"] }, {}], "a.org/x/b", n("api"), n("api"), "same"],
  ["an expression that Envoy cannot read closes what others own", [{ a: { "use-regex": "true" }, paths: ["/(a)\\1 Impl api"] }, {}], "a.org/x", n("web"), closed, "not convertible"],
  ["a canary's header with an underscore", [{}, { a: { canary: "true", "canary-by-header": "X_V" }, paths: ["/ Prefix next"] }], "a.org/ X-V=always", n("next"), n("next"), "same"],
  ["a canary at a port that the Service lacks", [{}, { a: WEIGHT, paths: ["/ Prefix web:81"] }], "a.org/", n("web"), n("web"), "same"],
  ["a host in capitals is the same place", [{ tls: TLS }], "A.org/x", "redirect https://A.org/x", "redirect https://A.org/x", "same"],
  ["headers of CORS that cannot be read are those by default", [{ a: { "enable-cors": "true", "cors-allow-headers": "X-A; X-B" } }], "a.org/ Origin=https://x.org", n("web"), n("web"), "same"],
  ["a preflight before the redirect to HTTPS", [{ tls: TLS, a: { "enable-cors": "true" } }], "OPTIONS a.org/ Origin=https://x.org Access-Control-Request-Method=PUT", "status 204", "redirect https://a.org/", "different"],
  ["ACME's challenges need no password", [{ a: SECRET, paths: ["/.well-known/acme-challenge Prefix web"] }], "a.org/.well-known/acme-challenge/x", n("web"), n("web"), "same"],
  ["a page for who shows no certificate", [{ tls: TLS, a: { "auth-tls-secret": "n/ca", "auth-tls-error-page": "https://b.org/cert" } }], "https://a.org/", "redirect https://b.org/cert", closed, "not convertible"],
  ["a snippet with marks in quotes", [{ a: { "configuration-snippet": "more_set_headers \"Content-Security-Policy: default-src 'self'; frame-ancestors 'none'\";" } }], "a.org/", n("web"), n("web"), "different"],
  ["a snippet with a comment behind it", [{ a: { "configuration-snippet": "more_set_headers 'X: y'; # return 403;" } }], "a.org/", n("web"), n("web"), "different"],
  ["a snippet that redirects by a variable nobody knows", [{ a: { "configuration-snippet": "return 301 https://$server_name/x;" } }], "a.org/", "unknown", closed, "unknown"],
  ["an alias that no certificate names is not redirected", [{ a: { "server-alias": "b.org" }, tls: TLS }], "b.org/x", n("web"), n("web"), "same"],
  ["… its host is", [{ a: { "server-alias": "b.org" }, tls: TLS }], "a.org/x", "redirect https://a.org/x", "redirect https://a.org/x", "same"],
  ["a redirect by variables", [{ a: { "permanent-redirect": "https://www.$host/x" } }], "a.org/x", "redirect https://www.a.org/x", closed, "not convertible"],
  ["TLS that goes through to nobody", [{ tls: TLS, a: { "ssl-passthrough": "true" }, paths: ["/x Prefix api"] }], "https://a.org/x", "unknown", "status 404", "unknown"],
  ["a longer plain path that nginx never comes to", [...STRIP, { paths: ["/api/v2 Prefix web"] }], "a.org/api/v2/x", n("api"), n("api"), "same"],
  ["a shorter plain path does not take from a stripped prefix", [...STRIP, { paths: ["/a Prefix web"] }], "a.org/api/x", n("api"), n("api"), "same"],
  ["… and keeps its own", [...STRIP, { paths: ["/a Prefix web"] }], "a.org/a/x", n("web"), n("web"), "same"],
  ["an expression that nginx never comes to", [{ a: { "rewrite-target": "/$2" }, paths: ["/api(/|$)(.*) Impl api", "/api/(.*) Impl web"] }], "a.org/api/z", n("api"), n("api"), "same"],
  ["a shorter plain path in another case", [...STRIP, { paths: ["/a Prefix web"] }], "a.org/A/x", n("web"), n("web"), "same"],
  ["TLS that goes through to a Service that is not there", [{ tls: TLS, a: { "ssl-passthrough": "true" }, paths: ["/ Prefix nobody"] }], "https://a.org/x", "unknown", "status 500", "unknown"],
  ["an alias of two hosts is the first one's by name", [{ host: "b.org", a: { "server-alias": "z.org" } }, { a: { "server-alias": "z.org" }, paths: ["/ Prefix api"] }], "z.org/", n("api"), n("api"), "same"],
  ["TLS never goes through for a wildcard", [{ host: "x.a.org", tls: [{ hosts: ["x.a.org"], secretName: "s" }] }, { ...WILD, a: { "ssl-passthrough": "true" } }], "https://y.a.org/", n("api"), n("api"), "same"],
  ["a canary of a name outside does not get it all", [{ paths: ["/ Prefix outside"] }, { a: WEIGHT, paths: ["/ Prefix next"] }], "a.org/", "split n/outside:80=80 n/next:80=20", closed, "different"],
  ["without the primary's Service nobody asks for the canary", [{ paths: ["/ Prefix nobody"] }, { a: { canary: "true", "canary-by-header": "X-V" }, paths: ["/ Prefix next"] }], "a.org/ X-V=always", "status 503", closed, "different"],
  ["paths that differ in case are two", [{ paths: ["/A Prefix web", "/a Prefix api"] }], "a.org/A/x", n("web"), n("web"), "same"],
  ["… the other", [{ paths: ["/A Prefix web", "/a Prefix api"] }], "a.org/a/x", n("api"), n("api"), "same"],
  ["an alias of the catch-all is a name", [{ host: "", a: { "server-alias": "www.a.org" } }, WILD], "https://www.a.org/x", n("web"), n("web"), "same"],
  ["… and the catch-all stays as it is", [{ host: "", a: { "server-alias": "www.a.org" } }, WILD], "q.org/x", n("web"), n("web"), "same"],
  ["a canary that is a name outside", [{}, { a: WEIGHT, paths: ["/ Prefix outside"] }], "a.org/", "split n/web:80=80 n/outside:80=20", n("web"), "different"],
  ["TLS that goes through to a named port", [{ tls: TLS, a: { "ssl-passthrough": "true" }, paths: ["/ Prefix named:http"] }], "https://a.org/", "n/named:8080", "n/named:8080", "same"],
  ["a plain path of the same text as a stripped prefix", [...STRIP, { paths: ["/api Prefix web"] }], "a.org/api/z", n("api"), n("api"), "same"],
  ["a host without a path is no wildcard's", [{ host: "x.a.org", spec: { rules: [{ host: "x.a.org" }] } }, { host: "*.a.org" }], "x.a.org/", "status 404", closed, "different"],
  ["an expression for the root alone", [{ a: { "use-regex": "true" }, paths: ["/$ Impl web"] }], "a.org/hostname", "status 404", "status 404", "same"],
  ["… takes the root", [{ a: { "use-regex": "true" }, paths: ["/$ Impl web"] }], "a.org/", n("web"), n("web"), "same"],
  ["an expression for everything", [{ a: { "use-regex": "true" }, paths: ["/(.*)$ Impl web"] }], "a.org/x", n("web"), n("web"), "same"],
  ["a limit of nothing", [{ a: { "limit-rps": "0" } }], "a.org/", n("web"), n("web"), "same"],
];
