import { edit, set, without, type Row } from "./mistakes";

/** Mistakes with Gateways and their routes. */
export const gatewayMistakes: readonly Row[] = [
  [
    "gateway-api",
    1,
    "a class that nobody serves",
    set("web", { "spec/gatewayClassName": "nginx" }),
    /Gateway .*web:/,
    /gatewayClassName.*labs-inside/,
  ],
  [
    "gateway-api",
    3,
    "a listener that still takes its own namespace only",
    set("web", { "spec/listeners/0/allowedRoutes": { namespaces: { from: "Same" } } }),
    /Gateway .*web:/,
    /allowedRoutes|from/,
  ],
  [
    "gateway-api",
    3,
    "another label than the shop's namespace has",
    set("web", {
      "spec/listeners/0/allowedRoutes/namespaces/selector": { matchLabels: { "gateway-web": "yes" } },
    }),
    /Gateway .*web:/,
    /gateway-web/,
  ],
  [
    "gateway-api",
    3,
    "a listener that the Gateway has not",
    set("books", { "spec/parentRefs/0/sectionName": "web" }),
    /HTTPRoute .*books:/,
    /sectionName/,
  ],
  [
    "gateway-api",
    3,
    "a name that nobody asks for",
    set("books", { "spec/hostnames": ["book.localhost"] }),
    /HTTPRoute .*books:/,
    /hostnames/,
  ],
  [
    "gateway-api",
    5,
    "a grant in the namespace of who asks",
    edit("shop-routes", (o) => ({ ...o, metadata: { ...o.metadata, namespace: "gateway-shop" } })),
    /ReferenceGrant .*shop-routes:/,
    /namespace|gateway-pay/,
  ],
  [
    "gateway-api",
    5,
    "a grant for Gateways instead of routes",
    set("shop-routes", { "spec/from/0/kind": "Gateway" }),
    /ReferenceGrant .*shop-routes:/,
    /kind.*HTTPRoute/,
  ],
  ["gateway-api", 5, "no grant", without("shop-routes"), /ReferenceGrant/, /missing/],
  [
    "gateway-api",
    6,
    "a redirect to the same scheme",
    set("books-to-https", { "spec/rules/0/filters/0/requestRedirect/scheme": "http" }),
    /HTTPRoute .*books-to-https:/,
    /scheme.*https/,
  ],
  [
    "gateway-api",
    7,
    "weights the wrong way round",
    edit("books", (o) => {
      const [, rule] = o.spec.rules as unknown as { backendRefs: { weight: number }[] }[];
      rule!.backendRefs[0]!.weight = 10;
      rule!.backendRefs[1]!.weight = 90;
      return o;
    }),
    /HTTPRoute .*books:/,
    /weight/,
  ],
];
