import { objectTitle, type KubeObject } from "../../kube/objects";
import { ANNOTATION } from "../routes/ingress-objects";

/** The ConfigMap of the controller, where it is among the objects: what holds for every Ingress that says nothing else. */
export interface ControllerConfig {
  title: string;
  /** Annotations in whose place its keys stand. */
  defaults: Readonly<Record<string, string>>;
  /** The keys that they come from. */
  followed: readonly string[];
  /** Keys that decide about answers and are not followed here. */
  unfollowed: readonly string[];
}

/** Keys that are the default of the annotation of the same name. */
const SAME = [
  "whitelist-source-range",
  "denylist-source-range",
  "ssl-redirect",
  "force-ssl-redirect",
  "preserve-trailing-slash",
  "use-port-in-redirects",
  "proxy-body-size",
  "proxy-read-timeout",
  "custom-http-errors",
  "limit-rate",
  "proxy-redirect-from",
  "proxy-redirect-to",
  "proxy-cookie-domain",
  "proxy-cookie-path",
  "enable-modsecurity",
  "enable-owasp-core-rules",
  "upstream-hash-by",
];
/** Keys of another name than their annotation. */
const RENAMED: Readonly<Record<string, string>> = {
  "global-auth-url": "auth-url",
  "global-auth-method": "auth-method",
  "global-auth-signin": "auth-signin",
  "global-auth-signin-redirect-param": "auth-signin-redirect-param",
};
/** Keys that decide about nothing that is answered here, or whose usual value is no news. */
const QUIET =
  /^(allow-snippet-annotations|annotations-risk-level|.*log.*|.*buffer.*|.*timeout.*|.*keep-?alive.*|.*opentelemetry.*|.*otlp.*|worker-.*|max-worker-.*|gzip.*|brotli.*|enable-brotli|enable-ocsp|ssl-(protocols|ciphers|session|dh|ecdh|early).*|use-(gzip|http2)|hsts.*|server-tokens|load-balance|upstream-keepalive.*|map-hash.*|variables-hash.*|server-name-hash.*|proxy-headers-hash.*|limit-(req|conn)-status-code|reuse-port|bind-address.*|debug-connections|lua-shared-dicts|retry-non-idempotent|proxy-next-upstream.*|http2-.*|client-header.*|nginx-status.*|generate-request-id|proxy-http-version|service-upstream)$/;

export function controllerConfig(objects: readonly KubeObject[]): ControllerConfig | undefined {
  const found = objects.find(isControllers);
  if (found === undefined) return undefined;
  const data = found["data"] as Record<string, string | number | boolean> | undefined;
  const defaults: Record<string, string> = {};
  const followed: string[] = [];
  const unfollowed: string[] = [];
  for (const [key, value] of Object.entries(data ?? {})) {
    const annotation = SAME.includes(key) ? key : RENAMED[key];
    if (annotation !== undefined) {
      defaults[`${ANNOTATION}/${annotation}`] = String(value);
      followed.push(key);
    } else if (!QUIET.test(key)) unfollowed.push(key);
  }
  return { title: objectTitle(found), defaults, followed, unfollowed };
}

function isControllers(o: KubeObject): boolean {
  const { name } = o.metadata;
  return (
    o.kind === "ConfigMap" &&
    /^(.*ingress-nginx.*controller|nginx-ingress.*controller|nginx-configuration|ingress-nginx)$/.test(name)
  );
}

/** The annotations of an Ingress with the controller's defaults. */
export function withDefaults(
  own: Readonly<Record<string, string>>,
  { defaults }: ControllerConfig,
): Record<string, string> {
  const said = (key: string): string | undefined => own[`${ANNOTATION}/${key}`];
  // An allow list by its name of today goes before; enable-global-auth, or a URL of its own, before the global one.
  const without = (key: string): boolean =>
    (key === "whitelist-source-range" && said("allowlist-source-range") !== undefined) ||
    (key.startsWith("auth-") && (said("auth-url") !== undefined || said("enable-global-auth") === "false"));
  const added = Object.entries(defaults).filter(([key]) => !without(key.slice(ANNOTATION.length + 1)));
  return { ...Object.fromEntries(added), ...own };
}
