import type { KubeObject } from "../../kube/objects";

/** The fields of Gateway API objects that decide who answers (gateway.networking.k8s.io/v1, 1.6). */
export const GROUP = "gateway.networking.k8s.io";
export const VERSION = `${GROUP}/v1`;

export interface GatewaySpec {
  gatewayClassName: string;
  listeners: ListenerSpec[];
}

export interface ListenerSpec {
  name: string;
  hostname?: string;
  port: number;
  protocol: "HTTP" | "HTTPS" | "TLS" | "TCP" | "UDP";
  tls?: { mode?: "Terminate" | "Passthrough"; certificateRefs?: ObjectRef[] };
  allowedRoutes?: {
    namespaces?: { from?: "All" | "Same" | "Selector" | "None"; selector?: LabelSelector };
    kinds?: { kind: string }[];
  };
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface ObjectRef {
  group?: string;
  kind?: string;
  name: string;
  namespace?: string;
}

export interface RouteSpec {
  parentRefs?: (ObjectRef & { sectionName?: string; port?: number })[];
  hostnames?: string[];
  rules?: RouteRule[];
}

export interface RouteRule {
  name?: string;
  matches?: RouteMatch[];
  filters?: Filter[];
  backendRefs?: BackendRef[];
  timeouts?: { request?: string; backendRequest?: string };
}

export interface RouteMatch {
  path?: { type?: PathMatchType; value?: string };
  headers?: HeaderMatch[];
  queryParams?: HeaderMatch[];
  /** A text in HTTPRoute, service and method in GRPCRoute. */
  method?: string | { type?: "Exact" | "RegularExpression"; service?: string; method?: string };
}

export type PathMatchType = "Exact" | "PathPrefix" | "RegularExpression";

export interface HeaderMatch {
  type?: "Exact" | "RegularExpression";
  name: string;
  value: string;
}

export type PathModifier =
  | { type: "ReplaceFullPath"; replaceFullPath: string }
  | { type: "ReplacePrefixMatch"; replacePrefixMatch: string };

export interface Filter {
  type: string;
  requestRedirect?: {
    scheme?: string;
    hostname?: string;
    port?: number;
    path?: PathModifier;
    statusCode?: number;
  };
  urlRewrite?: { hostname?: string; path?: PathModifier };
  requestHeaderModifier?: HeaderModifier;
  responseHeaderModifier?: HeaderModifier;
  requestMirror?: { backendRef: BackendRef };
  cors?: CorsFilter;
  extensionRef?: ObjectRef;
}

export interface HeaderModifier {
  set?: { name: string; value: string }[];
  add?: { name: string; value: string }[];
  remove?: string[];
}

export interface CorsFilter {
  allowOrigins?: string[];
  allowMethods?: string[];
  allowHeaders?: string[];
  exposeHeaders?: string[];
  allowCredentials?: boolean;
  maxAge?: number;
}

export interface BackendRef extends ObjectRef {
  port?: number;
  /** @default 1 */
  weight?: number;
}

export const namespaceOf = (o: KubeObject): string => o.metadata.namespace ?? "default";
export const keyOf = (o: KubeObject): string => `${namespaceOf(o)}/${o.metadata.name}`;
export const gatewayKind = (objects: readonly KubeObject[], kind: string): KubeObject[] =>
  objects.filter((o) => o.kind === kind && o.apiVersion.startsWith(`${GROUP}/`));
