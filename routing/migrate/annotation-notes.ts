import type { Ingress } from "../nginx/ingresses";
import { ANNOTATION } from "../routes/ingress-objects";
import { FAMILIES, OTHERS, RULES } from "./annotation-table";
import type { Outcome, Told } from "./annotation-values";
import { htpasswdName } from "./security-policies";

export interface AnnotationNote {
  annotation: string;
  value: string;
  outcome: Outcome;
  becomes: string;
}

/** A note for every annotation of an Ingress, but for what tools write for themselves. */
export function annotationNotes(ing: Ingress, secured: boolean): AnnotationNote[] {
  return Object.entries(ing.annotations).flatMap(([annotation, value]) => {
    if (/^(kubectl\.kubernetes\.io|meta\.helm\.sh|field\.cattle\.io|argocd\.argoproj\.io)\//.test(annotation))
      return [];
    const [outcome, becomes] =
      (secured ? policyNote(annotation, ing) : undefined) ?? noteOf(annotation, value, ing);
    return [{ annotation, value, outcome, becomes }];
  });
}

/** What stands in a SecurityPolicy of Envoy Gateway. */
function policyNote(annotation: string, { settings }: Ingress): Told | undefined {
  const key = annotation.replace(`${ANNOTATION}/`, "");
  const { basic } = settings.access;
  if (/^auth-(type|secret|secret-type|realm)$/.test(key) && basic !== undefined)
    return [
      "changed",
      `SecurityPolicy basicAuth: make Secret ${htpasswdName(basic.secret)} with the key .htpasswd from Secret ${basic.secret} (key auth); Envoy takes {SHA} hashes only, and sends no realm of one's own`,
    ];
  if (/^(whitelist|allowlist|denylist)-source-range$/.test(key))
    return [
      "kept",
      "SecurityPolicy authorization by clientCIDRs; the client's address must reach the proxy (ClientTrafficPolicy clientIPDetection)",
    ];
  if (key === "auth-url")
    return [
      "changed",
      "SecurityPolicy extAuth: it asks by the request's own method and path behind its path, and shows the headers that headersToExtAuth names: add those that the service wants",
    ];
  if (key === "auth-response-headers") return ["kept", "headersToBackend of extAuth"];
  if (key === "auth-signin")
    return [
      "lost",
      "extAuth hands on what the service answers, with the service's own redirect; else use oidc",
    ];
  return undefined;
}

function noteOf(annotation: string, value: string, ing: Ingress): Told {
  const nginx = annotation.startsWith(`${ANNOTATION}/`);
  const key = nginx ? annotation.slice(ANNOTATION.length + 1) : annotation;
  const rule = nginx
    ? Object.hasOwn(RULES, key)
      ? RULES[key]
      : FAMILIES.find(([name]) => name.test(key))?.[1]
    : OTHERS.find(([name]) => name.test(key))?.[1];
  if (rule === undefined)
    return nginx
      ? ["no effect", "ingress-nginx knows no such annotation"]
      : ["no effect", "ingress-nginx does not read it; look who does"];
  return typeof rule === "function" ? rule(value, ing) : rule;
}
