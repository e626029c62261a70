import { edit, named, rule0, set, without, type Row } from "./mistakes";

/** Online Boutique and routes. */
export const serviceMistakes: readonly Row[] = [
  [
    "boutique",
    8,
    "names are closed too",
    without("allow-dns"),
    /allow-dns|default-deny/,
    /DNS|missing|UDP 53/,
  ],
  [
    "boutique",
    9,
    "frontend's egress lacks one service",
    edit("frontend", (o) => {
      o.spec.egress.splice(2, 1);
      return o;
    }),
    named("frontend"),
    /checkoutservice/,
  ],
  [
    "boutique",
    9,
    "one service does not accept",
    without("cartservice"),
    /NetworkPolicy boutique\//,
    /cartservice/,
  ],
  [
    "boutique",
    10,
    "egress forgotten",
    edit("checkoutservice", (o) => {
      Reflect.deleteProperty(o.spec, "egress");
      o.spec.policyTypes = ["Ingress"];
      return o;
    }),
    named("checkoutservice"),
    /egress/,
  ],
  [
    "boutique",
    10,
    "a port of the Service",
    set("emailservice", { [`${rule0}/ports/0/port`]: 5000 }),
    named("emailservice"),
    /Service.*8080/,
  ],
  [
    "boutique",
    10,
    "the carts for everyone",
    set("redis-cart", { [`${rule0}/from`]: undefined }),
    named("redis-cart"),
    /from/,
  ],
  [
    "boutique",
    1,
    "half of everybody",
    edit("shop-canary", (o) => {
      o.metadata.annotations["nginx.ingress.kubernetes.io/canary-weight"] = "50";
      return o;
    }),
    /shop-canary:/,
    /canary-weight.*5/,
  ],
  [
    "boutique",
    1,
    "not marked as a canary",
    edit("shop-canary", (o) => {
      delete o.metadata.annotations["nginx.ingress.kubernetes.io/canary"];
      return o;
    }),
    /shop-canary:/,
    /canary/,
  ],
  [
    "ingress-routing",
    2,
    "another class",
    set("online-store", { "spec/ingressClassName": "nginx" }),
    /online-store:/,
    /ingressClassName.*labs/,
  ],
  [
    "ingress-routing",
    3,
    "the Service of another path",
    edit("online-store", (o) => {
      o.spec.rules[0]!.http.paths[1]!.backend.service.name = "wear-service";
      return o;
    }),
    /online-store:/,
    /watch-service/,
  ],
  [
    "ingress-routing",
    3,
    "a path that nobody asks for",
    edit("online-store", (o) => {
      o.spec.rules[0]!.http.paths[1]!.path = "/wach";
      return o;
    }),
    /online-store:/,
    /path/,
  ],
  [
    "ingress-routing",
    4,
    "no default backend",
    set("online-store", { "spec/defaultBackend": undefined }),
    /online-store:/,
    /defaultBackend/,
  ],
  [
    "ingress-routing",
    7,
    "a host forgotten",
    edit("online-store", (o) => {
      o.spec.rules.pop();
      return o;
    }),
    /online-store:/,
    /rules|host/,
  ],
];
