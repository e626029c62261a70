import type { Routes } from "../../routing/routes/routes";
import { toIngresses } from "../../routing/routes/ingress-objects";
import { checkRoutes } from "../../routing/routes/check-routes";
import type { KubeObject } from "../../kube/objects";

const service = (name: string, ports: object[] = [{ port: 80, name: "http" }]): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { ports },
});
const web = { service: "web", port: 80 };
const routes = (over: Partial<Routes> = {}): Routes => ({
  name: "shop",
  namespace: "shop",
  hosts: [{ host: "shop.example.org", paths: [{ path: "/", backend: web }] }],
  ...over,
});
const host = (paths: Routes["hosts"][number]["paths"]): Routes =>
  routes({ hosts: [{ host: "shop.example.org", paths }] });
const messages = (...sets: Routes[]) => checkRoutes(sets, [service("web")]).map((p) => p.message);

test("a plain route has no problem and becomes one Ingress of the class", () => {
  expect(messages(routes())).toEqual([]);
  expect(toIngresses(routes(), { className: "labs" })).toEqual([
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "shop", namespace: "shop" },
      spec: {
        ingressClassName: "labs",
        rules: [
          {
            host: "shop.example.org",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "web", port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  ]);
});

test.each<[string, Routes, RegExp]>([
  [
    "path twice",
    host([
      { path: "/a", backend: web },
      { path: "/a", backend: web },
    ]),
    /stands 2 times/,
  ],
  [
    "path in two Ingresses",
    host([
      { path: "/a", backend: web },
      { path: "/a", rewrite: "/b", backend: web },
    ]),
    /stands 2 times/,
  ],
  [
    "missing Service",
    host([{ path: "/", backend: { service: "wbe", port: 80 } }]),
    /no Service wbe in namespace shop/,
  ],
  ["missing port", host([{ path: "/", backend: { service: "web", port: 8080 } }]), /no port 8080/],
  ["port out of range", host([{ path: "/", backend: { service: "web", port: 0 } }]), /is not a port/],
  [
    "service that is no label",
    host([{ path: "/", backend: { service: "Web", port: 80 } }]),
    /not a DNS label/,
  ],
  [
    "service that begins with a digit",
    host([{ path: "/", backend: { service: "2048", port: 80 } }]),
    /does not begin with a letter/,
  ],
  [
    "host with a port",
    routes({ hosts: [{ host: "shop:80", paths: [{ path: "/", backend: web }] }] }),
    /address or has a port/,
  ],
  [
    "address as host",
    routes({ hosts: [{ host: "127.0.0.1", paths: [{ path: "/", backend: web }] }] }),
    /address/,
  ],
  [
    "wildcard inside",
    routes({ hosts: [{ host: "a.*.org", paths: [{ path: "/", backend: web }] }] }),
    /not a DNS/,
  ],
  [
    "host too long",
    routes({ hosts: [{ host: `${"a".repeat(64)}.org`, paths: [{ path: "/", backend: web }] }] }),
    /at most 63/,
  ],
  ["no slash", host([{ path: "a", backend: web }]), /begins with/],
  ["expression in a Prefix", host([{ path: "/a(.*)", backend: web }]), /Prefix takes letters/],
  ["dots", host([{ path: "/a/../b", backend: web }]), /API server refuses/],
  ["broken expression", host([{ path: "/a(", type: "Regex", backend: web }]), /no regular expression/],
  [
    "closing the directive",
    host([{ path: '/a" ; return 200 "', type: "Regex", backend: web }]),
    /end nginx's directive/,
  ],
  ["no paths", host([]), /has no paths/],
  ["nothing at all", routes({ hosts: [] }), /neither hosts nor/],
  [
    "Exact beside an expression",
    host([
      { path: "/a", type: "Exact", backend: web },
      { path: "/b.*", type: "Regex", backend: web },
    ]),
    /not exact here/,
  ],
])("%s is refused", (_, set, message) => {
  expect(messages(set)).toEqual([expect.stringMatching(message)]);
});

test("a host in two sets, and a name used twice, are refused", () => {
  const other = routes({ name: "other" });
  expect(messages(routes(), other)).toEqual([expect.stringMatching(/claimed 2 times/)]);
  const renamed = routes({ hosts: [{ host: "b.example.org", paths: [{ path: "/", backend: web }] }] });
  expect(messages(routes(), renamed)).toEqual([expect.stringMatching(/two sets of routes/)]);
});

test("every problem of every set is told at once", () => {
  const bad = host([
    { path: "x", backend: web },
    { path: "/y", backend: { service: "gone", port: 80 } },
  ]);
  expect(messages(bad)).toHaveLength(2);
});

describe("rewrites", () => {
  const rewrite = (path: string, target: string, type: "Regex" | "Prefix" = "Regex") =>
    messages(host([{ path, type, rewrite: target, backend: web }]));

  test.each(["/$1?x=1", "/a$1?", "/?q=$2", "/${1}?x"])("%s reaches CVE-2026-42945", (target) => {
    expect(rewrite("/a(.*)(b)", target)).toEqual([expect.stringMatching(/CVE-2026-42945/)]);
  });
  test("a '?' without a group is refused too, for its own reason", () => {
    expect(rewrite("/a", "/b?x=1", "Prefix")).toEqual([expect.stringMatching(/annotation validation/)]);
  });
  test("groups must exist, variables of nginx are refused", () => {
    expect(rewrite("/a(.*)", "/$2")).toEqual([expect.stringMatching(/has 1 group/)]);
    expect(rewrite("/a", "/$1", "Prefix")).toEqual([expect.stringMatching(/Prefix path has none/)]);
    expect(rewrite("/a(.*)", "/$host/$1")).toEqual([expect.stringMatching(/variable of nginx/)]);
    expect(rewrite("/a(.*)", "/$1;x")).toEqual([expect.stringMatching(/annotation validation/)]);
  });
  test("a sound one is an Ingress of its own, under a name that the target does not change", () => {
    const set = (target: string): Routes => ({
      ...host([
        { path: "/", backend: web },
        { path: "/pay(/|$)(.*)", type: "Regex", rewrite: target, backend: web },
      ]),
      defaultBackend: web,
    });
    expect(messages(set("/$2"))).toEqual([]);
    const [plain, pay] = toIngresses(set("/$2"), { className: "labs" });
    expect(plain!.metadata.annotations).toBeUndefined();
    expect(plain!["spec"]).toHaveProperty("defaultBackend");
    expect(pay!.metadata).toEqual({
      name: "shop-pay",
      namespace: "shop",
      annotations: {
        "nginx.ingress.kubernetes.io/use-regex": "true",
        "nginx.ingress.kubernetes.io/rewrite-target": "/$2",
      },
    });
    expect(pay!["spec"]).not.toHaveProperty("defaultBackend");
    expect(toIngresses(set("/x/$2"), { className: "labs" })[1]!.metadata.name).toBe("shop-pay");
  });
});

test.each([
  ["a".repeat(253), undefined],
  [`${"store-".repeat(20)}tls`, undefined],
  ["a".repeat(254), "has 254 characters; the name of an object has at most 253"],
  ["Store-tls", "is not the name of an object: a-z, 0-9, '-' and '.' inside"],
  ["", "is empty"],
])("the name of a Secret may be longer than a DNS label: %s", (secretName, message) => {
  const set = routes({
    hosts: [{ host: "a.org", tls: { secretName }, paths: [{ path: "/", backend: web }] }],
  });
  expect(checkRoutes([set]).map((p) => p.message)).toEqual(message === undefined ? [] : [message]);
});

test("TLS names its Secret, and the redirect is said either way", () => {
  const tls = (redirectToHttps?: boolean) =>
    toIngresses(
      {
        ...routes({
          hosts: [{ host: "a.org", tls: { secretName: "a-tls" }, paths: [{ path: "/", backend: web }] }],
        }),
        ...(redirectToHttps === undefined ? {} : { redirectToHttps }),
      },
      { className: "labs" },
    )[0]!;
  expect(tls()["spec"]).toMatchObject({ tls: [{ hosts: ["a.org"], secretName: "a-tls" }] });
  expect(tls().metadata.annotations).toEqual({ "nginx.ingress.kubernetes.io/ssl-redirect": "true" });
  expect(tls(false).metadata.annotations).toEqual({ "nginx.ingress.kubernetes.io/ssl-redirect": "false" });
});
