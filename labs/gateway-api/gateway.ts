import type { KubeObject } from "../../kube/objects";
import { certificate, gatewayAnnotations } from "../../routing/certificate";
import { GROUP, VERSION, type ListenerSpec, type RouteRule } from "../../routing/gateway/objects";
import { insideClass } from "../../routing/gateway/site-gateway";
import { gatewaySiteOf, labHost } from "../ingress";
import type { LabContext } from "../model";

const LAB = "gateway-api";
/** The Gateway of the platform team, which only the cluster reaches. */
export const WEB = "web";
/** Label of namespaces whose routes may hang on it. */
const INVITED = { "gateway-web": "invited" };
const SECRET = "books-tls";

export const infraNs = (ctx: LabContext): string => ctx.namespaces["infra"] ?? "gateway-infra";
export const shopNs = (ctx: LabContext): string => ctx.namespaces["shop"] ?? "gateway-shop";
export const payNs = (ctx: LabContext): string => ctx.namespaces["pay"] ?? "gateway-pay";
export const booksHost = (ctx: LabContext): string => labHost(ctx, LAB, "books");
export const webKey = (ctx: LabContext): string => `${infraNs(ctx)}/${WEB}`;
export const invitation = INVITED;

/** Whose routes a Gateway's listeners take, and whether it has one for HTTPS. */
export interface WebOptions {
  routes: "Same" | "Invited";
  https?: boolean;
}

export function web(ctx: LabContext, { routes, https = false }: WebOptions): KubeObject[] {
  const namespaces =
    routes === "Same"
      ? { from: "Same" as const }
      : { from: "Selector" as const, selector: { matchLabels: INVITED } };
  const allowedRoutes = { namespaces };
  const host = booksHost(ctx);
  const listeners: ListenerSpec[] = [
    { name: "http", protocol: "HTTP", port: 80, allowedRoutes },
    ...(https
      ? [
          {
            name: "https",
            protocol: "HTTPS" as const,
            port: 443,
            hostname: host,
            tls: { mode: "Terminate" as const, certificateRefs: [{ kind: "Secret", name: SECRET }] },
            allowedRoutes,
          },
        ]
      : []),
  ];
  const namespace = infraNs(ctx);
  const gateway: KubeObject = {
    apiVersion: VERSION,
    kind: "Gateway",
    metadata: { name: WEB, namespace },
    spec: { gatewayClassName: insideClass(gatewaySiteOf(ctx).className), listeners },
  };
  return https ? certified(ctx, host, gateway) : [gateway];
}

/** With its certificate. It is the platform team's, beside the Gateway: the shop needs no key. */
function certified(ctx: LabContext, host: string, gateway: KubeObject): KubeObject[] {
  const made = gatewaySiteOf(ctx).tls?.certificate;
  if (made === undefined || made === "default") return [gateway];
  const { issuer, readsGateways } = made;
  if (readsGateways)
    return [{ ...gateway, metadata: { ...gateway.metadata, annotations: gatewayAnnotations(issuer) } }];
  const { namespace = "" } = gateway.metadata;
  return [certificate({ name: SECRET, namespace, host, issuer, awaited: true }), gateway];
}

/** A route of the shop's, on listeners of the platform's Gateway. */
export function route(
  ctx: LabContext,
  name: string,
  sections: readonly string[],
  rules: readonly RouteRule[],
): KubeObject {
  return {
    apiVersion: VERSION,
    kind: "HTTPRoute",
    metadata: { name, namespace: shopNs(ctx) },
    spec: {
      parentRefs: sections.map((sectionName) => ({ name: WEB, namespace: infraNs(ctx), sectionName })),
      hostnames: [booksHost(ctx)],
      rules: [...rules],
    },
  };
}

/** What pay lets routes of the shop lead to. */
export const grant = (ctx: LabContext): KubeObject => ({
  apiVersion: `${GROUP}/v1beta1`,
  kind: "ReferenceGrant",
  metadata: { name: "shop-routes", namespace: payNs(ctx) },
  spec: {
    from: [{ group: GROUP, kind: "HTTPRoute", namespace: shopNs(ctx) }],
    to: [{ group: "", kind: "Service", name: "pay" }],
  },
});

/** Two teams: who may write Gateways, and who routes. */
export function teams(ctx: LabContext): KubeObject[] {
  const rights = (namespace: string, team: string, resources: string[]): KubeObject[] => [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: `${team}-team`, namespace },
      rules: [
        {
          apiGroups: [GROUP],
          resources,
          verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: `${team}-team`, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: `${team}-team` },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: `${team}-team` }],
    },
  ];
  return [
    ...rights(infraNs(ctx), "platform", ["gateways"]),
    ...rights(shopNs(ctx), "shop", ["httproutes"]),
    ...rights(payNs(ctx), "pay", ["referencegrants"]),
  ];
}
