import type { Ingress } from "../nginx/ingresses";
import {
  codeNote,
  mirrorsHere,
  protocolNote,
  redirectNote,
  snippetNote,
  type Told,
} from "./annotation-values";
import { isHostname } from "./rules";

export type Rule = Told | ((value: string, ing: Ingress) => Told);

const PORTABLE = "no portable word in Gateway API";
const SECURITY = (field: string) =>
  [
    "closed",
    `${PORTABLE}: the path is closed rather than left open. Envoy Gateway: SecurityPolicy ${field}; then give the rule its backend`,
  ] as const;
const LIMIT = (field: string) =>
  ["lost", `${PORTABLE}: there is no limit any more. Envoy Gateway: ${field}`] as const;
const TUNING = [
  "lost",
  "tunes nginx's own buffers and connections; the proxy's defaults hold. Envoy Gateway: BackendTrafficPolicy, ClientTrafficPolicy",
] as const;
const WITH = (what: string) => ["kept", `goes with ${what}`] as const;
const CANARY =
  "rules with a header match, and weights on backendRefs; they hold for every path to the same Service, as at nginx";
const REWRITE_ONLY = "nginx reads it beside rewrite-target only";
const TO_LOG = ["lost", "logs and traces are the proxy's: Envoy Gateway, EnvoyProxy telemetry"] as const;

