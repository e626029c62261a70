import type { KubeObject } from "../../kube/objects";
import { inRanges } from "../address-ranges";
import { headerOf, type Answer, type HttpRequest } from "../request";
import { namespaceOf } from "./objects";

/** What of Envoy Gateway's SecurityPolicy (gateway.envoyproxy.io/v1alpha1, 1.9) decides about a request. */
export interface SecuritySpec {
  targetRefs?: { kind: string; name: string }[];
  basicAuth?: { users: { name: string } };
  extAuth?: {
    http?: {
      backendRefs?: { name: string; namespace?: string; port: number }[];
      path?: string;
      headersToBackend?: string[];
    };
    /** Beside Authorization, which is always shown. */
    headersToExtAuth?: string[];
  };
  authorization?: {
    defaultAction?: "Allow" | "Deny";
    rules?: { action: "Allow" | "Deny"; principal?: { clientCIDRs?: string[] } }[];
  };
}

/** SecurityPolicies by the route that they are about: `Kind namespace/name`. */
export function securityPolicies(objects: readonly KubeObject[]): Map<string, SecuritySpec> {
  const found = new Map<string, SecuritySpec>();
  for (const o of objects) {
    if (o.kind !== "SecurityPolicy" || !o.apiVersion.startsWith("gateway.envoyproxy.io/")) continue;
    const spec: SecuritySpec = o["spec"] ?? {};
    for (const ref of spec.targetRefs ?? []) found.set(`${ref.kind} ${namespaceOf(o)}/${ref.name}`, spec);
  }
  return found;
}

/** What stops a request, in the order of Envoy's filters: the asked service, the password, the addresses. */
export function stoppedBy(
  { basicAuth, extAuth, authorization }: SecuritySpec,
  request: HttpRequest,
  assumes: string[],
): Answer | undefined {
  const shown = headerOf(request, "authorization");
  if (extAuth !== undefined) {
    const asks = (extAuth.headersToExtAuth ?? []).some((h) => h.toLowerCase() === "cookie");
    const credentials = shown ?? (asks ? headerOf(request, "cookie") : undefined);
    const name = extAuth.http?.backendRefs?.[0]?.name ?? "";
    assumes.push(
      `Service ${name} ${credentials === undefined ? "refuses who shows no credentials" : "takes the credentials"}`,
    );
    if (credentials === undefined) return { kind: "status", status: 401, why: `Service ${name} decides` };
  }
  if (basicAuth !== undefined) {
    if (shown === undefined) return { kind: "status", status: 401, why: "basicAuth asks for a password" };
    assumes.push(`the password is one of Secret ${basicAuth.users.name}`);
  }
  if (authorization === undefined) return undefined;
  if (request.client === undefined) assumes.push("the client's address is in no list");
  const rule = (authorization.rules ?? []).find((r) =>
    inRanges(request.client ?? "", r.principal?.clientCIDRs ?? []),
  );
  return (rule?.action ?? authorization.defaultAction ?? "Deny") === "Allow"
    ? undefined
    : { kind: "status", status: 403, why: "authorization refuses the client's address" };
}
