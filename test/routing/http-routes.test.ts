import fc from "fast-check";
import { canaryIngress } from "../../routing/canary/annotations";
import type { Canary, Strategy } from "../../routing/canary/canary";
import { gatewayAnswer } from "../../routing/gateway/answer";
import { gatewayProblems, toHttpRoutes } from "../../routing/gateway/http-routes";
import { siteGateway } from "../../routing/gateway/site-gateway";
import type { IngressSite } from "../../routing/ingress-site";
import { answerText } from "../../routing/answer-text";
import { answerFrom } from "../../routing/nginx/answer";
import { readTable } from "../../routing/nginx/table";
import type { HttpRequest } from "../../routing/request";
import { toIngresses } from "../../routing/routes/ingress-objects";
import { checkRoutes, nginxProblems } from "../../routing/routes/check-routes";
import type { HostRoutes, PathRoute, Routes } from "../../routing/routes/routes";
import type { KubeObject } from "../../kube/objects";

const SERVICES: KubeObject[] = ["web", "api", "next", "sorry"].map((name) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "n" },
  spec: { ports: [{ name: "http", port: 80 }] },
}));
const parent = { namespace: "labs-gateway", name: "labs", ports: { https: 443 } };
const site: IngressSite = {
  kind: "gateway",
  className: "labs",
  gateway: { ...parent, hosts: [] },
  baseDomain: "org",
  ports: { http: 80, https: 443 },
  controller: { kind: "Deployment", hostNetwork: false, ports: {} },
  tls: { certificate: { issuer: "labs", readsGateways: true }, redirect: true, awaited: true, trust: "" },
};
const to = (service: string) => ({ service, port: "http" });
const set = (hosts: HostRoutes[], more: Partial<Routes> = {}): Routes => ({
  name: "shop",
  namespace: "n",
  hosts,
  ...more,
});

function both(routes: Routes, canaries: Canary[], request: HttpRequest): { nginx: string; gateway: string } {
  const options = { className: "nginx" };
  const ingresses = [...toIngresses(routes, options), ...canaries.map((c) => canaryIngress(c, options))];
  const hosts = routes.hosts.flatMap((h) => (h.tls === undefined ? [] : [h.host ?? ""]));
  const objects = [siteGateway(site, hosts), ...toHttpRoutes(routes, canaries, parent, SERVICES)];
  return {
    nginx: answerText(answerFrom(readTable([...SERVICES, ...ingresses], "nginx"), request)),
    gateway: answerText(gatewayAnswer([...SERVICES, ...objects], request)),
  };
}

