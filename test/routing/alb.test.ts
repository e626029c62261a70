import { answerAlb } from "../../routing/alb/answer";
import { albProblems, toAlbIngress } from "../../routing/alb/objects";
import type { Canary, Strategy } from "../../routing/canary/canary";
import type { HttpRequest } from "../../routing/request";
import type { Routes } from "../../routing/routes/routes";
import type { KubeObject } from "../../kube/objects";

const blue = { service: "blue", port: 80 };
const routes: Routes = {
  name: "shop",
  namespace: "shop",
  hosts: [
    {
      host: "shop.acme.dev",
      paths: [
        { path: "/", backend: blue },
        { path: "/cart", backend: { service: "cart", port: 80 } },
        { path: "/cart/items", type: "Exact", backend: { service: "items", port: 80 } },
      ],
    },
  ],
};
const canary = (strategy: Strategy): Canary => ({
  name: "shop-canary",
  namespace: "shop",
  host: "shop.acme.dev",
  path: "/",
  primary: blue,
  canary: { service: "green", port: 80 },
  strategy,
});
const service = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { ports: [{ port: 80 }] },
});
const services = ["blue", "green", "cart", "items"].map(service);
const both = { https: true, redirect: true };
const ask = (
  request: Partial<HttpRequest>,
  canaries: readonly Canary[] = [],
  more: { objects?: readonly KubeObject[]; listeners?: typeof both } = {},
) =>
  answerAlb(
    [...(more.objects ?? services), toAlbIngress(routes, canaries, { className: "labs" })],
    "labs",
    { host: "shop.acme.dev", path: "/", scheme: "https", ...request },
    more.listeners ?? both,
  );

test.each<[string, Partial<HttpRequest>, object]>([
  ["the root", {}, { kind: "backends", shares: { "shop/blue": 1 } }],
  ["a longer prefix first", { path: "/cart/all?x=1" }, { shares: { "shop/cart": 1 }, path: "/cart/all?x=1" }],
  ["a prefix is whole elements", { path: "/carts" }, { shares: { "shop/blue": 1 } }],
  ["an exact path before all", { path: "/cart/items" }, { shares: { "shop/items": 1 } }],
  [
    "paths have case, hosts have none",
    { host: "SHOP.acme.dev:443", path: "/CART" },
    { shares: { "shop/blue": 1 } },
  ],
  ["another host", { host: "x.acme.dev" }, { kind: "none", status: 404 }],
  // For every host, known or not: the listener itself redirects.
  [
    "plain HTTP",
    { host: "x.acme.dev", scheme: "http", path: "/a?b" },
    { kind: "redirect", status: 301, location: "https://x.acme.dev:443/a?b" },
  ],
])("%s", (_what, request, expected) => {
  expect(ask(request)).toMatchObject(expected);
});

test("without a certificate there is no HTTPS, and plain HTTP is answered", () => {
  const listeners = { https: false, redirect: false };
  expect(ask({}, [], { listeners })).toMatchObject({ kind: "refused" });
  expect(ask({ scheme: "http" }, [], { listeners })).toMatchObject({ shares: { "shop/blue": 1 } });
});

test("a canary by header, by weight, and both: the header decides first", () => {
  const header = { name: "FOO", value: "bar" };
  const yes = { headers: { foo: "bar" } };
  const byHeader = [canary({ header })];
  expect(ask(yes, byHeader)).toMatchObject({ shares: { "shop/green": 1 } });
  expect(ask({ headers: { foo: "baz" } }, byHeader)).toMatchObject({ shares: { "shop/blue": 1 } });
  const weight = [canary({ weight: { weight: 5 } })];
  expect(ask({}, weight)).toMatchObject({ shares: { "shop/blue": 0.95, "shop/green": 0.05 } });
  const two = [canary({ header, weight: { weight: 50 } })];
  expect(ask(yes, two)).toMatchObject({ shares: { "shop/green": 1 } });
  expect(ask({}, two)).toMatchObject({ shares: { "shop/blue": 0.5, "shop/green": 0.5 } });
  // A share of nothing is no target; a Service that is not there answers 503.
  expect(ask({}, [canary({ weight: { weight: 100 } })])).toMatchObject({ shares: { "shop/green": 1 } });
  expect(ask({}, weight, { objects: services.filter((s) => s.metadata.name !== "green") })).toMatchObject({
    kind: "unavailable",
    backend: "shop/green",
  });
});

test("every backend is named like a Service that is there: Pulumi waits for its endpoints", () => {
  const { spec } = toAlbIngress(routes, [canary({ weight: { weight: 5 } })], { className: "labs" });
  const { rules } = spec as { rules: { http: { paths: { backend: { service: { name: string } } }[] } }[] };
  const names = rules.flatMap((r) => r.http.paths.map((p) => p.backend.service.name));
  expect(names.every((n) => services.some((s) => s.metadata.name === n))).toBe(true);
});

test.each<[string, Routes, Canary[], RegExp]>([
  ["a rewrite", one({ rewrite: "/" }), [], /a rewrite is not rendered/],
  ["an expression", one({ type: "Regex" }), [], /regular expressions/],
  [
    "any host",
    { ...routes, hosts: [{ paths: [{ path: "/", backend: blue }] }] },
    [],
    /would take those of others/,
  ],
  ["a default backend", { ...routes, defaultBackend: blue }, [], /would take those of others/],
  [
    "a Secret",
    { ...routes, hosts: [{ ...routes.hosts[0]!, tls: { secretName: "x" } }] },
    [],
    /certificates from ACM/,
  ],
  ["a cookie", routes, [canary({ cookie: { name: "always" } })], /does not decide by one cookie/],
  ["a header without a value", routes, [canary({ header: { name: "FOO" } })], /no always and never/],
  ["a large total", routes, [canary({ weight: { weight: 1, total: 1000 } })], /up to 999/],
])("%s: refused", (_what, set, canaries, expected) => {
  expect(albProblems(set, canaries).map((p) => p.message)).toEqual([expect.stringMatching(expected)]);
});

function one(more: object): Routes {
  return { ...routes, hosts: [{ host: "shop.acme.dev", paths: [{ path: "/", backend: blue, ...more }] }] };
}

test("what a rule does that is not known here is unknown, not a guess", () => {
  const other = toAlbIngress(routes, [], { className: "labs" });
  other.metadata.annotations = {
    "alb.ingress.kubernetes.io/conditions.blue": JSON.stringify([{ field: "query-string" }]),
  };
  expect(
    answerAlb([...services, other], "labs", { host: "shop.acme.dev", path: "/", scheme: "https" }, both),
  ).toMatchObject({ kind: "unknown", why: "a condition by query-string is not followed" });
});
