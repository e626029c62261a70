import { readCanary } from "../canary/annotations";
import type { Strategy } from "../canary/canary";
import { ANNOTATION } from "../routes/ingress-objects";

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
  defaultBackend?: string;
  serverSnippet?: string;
  locationSnippet?: string;
  passthrough: boolean;
  canary?: Strategy;
}

/** Who gets in. */
export interface Access {
  allow: readonly string[];
  deny: readonly string[];
  /** `basic` or `digest`, with its Secret. */
  basic?: { type: string; secret: string };
  external?: { url: string; signin?: string };
  /** One of the checks is enough. */
  any: boolean;
  clientCertificate?: { secret: string; optional: boolean };
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
  const out: Settings = {
    regex: flag("use-regex", false),
    sslRedirect: flag("ssl-redirect", true),
    forceSslRedirect: flag("force-ssl-redirect", false),
    keepTrailingSlash: flag("preserve-trailing-slash", false),
    portInRedirects: flag("use-port-in-redirects", false),
    fromToWww: flag("from-to-www-redirect", false),
    aliases: [...new Set(list(get("server-alias")))].sort(),
    access: { allow: [], deny: [], any: get("satisfy") === "any" },
    bodyLimit: bytes(get("proxy-body-size") ?? "1m") ?? bytes("1m") ?? 0,
    protocol: (get("backend-protocol") ?? "HTTP").toUpperCase(),
    errorCodes: list(get("custom-http-errors")).map(Number).filter(Number.isInteger),
    passthrough: flag("ssl-passthrough", false),
  };
  const set = <K extends keyof Settings>(key: K, value: Settings[K] | undefined) => {
    if (value !== undefined) out[key] = value;
  };
  set("rewrite", get("rewrite-target"));
  set("appRoot", appRoot(get("app-root")));
  set("redirect", redirectOf(get));
  set("cors", flag("enable-cors", false) ? cors(get, flag) : undefined);
  set("forwardedPrefix", get("x-forwarded-prefix"));
  set("defaultBackend", get("default-backend"));
  set("serverSnippet", get("server-snippet"));
  set("locationSnippet", get("configuration-snippet"));
  set("canary", canary);
  readAccess(out, all, get, namespace);
  return out;
}

function readAccess(
  out: Settings,
  all: Readonly<Record<string, string>>,
  get: (key: string) => string | undefined,
  namespace: string,
): void {
  const { access } = out;
  const given = (key: string) => all[`${ANNOTATION}/${key}`] !== undefined;
  const ranges = (key: string): string[] => {
    const found = list(get(key));
    const good = found.filter((r) => RANGE.test(r));
    if (given(key) && good.length === 0) out.denied ??= `${key} holds no address or range`;
    return good;
  };
  // The alias counts where the name of today is absent.
  access.allow = ranges(
    given("allowlist-source-range") ? "allowlist-source-range" : "whitelist-source-range",
  );
  access.deny = ranges("denylist-source-range");
  const type = get("auth-type");
  if (type !== undefined) {
    const secret = get("auth-secret");
    if (!/^(basic|digest)$/.test(type)) out.denied ??= `auth-type ${type} is neither basic nor digest`;
    else if (secret === undefined) out.denied ??= "auth-secret is missing";
    else if (secret.includes("/") && !secret.startsWith(`${namespace}/`))
      out.denied ??= `auth-secret ${secret} is in another namespace (allow-cross-namespace-resources is off by default)`;
    else access.basic = { type, secret: secret.includes("/") ? secret : `${namespace}/${secret}` };
  }
  const url = get("auth-url");
  if (url !== undefined) {
    const signin = get("auth-signin");
    if (!/^https?:\/\/[^/?#]+/.test(url) && !/^\$scheme:\/\//.test(url))
      out.denied ??= `auth-url ${url} is no URL`;
    else access.external = { url, ...(signin === undefined ? {} : { signin }) };
  }
  const secret = get("auth-tls-secret");
  const verify = get("auth-tls-verify-client") ?? "on";
  if (secret !== undefined && verify !== "off")
    access.clientCertificate = { secret, optional: verify.startsWith("optional") };
}

const RANGE = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(\/\d{1,3})?$/;

function redirectOf(get: (key: string) => string | undefined): Settings["redirect"] {
  const code = (key: string, otherwise: number): number => {
    const n = Number(get(key) ?? otherwise);
    return Number.isInteger(n) && n >= 300 && n <= 308 ? n : otherwise;
  };
  const temporal = get("temporal-redirect");
  if (temporal !== undefined) return { url: temporal, code: code("temporal-redirect-code", 302) };
  const permanent = get("permanent-redirect");
  return permanent === undefined ? undefined : { url: permanent, code: code("permanent-redirect-code", 301) };
}

/** Origins that are no origin are passed over; where none is left nobody is allowed. */
function cors(
  get: (key: string) => string | undefined,
  flag: (key: string, otherwise: boolean) => boolean,
): Cors {
  const wish = get("cors-allow-origin");
  const origins = wish === undefined ? ["*"] : list(wish);
  const expose = get("cors-expose-headers");
  const age = Number(get("cors-max-age") ?? 1728000);
  return {
    origins: origins.includes("*")
      ? ["*"]
      : origins.filter((o) => /^https?:\/\/(\*\.)?[A-Za-z0-9\-.]*(:\d+)?$/.test(o)),
    methods: get("cors-allow-methods") ?? "GET, PUT, POST, DELETE, PATCH, OPTIONS",
    headers:
      get("cors-allow-headers") ??
      "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
    ...(expose === undefined ? {} : { expose }),
    credentials: flag("cors-allow-credentials", true),
    maxAge: Number.isInteger(age) ? age : 1728000,
  };
}

const appRoot = (path: string | undefined): string | undefined => (path?.startsWith("/") ? path : undefined);

/** Go's ParseBool; undefined for what is no bool, so that the default counts. */
function bool(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (["1", "t", "T", "TRUE", "true", "True"].includes(value)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(value) ? false : undefined;
}

function text(value: string | undefined): string | undefined {
  const trimmed = value
    ?.split("\n")
    .map((line) => line.trim())
    .join("\n");
  return trimmed === "" ? undefined : trimmed;
}

const list = (value: string | undefined): string[] =>
  (value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** nginx's sizes: 100, 8k, 20m, 1g. */
export function bytes(size: string): number | undefined {
  const found = /^(\d+)([bkmg]?)$/i.exec(size);
  if (found === null) return undefined;
  const unit = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(found[2] ?? "").toLowerCase()] ?? 1;
  return Number(found[1]) * unit;
}