const element = fc.constantFrom("a", "b", "ab");
const path = fc.array(element, { maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const pathRoute: fc.Arbitrary<PathRoute> = fc.record({
  path,
  type: fc.constantFrom("Prefix" as const, "Exact" as const),
  backend: fc.constantFrom("web", "api").map(to),
});
const host = fc.constantFrom("a.org", "b.org", "*.c.org");
const routes = fc
  .uniqueArray(
    fc.record({
      host,
      paths: fc.uniqueArray(pathRoute, {
        selector: (p) => `${p.path} ${p.type}`,
        minLength: 1,
        maxLength: 5,
      }),
    }),
    { selector: (h) => h.host, minLength: 1 },
  )
  .chain((hosts) =>
    fc.record({
      tls: fc.boolean(),
      redirectToHttps: fc.boolean(),
      sorry: fc.boolean(),
      hosts: fc.constant(hosts),
    }),
  )
  .map(({ hosts, tls, redirectToHttps, sorry }) =>
    set(
      hosts.map((h) => (tls ? { ...h, tls: { secretName: "s" } } : h)),
      { redirectToHttps, ...(sorry ? { defaultBackend: to("sorry") } : {}) },
    ),
  );

const bare = (answer: string): string =>
  answer.startsWith("redirect") ? answer.replace(/\/(\?|$)/, "$1") : answer;

test("plain paths, hosts, default backends and redirects are answered alike by nginx and by the Gateway", () => {
  const request = fc.record({
    host: fc.constantFrom("a.org", "b.org", "x.c.org", "z.org"),
    path: fc.tuple(path, fc.constantFrom("", "/", "?q=1")).map(([p, end]) => (p + end).replace("//", "/")),
    scheme: fc.constantFrom("http" as const, "https" as const),
  });
  fc.assert(
    fc.property(routes, request, (given, asked) => {
      const { nginx, gateway } = both(given, [], asked);
      // nginx shows a certificate of its own where no tls section names the host.
      if (gateway === "refused") expect(asked.scheme).toBe("https");
      // nginx leaves a slash at the end of a redirect out.
      else expect(bare(gateway)).toBe(bare(nginx));
    }),
    { numRuns: 2000 },
  );
});

const header = { header: { name: "FOO", value: "bar" } };
test.each<[string, Strategy, Partial<HttpRequest>, string]>([
  ["a weight", { weight: { weight: 5 } }, {}, "split n/web:80=95 n/next:80=5"],
  ["a weight of a total", { weight: { weight: 5, total: 1000 } }, {}, "split n/web:80=99.5 n/next:80=0.5"],
  ["all of it", { weight: { weight: 100 } }, {}, "n/next:80"],
  ["none of it", { weight: { weight: 0 } }, {}, "n/web:80"],
  ["a header with its value", header, { headers: { foo: "bar" } }, "n/next:80"],
  ["a header with another value", header, { headers: { foo: "baz" } }, "n/web:80"],
  ["always", { header: { name: "FOO" } }, { headers: { foo: "always" } }, "n/next:80"],
  [
    "never, before a weight",
    { header: { name: "FOO" }, weight: { weight: 50 } },
    { headers: { foo: "never" } },
    "n/web:80",
  ],
  ["a pattern", { header: { name: "FOO", pattern: "^b" } }, { headers: { foo: "bar" } }, "n/next:80"],
  ["a cookie", { cookie: { name: "c" } }, { cookies: { a: "1", c: "always" } }, "n/next:80"],
  [
    "a cookie that says never",
    { cookie: { name: "c" }, weight: { weight: 50 } },
    { cookies: { c: "never" } },
    "n/web:80",
  ],
  [
    "a header before a cookie",
    { ...header, cookie: { name: "c" } },
    { headers: { foo: "bar" }, cookies: { c: "never" } },
    "n/next:80",
  ],
])("a canary by %s", (_, strategy, asked, answer) => {
  const given = set([{ host: "a.org", paths: [{ path: "/", backend: to("web") }] }]);
  const canary: Canary = {
    name: "c",
    namespace: "n",
    host: "a.org",
    path: "/",
    primary: to("web"),
    canary: to("next"),
    strategy,
  };
  const got = both(given, [canary], { host: "a.org", path: "/", ...asked });
  expect(got).toEqual({ nginx: answer, gateway: answer });
});

test("a set without hosts takes what nobody names", () => {
  const given = set([], { defaultBackend: to("sorry") });
  expect(both(given, [], { host: "z.org", path: "/x" })).toEqual({
    nginx: "n/sorry:80",
    gateway: "n/sorry:80",
  });
});

test("a prefix that is cut off is the usual pair of expression and target", () => {
  const given = set([
    { host: "a.org", paths: [{ path: "/pay(/|$)(.*)", type: "Regex", rewrite: "/$2", backend: to("web") }] },
  ]);
  const [route] = toHttpRoutes(given, [], parent, SERVICES);
  expect(JSON.stringify(route)).toContain('"path":{"type":"PathPrefix","value":"/pay"}');
  const answer = gatewayAnswer([...SERVICES, siteGateway(site, []), route!], {
    host: "a.org",
    path: "/pay/now?x=1",
  });
  expect(answer).toMatchObject({ kind: "backends", path: "/now?x=1" });
});

test("a timeout is rendered both ways, a mirror by the Gateway alone: nginx says why not", () => {
  const given = set([
    { host: "a.org", paths: [{ path: "/", backend: to("web"), timeout: 90, mirror: to("next") }] },
  ]);
  const [route] = toHttpRoutes(given, [], parent, SERVICES);
  expect((route!["spec"] as { rules: object[] }).rules).toMatchObject([
    {
      filters: [{ type: "RequestMirror", requestMirror: { backendRef: { name: "next", port: 80 } } }],
      timeouts: { request: "90s" },
    },
  ]);
  const [ingress] = toIngresses(given, { className: "nginx" });
  expect(ingress!.metadata.annotations).toEqual({ "nginx.ingress.kubernetes.io/proxy-read-timeout": "90" });
  expect(nginxProblems(given)).toMatchObject([{ path: "routes n/shop: a.org/: mirror" }]);
  const wrong = set([
    { host: "a.org", paths: [{ path: "/", backend: to("web"), timeout: 1.5, mirror: to("x") }] },
  ]);
  expect(checkRoutes([wrong], SERVICES).map((p) => p.path)).toEqual([
    expect.stringMatching(/mirror/),
    expect.stringMatching(/timeout/),
  ]);
});

test("routes keep their names when hosts are added behind them, and no two are alike", () => {
  const hosts = ["a.org", "b.org", "b.net", "*.b.net"].map((h) => ({ host: h, paths: [] }));
  const names = (n: number) =>
    toHttpRoutes(set(hosts.slice(0, n)), [], parent, SERVICES).map((o) => o.metadata.name);
  expect(names(2)).toEqual(["shop", "shop-b"]);
  expect(new Set(names(4)).size).toBe(4);
});

test("another port of HTTPS is named in the redirect", () => {
  const given = set([{ host: "a.org", paths: [{ path: "/", backend: to("web") }], tls: {} }]);
  const objects = toHttpRoutes(given, [], { ...parent, ports: { https: 8443 } }, SERVICES);
  const answer = gatewayAnswer([siteGateway(site, ["a.org"]), ...objects], { host: "a.org", path: "/x?y" });
  expect(answer).toEqual({ kind: "redirect", status: 308, location: "https://a.org:8443/x?y" });
});

describe("what a route has no word for is a problem, with a way out", () => {
  const one = (p: Partial<PathRoute>): string[] =>
    gatewayProblems(
      set([{ host: "a.org", paths: [{ path: "/", type: "Regex", backend: to("web"), ...p }] }]),
      [],
    ).map((p) => `${p.path}: ${p.message}`);

  test.each<[string, Partial<PathRoute>, RegExp]>([
    [
      "captured parts",
      { path: "/(a)/(b)", rewrite: "/$2/$1" },
      /a\.org\/\(a\)\/\(b\): rewrites to \/\$2\/\$1/,
    ],
    ["looking ahead", { path: "/(?!x).*" }, /RE2/],
  ])("%s", (_, p, message) => {
    expect(one(p).join()).toMatch(message);
  });

  test("a fixed target is none", () => {
    expect(one({ path: "/old/.*", rewrite: "/new" })).toEqual([]);
  });

  test("more rules than an HTTPRoute takes", () => {
    const paths = Array.from({ length: 17 }, (_, i) => ({ path: `/${i}`, backend: to("web") }));
    expect(gatewayProblems(set([{ host: "a.org", paths }]), [])[0]?.message).toMatch(/17 rules.*takes 16/);
  });
});
