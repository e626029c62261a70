import { readCanary } from "../canary/annotations";
import type { Strategy } from "../canary/canary";
import { ANNOTATION } from "../routes/ingress-objects";
import { accessOf, type Access } from "./access-settings";
import { bool, list, text } from "./annotation-text";
import { refusedValues, type Refused } from "./validation";

/** What the annotations of one Ingress set, read as the controller's parsers do (internal/ingress/annotations). */
export interface Settings {
  rewrite?: string;
  regex: boolean;
  sslRedirect: boolean;
  forceSslRedirect: boolean;
  keepTrailingSlash: boolean;
  portInRedirects: boolean;
  appRoot?: string;
  redirect?: { url: string; code: number };
  fromToWww: boolean;
  aliases: readonly string[];
  /** Why the controller answers 503 for these paths whatever is asked. */
  denied?: string;
  access: Access;
  cors?: Cors;
  /** Largest body in bytes; 0: any. */
  bodyLimit: number;
  forwardedPrefix?: string;
  /** HTTP, HTTPS, GRPC … */
  protocol: string;
  errorCodes: readonly number[];
  /** Whether errors of the backend get an error page; nginx's own always do. */
  interceptErrors: boolean;
  defaultBackend?: string;
  serverSnippet?: string;
  locationSnippet?: string;
  passthrough: boolean;
  canary?: Strategy;
  /** `namespace/name` of a ConfigMap with response headers. */
  headersFrom?: string;
  /** Values that the controller may refuse. */
  refused: readonly Refused[];
}

export interface Cors {
  origins: readonly string[];
  methods: string;
  headers: string;
  expose?: string;
  credentials: boolean;
  maxAge: number;
}

export function settingsOf(all: Readonly<Record<string, string>>, namespace: string): Settings {
  const get = (key: string): string | undefined => text(all[`${ANNOTATION}/${key}`]);
  const flag = (key: string, otherwise: boolean): boolean => bool(all[`${ANNOTATION}/${key}`]) ?? otherwise;
  const canary = readCanary(all);
  const redirects = redirectsOf(all, get);
  const out: Settings = {
    regex: flag("use-regex", false),
    sslRedirect: flag("ssl-redirect", true),
    forceSslRedirect: flag("force-ssl-redirect", false),
    keepTrailingSlash: flag("preserve-trailing-slash", false),
    portInRedirects: flag("use-port-in-redirects", false),
    fromToWww: redirects?.fromToWww ?? false,
    aliases: [
      ...new Set(list(get("server-alias")).map((a) => (a.startsWith("~") ? a : a.toLowerCase()))),
    ].sort(),
    ...accessOf(all, get, namespace),
    bodyLimit: bytes(get("proxy-body-size") ?? "1m") ?? bytes("1m") ?? 0,
    protocol: (get("backend-protocol") ?? "HTTP").toUpperCase(),
    errorCodes: codesOf(get("custom-http-errors")),
    interceptErrors: !flag("disable-proxy-intercept-errors", false),
    refused: refusedValues(all),
    passthrough: flag("ssl-passthrough", false),
  };
  const set = <K extends keyof Settings>(key: K, value: Settings[K] | undefined) => {
    if (value !== undefined) out[key] = value;
  };
  set("rewrite", get("rewrite-target"));
  set("appRoot", appRoot(get("app-root")));
  set("redirect", redirects?.redirect);
  set("cors", flag("enable-cors", false) ? cors(get, flag) : undefined);
  set("forwardedPrefix", get("x-forwarded-prefix"));
  set("defaultBackend", get("default-backend"));
  set("headersFrom", get("custom-headers"));
  set("serverSnippet", get("server-snippet"));
  set("locationSnippet", get("configuration-snippet"));
  set("canary", canary);
  return out;
}

/** Redirects, all or none: one annotation that cannot be read and the controller drops them all (redirect.Parse). */
function redirectsOf(
  all: Readonly<Record<string, string>>,
  get: (key: string) => string | undefined,
): Pick<Settings, "redirect" | "fromToWww"> | undefined {
  const www = all[`${ANNOTATION}/from-to-www-redirect`];
  const fromToWww = bool(www) ?? false;
  if (www !== undefined && bool(www) === undefined) return undefined;
  const code = (key: string, otherwise: number, most: number): number | undefined => {
    const wish = get(key);
    if (wish === undefined) return otherwise;
    if (!/^[+-]?\d+$/.test(wish)) return undefined;
    return Number(wish) >= 300 && Number(wish) <= most ? Number(wish) : otherwise;
  };
  const temporal = get("temporal-redirect");
  if (temporal !== undefined) {
    const status = code("temporal-redirect-code", 302, 307);
    return status === undefined || !/^http[a-z0-9+.-]*:/i.test(temporal)
      ? undefined
      : { redirect: { url: temporal, code: status }, fromToWww };
  }
  const status = code("permanent-redirect-code", 301, 308);
  const permanent = get("permanent-redirect");
  if (status === undefined) return undefined;
  return { fromToWww, ...(permanent === undefined ? {} : { redirect: { url: permanent, code: status } }) };
}

/** One that is no number, and the controller takes none. */
function codesOf(value: string | undefined): number[] {
  const codes = list(value);
  return codes.every((c) => /^[+-]?\d+$/.test(c)) ? codes.map(Number) : [];
}

/** Origins that are no origin are passed over; where none is left nobody is allowed. */
function cors(
  get: (key: string) => string | undefined,
  flag: (key: string, otherwise: boolean) => boolean,
): Cors {
  const wish = get("cors-allow-origin");
  const origins = wish === undefined ? ["*"] : list(wish);
  const fitting = (key: string, fits: RegExp): string | undefined => {
    const value = get(key);
    return value !== undefined && fits.test(value) ? value : undefined;
  };
  const expose = fitting("cors-expose-headers", /^(([A-Za-z0-9\-_]+|\*),?\s?)+$/);
  const age = Number(get("cors-max-age") ?? 1728000);
  return {
    origins: origins.includes("*")
      ? ["*"]
      : origins.filter((o) => /^([a-z]+:\/\/(\*\.)?[A-Za-z0-9\-.]*(:\d+)?|null)$/.test(o)),
    methods: fitting("cors-allow-methods", /^([A-Za-z]+,?\s?)+$/) ?? "GET, PUT, POST, DELETE, PATCH, OPTIONS",
    headers:
      fitting("cors-allow-headers", /^[A-Za-z0-9-_, ]*$/) ??
      "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
    ...(expose === undefined ? {} : { expose }),
    credentials: flag("cors-allow-credentials", true),
    maxAge: Number.isInteger(age) ? age : 1728000,
  };
}

const appRoot = (path: string | undefined): string | undefined => (path?.startsWith("/") ? path : undefined);

/** nginx's sizes: 100, 8k, 20m, 1g. */
export function bytes(size: string): number | undefined {
  const found = /^(\d+)([bkmg]?)$/i.exec(size);
  if (found === null) return undefined;
  const unit = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(found[2] ?? "").toLowerCase()] ?? 1;
  return Number(found[1]) * unit;
}