/** What each annotation of ingress-nginx becomes. */
export const RULES: Readonly<Record<string, Rule>> = {
  "rewrite-target": (v) => [
    "changed",
    `URLRewrite (${v}): a prefix, or the whole path. It also makes every path of the host an expression without case at nginx; a prefix match of the Gateway looks at case`,
  ],
  "use-regex": (v) =>
    v === "true"
      ? [
          "changed",
          "RegularExpression matches with (?i) for every path of the host, as nginx ignores case there; not every implementation takes them (Envoy does), and a rewritten prefix becomes a PathPrefix that looks at case",
        ]
      : ["no effect", "off"],
  "app-root": (v) => [
    "kept",
    v.startsWith("/")
      ? "an Exact match on / with RequestRedirect 302"
      : "nginx takes no URL here and ignores it, and so does the route",
  ],
  "ssl-redirect": (v) => [
    "kept",
    v === "false"
      ? "routes on both listeners, no redirect"
      : "RequestRedirect 308 on the HTTP listener, where the host has a certificate",
  ],
  "force-ssl-redirect": (v, ing) =>
    v === "true"
      ? [
          ing.tls.length > 0 ? "kept" : "changed",
          `RequestRedirect 308 on the HTTP listener${ing.tls.length > 0 ? "" : "; no certificate is known, so no HTTPS listener could be made here: TLS ends in front, or give --default-certificate"}`,
        ]
      : ["no effect", "off"],
  "preserve-trailing-slash": ["kept", "the Gateway always keeps the slash at the end of a redirect"],
  "use-port-in-redirects": ["changed", "a redirect names no port; set requestRedirect.port"],
  "permanent-redirect": (v, ing) => redirectNote(v, ing),
  "temporal-redirect": (v, ing) => redirectNote(v, ing),
  "permanent-redirect-code": (v) => codeNote(v),
  "temporal-redirect-code": (v) => codeNote(v),
  "relative-redirects": ["lost", "redirects of the Gateway name scheme and host"],
  "from-to-www-redirect": ["kept", "a route of its own for the other name, RequestRedirect 308"],
  "server-alias": (v) =>
    v.includes("~")
      ? ["lost", "an expression as host name: hostnames take names and *. only; add the names"]
      : ["kept", "further hostnames of the route"],
  canary: ["kept", CANARY],
  "canary-weight": ["kept", "weights on backendRefs"],
  "canary-weight-total": (v) =>
    Number(v) >= 100 ? ["kept", "the sum of the weights"] : ["no effect", "nginx ignores a total below 100"],
  "canary-by-header": ["kept", "rules with a header match: always, never, or the value"],
  "canary-by-header-value": ["kept", "an Exact header match"],
  "canary-by-header-pattern": (_, ing) =>
    ing.settings.canary?.header?.value === undefined
      ? ["changed", "a RegularExpression header match: not every implementation takes one (Envoy does)"]
      : ["no effect", "nginx ignores it beside canary-by-header-value"],
  "canary-by-cookie": [
    "changed",
    "Gateway API has no cookie match: an expression over the Cookie header, which not every implementation takes (Envoy does). Envoy Gateway: HTTPRouteFilter; else let the application send a header",
  ],
  "affinity-canary-behavior": ["lost", "clients do not stick to a release"],
  affinity: [
    "lost",
    "session affinity: requests of one client go to any pod. sessionPersistence is experimental in Gateway API; Envoy Gateway: BackendTrafficPolicy loadBalancer ConsistentHash",
  ],
  "affinity-mode": ["lost", "goes with affinity"],
  "auth-type": SECURITY("basicAuth (its Secret has the key .htpasswd, SHA only)"),
  "auth-secret": SECURITY("basicAuth"),
  "auth-secret-type": SECURITY("basicAuth"),
  "auth-realm": SECURITY("basicAuth"),
  "auth-url": SECURITY("extAuth"),
  "auth-signin": SECURITY("extAuth, or oidc"),
  "auth-tls-secret": [
    "closed",
    "client certificates: the path is closed. Gateway API 1.5 has spec.tls.frontend on the Gateway, for a whole port; Envoy Gateway: ClientTrafficPolicy tls.clientValidation",
  ],
  "whitelist-source-range": SECURITY("authorization with clientCIDRs"),
  "allowlist-source-range": SECURITY("authorization with clientCIDRs"),
  "denylist-source-range": SECURITY("authorization with clientCIDRs"),
  satisfy: SECURITY("cannot say 'any' either: decide which check stays"),
  "enable-global-auth": [
    "lost",
    "global-auth-url of the controller's ConfigMap has no counterpart: look whether it is set",
  ],
  "limit-rps": LIMIT("BackendTrafficPolicy rateLimit"),
  "limit-rpm": LIMIT("BackendTrafficPolicy rateLimit"),
  "limit-connections": LIMIT("ClientTrafficPolicy connection.connectionLimit"),
  "limit-rate": LIMIT("BackendTrafficPolicy bandwidthLimit"),
  "limit-rate-after": LIMIT("BackendTrafficPolicy bandwidthLimit"),
  "limit-burst-multiplier": LIMIT("BackendTrafficPolicy rateLimit"),
  "limit-whitelist": LIMIT("BackendTrafficPolicy rateLimit"),
  "limit-allowlist": LIMIT("BackendTrafficPolicy rateLimit"),
  "enable-cors": ["changed", "a CORS filter; a preflight gets 200 from Envoy, 204 from nginx"],
  "cors-allow-origin": ["kept", "allowOrigins of the CORS filter"],
  "cors-allow-methods": ["kept", "allowMethods of the CORS filter"],
  "cors-allow-headers": ["kept", "allowHeaders of the CORS filter"],
  "cors-expose-headers": ["kept", "exposeHeaders of the CORS filter"],
  "cors-allow-credentials": ["kept", "allowCredentials of the CORS filter; not together with origin *"],
  "cors-max-age": ["kept", "maxAge of the CORS filter"],
  "backend-protocol": (v) => protocolNote(v),
  "proxy-ssl-secret": [
    "changed",
    "BackendTLSPolicy: put the CA (ca.crt) into the ConfigMap that it names; a client certificate is the Gateway's (spec.tls.backend)",
  ],
  "proxy-ssl-verify": (v) =>
    v === "on"
      ? ["kept", "BackendTLSPolicy always verifies"]
      : ["changed", "BackendTLSPolicy always verifies"],
  "proxy-ssl-name": ["kept", "validation.hostname of the BackendTLSPolicy"],
  "proxy-ssl-server-name": ["kept", "BackendTLSPolicy always sends the name"],
  "ssl-passthrough": (_, ing) =>
    ing.rules.every(({ host }) => /^[*_]/.test(host))
      ? ["no effect", "nginx lets TLS through for plain host names only"]
      : [
          "changed",
          "a TLSRoute on a listener in Passthrough mode; nginx does it only with --enable-ssl-passthrough",
        ],
  "x-forwarded-prefix": (_, ing) =>
    ing.settings.rewrite === undefined
      ? ["no effect", REWRITE_ONLY]
      : ing.settings.forwardedPrefix?.includes("$") === true
        ? ["lost", "a header cannot hold captured parts"]
        : ["kept", "RequestHeaderModifier sets X-Forwarded-Prefix"],
  "upstream-vhost": (v) =>
    isHostname(v) ? ["kept", "URLRewrite hostname"] : ["lost", "no plain host name, so it is left out"],
  "mirror-target": (v, ing) =>
    ing.rules.length > 0 && mirrorsHere(ing)
      ? ["kept", "RequestMirror to the Service"]
      : ["lost", `${v} is no Service beside the route: RequestMirror takes Services only`],
  "mirror-request-body": ["lost", "RequestMirror always sends the body"],
  "mirror-host": ["lost", "RequestMirror sends the request's own host"],
  "default-backend": [
    "lost",
    "who answers for a Service without pods: a route has no second choice (the Gateway answers 503 or 500)",
  ],
  "custom-http-errors": [
    "lost",
    "the backend's own error pages come through. Envoy Gateway: BackendTrafficPolicy responseOverride",
  ],
  "disable-proxy-intercept-errors": ["kept", "the Gateway intercepts no errors"],
  "configuration-snippet": (v) => snippetNote(v),
  "server-snippet": (v) => snippetNote(v),
  "stream-snippet": ["lost", "nginx's own language; TCPRoute or TLSRoute may say what it does"],
  "auth-snippet": SECURITY("extAuth"),
  "modsecurity-snippet": [
    "lost",
    "there is no firewall for requests in Gateway API; Calico and Envoy Gateway (by Wasm or external processing) have one",
  ],
  "enable-modsecurity": [
    "lost",
    "there is no firewall for requests in Gateway API; Calico and Envoy Gateway (by Wasm or external processing) have one",
  ],
  "enable-owasp-core-rules": ["lost", "goes with enable-modsecurity"],
  "modsecurity-transaction-id": ["lost", "goes with enable-modsecurity"],
  "proxy-body-size": (v) => [
    "lost",
    v === "0"
      ? "no limit, as the Gateway has none"
      : `bodies over ${v} got 413; the Gateway has no limit. Envoy Gateway: BackendTrafficPolicy requestBuffer.limit`,
  ],
  "client-body-buffer-size": TUNING,
  "proxy-read-timeout": [
    "changed",
    "timeouts.request of the rule: nginx counts between two reads, the Gateway the whole request; raise it for streams and WebSockets",
  ],
  "proxy-send-timeout": [
    "lost",
    "counted between two writes at nginx; timeouts.request covers the whole request",
  ],
  "proxy-connect-timeout": ["lost", "Envoy Gateway: BackendTrafficPolicy timeout.tcp.connectTimeout"],
  "proxy-next-upstream": ["lost", "Envoy Gateway: BackendTrafficPolicy retry"],
  "proxy-next-upstream-timeout": ["lost", "Envoy Gateway: BackendTrafficPolicy retry"],
  "proxy-next-upstream-tries": ["lost", "Envoy Gateway: BackendTrafficPolicy retry"],
  "proxy-buffering": TUNING,
  "proxy-buffer-size": TUNING,
  "proxy-buffers-number": TUNING,
  "proxy-busy-buffers-size": TUNING,
  "proxy-request-buffering": TUNING,
  "proxy-max-temp-file-size": TUNING,
  "proxy-http-version": [
    "lost",
    "the Gateway speaks HTTP/1.1 to backends, HTTP/2 with appProtocol kubernetes.io/h2c on the Service's port",
  ],
  "proxy-cookie-domain": ["lost", "cookies of the backend come through as they are"],
  "proxy-cookie-path": ["lost", "cookies of the backend come through as they are"],
  "proxy-redirect-from": ["lost", "redirects of the backend come through as they are"],
  "proxy-redirect-to": ["lost", "redirects of the backend come through as they are"],
  "connection-proxy-header": ["lost", "the Connection header is the proxy's own"],
  "http2-push-preload": ["no effect", "browsers have dropped push"],
  "service-upstream": [
    "lost",
    "the Gateway sends to pods, not to the Service's address. Envoy Gateway: routingType: Service",
  ],
  "load-balance": ["lost", "Envoy Gateway: BackendTrafficPolicy loadBalancer"],
  "upstream-hash-by": ["lost", "Envoy Gateway: BackendTrafficPolicy loadBalancer ConsistentHash"],
  "upstream-hash-by-subset": ["lost", "goes with upstream-hash-by"],
  "upstream-hash-by-subset-size": ["lost", "goes with upstream-hash-by"],
  "custom-headers": [
    "lost",
    "response headers of a ConfigMap: write them as ResponseHeaderModifier. nginx answers 503 where the ConfigMap is missing, or global-allowed-response-headers does not name them",
  ],
  "ssl-ciphers": ["lost", "TLS of the listener is the proxy's: Envoy Gateway, ClientTrafficPolicy tls"],
  "ssl-prefer-server-ciphers": [
    "lost",
    "TLS of the listener is the proxy's: Envoy Gateway, ClientTrafficPolicy tls",
  ],
  "enable-access-log": TO_LOG,
  "enable-rewrite-log": TO_LOG,
  "enable-opentelemetry": TO_LOG,
  "fastcgi-index": ["closed", "FastCGI: no Gateway speaks it; put a web server before the application"],
  "fastcgi-params-configmap": [
    "closed",
    "FastCGI: no Gateway speaks it; put a web server before the application",
  ],
};

