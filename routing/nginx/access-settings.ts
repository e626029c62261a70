import { parseNet } from "../../kube/ip";
import { ANNOTATION } from "../routes/ingress-objects";

/** Who gets in. */
export interface Access {
  allow: readonly string[];
  deny: readonly string[];
  /** `basic` or `digest`, with its Secret. */
  basic?: { type: string; secret: string };
  external?: { url: string; signin?: string; signinParameter?: string };
  /** One of the checks is enough. */
  any: boolean;
  clientCertificate?: ClientCertificate;
  /** Why the whole host is refused: a Secret for client certificates that may not be read. */
  hostRefused?: string;
}

export interface ClientCertificate {
  secret: string;
  verify: "on" | "optional" | "off";
  /** Expression for the certificate's subject (auth-tls-match-cn). */
  subject?: string;
  /** Where a client without one is sent (auth-tls-error-page). */
  errorPage?: string;
}

/** Who gets in, and why the controller answers 503 for these paths whatever is asked. */
export function accessOf(
  all: Readonly<Record<string, string>>,
  get: (key: string) => string | undefined,
  namespace: string,
): Out {
  const out: Out = {
    access: { allow: [], deny: [], any: get("satisfy") === "any" },
  };
  readLists(out, all, get);
  readAsked(out, get, namespace);
  readClientCertificate(out, get, namespace);
  return out;
}

interface Out {
  access: Access;
  denied?: string;
}
type Get = (key: string) => string | undefined;

function readLists(out: Out, all: Readonly<Record<string, string>>, get: Get): void {
  const ranges = (key: string): string[] => {
    if (all[`${ANNOTATION}/${key}`] === undefined) return [];
    const found = (get(key) ?? "").split(",").map((r) => r.trim());
    // One that is neither address nor range spoils the whole list, a comma at the end as well (ParseIPNets).
    const bad = found.find((r) => !RANGE.test(r) || parseNet(r) === undefined);
    if (bad === undefined) return found;
    out.denied ??=
      bad === "" ? `${key} holds no address or range` : `${key} holds ${bad}, which is no address or range`;
    return [];
  };
  // The alias counts where the name of today is absent.
  const today = get("allowlist-source-range") !== undefined || get("whitelist-source-range") === undefined;
  out.access.allow = ranges(today ? "allowlist-source-range" : "whitelist-source-range");
  if (today && all[`${ANNOTATION}/allowlist-source-range`] === undefined) ranges("whitelist-source-range");
  out.access.deny = ranges("denylist-source-range");
}

const RANGE = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(\/\d{1,3})?$/;

/** Passwords, and a service that is asked. */
function readAsked(out: Out, get: Get, namespace: string): void {
  const { access } = out;
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
  if (url === undefined) return;
  const signin = get("auth-signin");
  const signinParameter = get("auth-signin-redirect-param");
  const [at = "", name] = get("auth-proxy-set-headers")?.split("/") ?? [];
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.test(url) || url.includes(".."))
    out.denied ??= `auth-url ${url} is no URL`;
  else if (name !== undefined && at !== namespace)
    out.denied ??= `auth-proxy-set-headers names a ConfigMap of namespace ${at}`;
  else
    access.external = {
      url,
      ...(signin === undefined ? {} : { signin }),
      ...(signinParameter === undefined ? {} : { signinParameter }),
    };
}

function readClientCertificate(out: Out, get: Get, namespace: string): void {
  const { access } = out;
  const secret = get("auth-tls-secret");
  if (secret === undefined) return;
  const [at, name, more] = secret.split("/");
  if (name === undefined || more !== undefined)
    access.hostRefused = `auth-tls-secret ${secret} is not namespace/name`;
  else if (at !== namespace) access.hostRefused = `auth-tls-secret ${secret} is in another namespace`;
  if (access.hostRefused !== undefined) return;
  const verify = get("auth-tls-verify-client") ?? "on";
  const subject = get("auth-tls-match-cn");
  const errorPage = get("auth-tls-error-page");
  access.clientCertificate = {
    secret,
    verify: verify === "off" ? "off" : /^optional(_no_ca)?$/.test(verify) ? "optional" : "on",
    ...(subject === undefined ? {} : { subject }),
    ...(errorPage === undefined ? {} : { errorPage }),
  };
}
