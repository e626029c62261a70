import type { KubeObject } from "../../kube/objects";
import { proveAtGateway } from "../../routing/gateway/prove";
import { gatewayObjectProblems, gatewayRemarks } from "../../routing/gateway/object-problems";

const V1 = "gateway.networking.k8s.io/v1";
const object = (kind: string, name: string, namespace: string | undefined, spec: object, apiVersion = V1) =>
  ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec,
  }) as KubeObject;

const listener = { name: "http", protocol: "HTTP", port: 80 };
const gateway = (more: object = {}): KubeObject =>
  object("Gateway", "web", "infra", { gatewayClassName: "labs", listeners: [listener], ...more });
const rule = { backendRefs: [{ name: "books", port: 80 }] };
const route = (more: object = {}, namespace: string | undefined = "infra"): KubeObject =>
  object("HTTPRoute", "r", namespace, {
    parentRefs: [{ name: "web", namespace: "infra" }],
    hostnames: ["a.org"],
    rules: [rule],
    ...more,
  });
const books: KubeObject = object("Service", "books", "infra", { ports: [{ port: 80 }] }, "v1");

test("what the CRDs take has no problem", () => {
  for (const o of [gateway(), route()]) expect(gatewayObjectProblems(o, "f")).toEqual([]);
});

test.each<[string, KubeObject, RegExp]>([
  [
    "an old version",
    object("HTTPRoute", "r", "n", {}, "gateway.networking.k8s.io/v1alpha2"),
    /no HTTPRoute of this version.*\/v1$/,
  ],
  ["a misspelt field", route({ parentRef: [] }), /spec\.parentRef: is no field here.*parentRefs/],
  ["fields of an Ingress", route({ rules: [{ host: "a.org" }] }), /rules\[0\]\.host: is no field here/],
  [
    "a path type of Ingress",
    route({ rules: [{ matches: [{ path: { type: "Prefix", value: "/" } }] }] }),
    /path\.type: is none of Exact, PathPrefix/,
  ],
  [
    "a path without a slash",
    route({ rules: [{ matches: [{ path: { value: "pay" } }] }] }),
    /begins with no '\/'.*\/pay/,
  ],
  [
    "a port as text",
    route({ rules: [{ backendRefs: [{ name: "books", port: "80" }] }] }),
    /port: must be a whole number/,
  ],
  [
    "a Service without a port",
    route({ rules: [{ backendRefs: [{ name: "books" }] }] }),
    /a Service is named with its port/,
  ],
  ["a host with a scheme", route({ hostnames: ["https://a.org"] }), /hostnames\[0\]/],
  [
    "a redirect with a backend",
    route({ rules: [{ ...rule, filters: [{ type: "RequestRedirect", requestRedirect: {} }] }] }),
    /leads to no backend/,
  ],
  ["a Gateway without a class", gateway({ gatewayClassName: undefined }), /lacks gatewayClassName/],
  [
    "two listeners of one name",
    gateway({ listeners: [listener, listener] }),
    /is the name of another listener/,
  ],
  [
    "HTTPS without a certificate",
    gateway({ listeners: [{ ...listener, protocol: "HTTPS" }] }),
    /HTTPS needs a certificate/,
  ],
  [
    "HTTP with one",
    gateway({ listeners: [{ ...listener, tls: { certificateRefs: [{ name: "x" }] } }] }),
    /has no TLS/,
  ],
  [
    "a grant without its sides",
    object("ReferenceGrant", "g", "n", {}, "gateway.networking.k8s.io/v1beta1"),
    /lacks from[^]*lacks to/,
  ],
])("%s is a problem, with its fix", (_, o, message) => {
  const told = gatewayObjectProblems(o, "f").map((p) => `${p.path}: ${p.message}: ${p.fix ?? ""}`);
  expect(told.join("\n")).toMatch(message);
});