/** Families whose members all go the same way. */
export const FAMILIES: readonly (readonly [RegExp, Rule])[] = [
  [/^session-cookie-/, ["lost", "goes with affinity"]],
  [/^auth-tls-/, ["closed", "goes with auth-tls-secret"]],
  [/^auth-/, SECURITY("extAuth")],
  [/^global-rate-limit/, LIMIT("BackendTrafficPolicy rateLimit, Global")],
  [/^opentelemetry-/, TO_LOG],
  [/^proxy-ssl-/, ["lost", "goes with BackendTLSPolicy, which has no field for it"]],
];

export const OTHERS: readonly (readonly [RegExp, Rule])[] = [
  [/^kubernetes\.io\/ingress\.class$/, WITH("the Gateway's class")],
  [
    /^cert-manager\.io\/(cluster-)?issuer$/,
    [
      "kept",
      "cert-manager: a Certificate of its own beside the Secret. The one that the Ingress owns dies with the Ingress, so apply this one after the Ingress is gone, or take its owner reference off",
    ],
  ],
  [/^(cert-manager|acme\.cert-manager)\.io\//, ["changed", "cert-manager: set it on the Certificate"]],
  [
    /^kubernetes\.io\/tls-acme$/,
    ["changed", "cert-manager's default issuer: write the issuer into a Certificate"],
  ],
  [
    /^external-dns\.alpha\.kubernetes\.io\/target$/,
    [
      "changed",
      "external-dns: copied to the routes; it reads the target from the Gateway, so set it there, and start it with --source=gateway-httproute",
    ],
  ],
  [
    /^external-dns\.alpha\.kubernetes\.io\//,
    ["kept", "external-dns: copied to the routes; start it with --source=gateway-httproute"],
  ],
];
