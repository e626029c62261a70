import type { KubeObject } from "../../kube/objects";
import type { SecuritySpec } from "../gateway/security-policy";
import type { Location, Server } from "../nginx/model";
import { ANNOTATION } from "../routes/ingress-objects";
import { asksForCertificate, snippetDecides } from "./guards";

/** The SecurityPolicy of Envoy Gateway that keeps out who nginx keeps out; undefined where there is none that does. */
export function securityOf({ settings, ingress }: Location, server: Server): SecuritySpec | undefined {
  const { allow, deny, basic, external, any } = settings.access;
  const get = (key: string): string | undefined => ingress?.annotations[`${ANNOTATION}/${key}`];
  const snippets = snippetDecides(settings.locationSnippet) || snippetDecides(server.serverSnippet);
  if (settings.denied !== undefined || server.refused !== undefined || asksForCertificate(server) || snippets)
    return undefined;
  const lists = allow.length + deny.length > 0;
  const checks = [lists, basic !== undefined, external !== undefined].filter(Boolean).length;
  if (checks === 0 || (any && checks > 1) || basic?.type === "digest") return undefined;
  const asked =
    external === undefined ? undefined : serviceAsked(external.url, ingress?.namespace ?? "default");
  if (external !== undefined && (asked === undefined || get("auth-snippet") !== undefined)) return undefined;
  const handedOn = (get("auth-response-headers") ?? "")
    .split(",")
    .map((h) => h.trim())
    .filter((h) => h !== "");
  return {
    ...(basic === undefined ? {} : { basicAuth: { users: { name: htpasswdName(basic.secret) } } }),
    ...(asked === undefined
      ? {}
      : {
          extAuth: {
            http: { ...asked, ...(handedOn.length === 0 ? {} : { headersToBackend: handedOn }) },
            // nginx shows every header of the request; Envoy Gateway Authorization and those that are named.
            headersToExtAuth: SHOWN,
          },
        }),
    ...(lists ? { authorization: authorization(allow, deny) } : {}),
  };
}

const SHOWN = ["cookie", "accept", "origin", "user-agent", "x-forwarded-for", "x-forwarded-proto"];

/** Beside the Secret of nginx, whose key and hashes are others. */
export const htpasswdName = (secret: string): string => `${secret.split("/")[1] ?? secret}-htpasswd`;

function authorization(
  allow: readonly string[],
  deny: readonly string[],
): NonNullable<SecuritySpec["authorization"]> {
  const rule = (action: "Allow" | "Deny", ranges: readonly string[]) =>
    ranges.length === 0 ? [] : [{ action, principal: { clientCIDRs: ranges.map(asRange) } }];
  // nginx looks at the denials first.
  return {
    defaultAction: allow.length > 0 ? "Deny" : "Allow",
    rules: [...rule("Deny", deny), ...rule("Allow", allow)],
  };
}

const asRange = (text: string): string =>
  text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`;

/** A Service beside the route: one elsewhere would need a Backend, which Envoy Gateway has switched off by default. */
function serviceAsked(url: string, namespace: string): NonNullable<SecuritySpec["extAuth"]>["http"] {
  const found =
    /^http:\/\/([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?(?::(\d+))?(\/[^?$]*)?$/.exec(
      url,
    );
  const [, name, at, port, path] = found ?? [];
  if (name === undefined || (at !== undefined && at !== namespace)) return undefined;
  return {
    backendRefs: [{ name, port: Number(port ?? 80) }],
    ...(path === undefined || path === "/" ? {} : { path }),
  };
}

export function securityPolicy(
  route: { kind: string; metadata: { name: string; namespace?: string } },
  spec: SecuritySpec,
): KubeObject {
  const { name, namespace } = route.metadata;
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "SecurityPolicy",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { targetRefs: [{ group: "gateway.networking.k8s.io", kind: route.kind, name }], ...spec },
  };
}