const site = { classes: ["labs", "labs-inside"], namespaces: ["infra", "shop"] };
const remarks = (o: KubeObject, ...others: KubeObject[]): string =>
  gatewayRemarks(o, [...new Set([o, ...others])], site).join("\n");

test.each<[string, string, RegExp]>([
  [
    "a class that nobody serves",
    remarks(gateway({ gatewayClassName: "nginx" })),
    /class nginx, which nobody serves here: labs or labs-inside/,
  ],
  [
    "a certificate that nothing makes",
    remarks(
      gateway({ listeners: [{ ...listener, protocol: "HTTPS", tls: { certificateRefs: [{ name: "t" }] } }] }),
    ),
    /Secret infra\/t, which nothing makes/,
  ],
  [
    "a Gateway that is not there",
    remarks(route({ parentRefs: [{ name: "wep" }] }), gateway()),
    /NoMatchingParent: there is no Gateway infra\/wep/,
  ],
  [
    "a listener that is not there",
    remarks(route({ parentRefs: [{ name: "web", sectionName: "https" }] }), gateway()),
    /there is no Gateway infra\/web, listener https/,
  ],
  ["a route that the listener does not take", remarks(route({}, "shop"), gateway()), /NotAllowedByListeners/],
  [
    "a Service that is not there",
    remarks(route(), gateway(), object("Service", "x", "infra", {}, "v1")),
    /there is no Service infra\/books/,
  ],
  [
    "a port that it has not",
    remarks(route({ rules: [{ backendRefs: [{ name: "books", port: 8080 }] }] }), gateway(), books),
    /has no port 8080/,
  ],
  [
    "a Service of another namespace",
    remarks(
      route({ rules: [{ backendRefs: [{ name: "pay", namespace: "shop", port: 80 }] }] }),
      gateway(),
      books,
    ),
    /no ReferenceGrant in shop/,
  ],
  [
    "a namespace that is not the lab's",
    remarks(route({}, "default"), gateway()),
    /is in namespace default, which is none of this lab's/,
  ],
  [
    "a Gateway of a class that nobody serves",
    remarks(route(), gateway({ gatewayClassName: "x" }), books),
    /there is no Gateway infra\/web/,
  ],
])("%s is remarked", (_, told, message) => {
  expect(told).toMatch(message);
});

const https = {
  name: "https",
  protocol: "HTTPS",
  port: 443,
  hostname: "a.org",
  tls: { certificateRefs: [{ name: "t" }] },
};
const made = (...dnsNames: string[]): KubeObject =>
  object("Certificate", "t", "infra", { secretName: "t", dnsNames }, "cert-manager.io/v1");
const secured = gateway({ listeners: [https] });

test("a certificate for another host is remarked, and a claim of HTTPS with it does not hold", () => {
  expect(remarks(secured, made("b.org"))).toMatch(
    /Secret infra\/t, which is made for other names than a\.org/,
  );
  expect(remarks(secured, made("*.org"))).toBe("");
  const asked = { host: "a.org", path: "/", scheme: "https" as const, backends: { "infra/books": 1 } };
  const problems = (...names: string[]) =>
    proveAtGateway([secured, made(...names), route(), books], "infra/web", asked).problems;
  expect(problems("a.org")).toEqual([]);
  expect(problems("b.org")).toEqual([
    "shows a certificate that does not stand for a.org: Secret infra/t is made for other names",
  ]);
});

test("a route that another one shadows is told which: the older, or the one whose name comes first", () => {
  const other: KubeObject = { ...route(), metadata: { name: "a", namespace: "infra" } };
  expect(remarks(route(), gateway(), books, other)).toBe(
    "never answers a.org/ at listener http: route infra/a has the same match and comes first, by age or by name",
  );
  expect(remarks(other, gateway(), books, route())).toBe("");
});

test("what works is not remarked", () => {
  expect([remarks(gateway()), remarks(route(), gateway(), books)]).toEqual(["", ""]);
});
