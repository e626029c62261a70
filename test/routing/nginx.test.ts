import fc from "fast-check";
import { canaryIngress } from "../../routing/canary/annotations";
import { byWeight } from "../../routing/canary/canary";
import { answer } from "../../routing/nginx/answer";
import { proveRequest } from "../../routing/nginx/prove";
import { toIngresses } from "../../routing/routes/ingress-objects";
import type { PathRoute, Routes } from "../../routing/routes/routes";

const CLASS = { className: "labs" };
const to = (service: string) => ({ service, port: 80 });
const set = (paths: PathRoute[], over: Partial<Routes> = {}): Routes => ({
  name: "r",
  namespace: "n",
  hosts: [{ host: "a.org", paths }],
  ...over,
});
const ask = (routes: Routes, path: string, host = "a.org") => {
  const got = answer(toIngresses(routes, CLASS), "labs", { host, path });
  return got.kind === "backends" ? { ...got, to: Object.keys(got.shares)[0]!.slice(2) } : got;
};

test("Prefix goes by path elements, Exact by the whole, the longest wins", () => {
  const r = set([
    { path: "/", backend: to("root") },
    { path: "/foo", backend: to("foo") },
    { path: "/foo/bar", type: "Exact", backend: to("exact") },
  ]);
  expect(ask(r, "/foo")).toMatchObject({ to: "foo" });
  expect(ask(r, "/foo/")).toMatchObject({ to: "foo" });
  expect(ask(r, "/foobar")).toMatchObject({ to: "root" });
  expect(ask(r, "/foo/bar")).toMatchObject({ to: "exact" });
  expect(ask(r, "/foo/bar/x")).toMatchObject({ to: "foo" });
  expect(ask(r, "/FOO")).toMatchObject({ to: "root" });
  expect(ask(r, "/foo?x=/y")).toMatchObject({ to: "foo", path: "/foo?x=/y" });
});

test("one rewrite makes every path of its host an expression without case, and of no other host", () => {
  const r = set(
    [
      { path: "/foo", backend: to("foo") },
      { path: "/pay(/|$)(.*)", type: "Regex", rewrite: "/$2", backend: to("pay") },
    ],
    {},
  );
  const other: Routes = {
    ...set([{ path: "/foo", backend: to("other") }]),
    name: "o",
    hosts: [{ host: "b.org", paths: [{ path: "/foo", backend: to("other") }] }],
  };
  expect(ask(r, "/FOOBAR")).toMatchObject({ to: "foo" });
  expect(ask(r, "/pay/cart?id=1")).toMatchObject({ to: "pay", path: "/cart?id=1" });
  expect(ask(r, "/pay")).toMatchObject({ to: "pay", path: "/" });
  expect(ask(other, "/FOO", "b.org")).toMatchObject({ kind: "none" });
});

test("hosts: exact, then a wildcard of one label, then the catch-all", () => {
  const r: Routes = {
    ...set([]),
    hosts: [
      { host: "a.org", paths: [{ path: "/", backend: to("a") }] },
      { host: "*.a.org", paths: [{ path: "/", backend: to("wild") }] },
      { paths: [{ path: "/", backend: to("any") }] },
    ],
  };
  expect(ask(r, "/", "A.org:8080")).toMatchObject({ to: "a" });
  expect(ask(r, "/", "x.a.org")).toMatchObject({ to: "wild" });
  expect(ask(r, "/", "y.x.a.org")).toMatchObject({ to: "any" });
});

test("a default backend serves the rest of its hosts; alone it serves every other host", () => {
  const both = set([{ path: "/foo", backend: to("foo") }], { defaultBackend: to("sorry") });
  expect(ask(both, "/else")).toMatchObject({ to: "sorry" });
  expect(ask(both, "/else", "b.org")).toEqual({ kind: "none", status: 404 });
  expect(ask({ ...both, hosts: [] }, "/else", "b.org")).toMatchObject({ to: "sorry" });
});

test("plain HTTP of a host with TLS is redirected, unless the routes say not to", () => {
  const tls = (redirectToHttps: boolean): Routes => ({
    ...set([]),
    redirectToHttps,
    hosts: [{ host: "a.org", tls: { secretName: "s" }, paths: [{ path: "/", backend: to("a") }] }],
  });
  expect(ask(tls(true), "/x/")).toEqual({ kind: "redirect", status: 308, location: "https://a.org/x" });
  expect(ask(tls(false), "/x/")).toMatchObject({ to: "a" });
  const https = answer(toIngresses(tls(true), CLASS), "labs", { host: "a.org", path: "/", scheme: "https" });
  expect(https.kind).toBe("backends");
});

test("another class is another controller's", () => {
  expect(
    answer(toIngresses(set([{ path: "/", backend: to("a") }]), CLASS), "nginx", { host: "a.org", path: "/" }),
  ).toEqual({ kind: "none", status: 404 });
});

test("a canary belongs to the upstream: other routes to the same Service and port get it too", () => {
  const r = set([
    { path: "/", backend: to("web") },
    { path: "/api", backend: to("web") },
    { path: "/adm", backend: { service: "web", port: 81 } },
  ]);
  const c = canaryIngress(
    {
      name: "c",
      namespace: "n",
      host: "a.org",
      path: "/",
      primary: to("web"),
      canary: to("v2"),
      strategy: byWeight(20),
    },
    CLASS,
  );
  const shares = (path: string) => answer([...toIngresses(r, CLASS), c], "labs", { host: "a.org", path });
  expect(shares("/api")).toMatchObject({ shares: { "n/web": 0.8, "n/v2": 0.2 } });
  expect(shares("/adm")).toMatchObject({ shares: { "n/web": 1 } });
});

test("a Service that is not there is a 503", () => {
  const svc = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "b", namespace: "n" },
    spec: { ports: [{ port: 80 }] },
  };
  const objects = [...toIngresses(set([{ path: "/", backend: to("a") }]), CLASS), svc];
  expect(answer(objects, "labs", { host: "a.org", path: "/" })).toEqual({
    kind: "unavailable",
    status: 503,
    backend: "n/a",
  });
});

test("claims are compared with the answer, and a claim of nothing is no proof", () => {
  const objects = toIngresses(set([{ path: "/", backend: to("a") }]), CLASS);
  const prove = (claim: object) =>
    proveRequest(objects, "labs", { host: "a.org", path: "/", ...claim }).problems;
  expect(prove({ backends: { "n/a": 1 }, status: 200 })).toEqual([]);
  expect(prove({ backends: { "n/a": 0.5, "n/b": 0.5 } })).toEqual([
    expect.stringMatching(/50 % n\/a and 50 % n\/b, but is by n\/a/),
  ]);
  expect(prove({ status: 200 })).toEqual([]);
  expect(prove({ status: 404 })).toHaveLength(1);
  expect(prove({ status: 308, location: "https://a.org" })).toHaveLength(2);
  expect(prove({})).toEqual([expect.stringMatching(/neither/)]);
});

test("the same objects in another order of hosts and paths give the same answer", () => {
  const segment = fc.constantFrom("/", "/a", "/a/b", "/b", "/ab", "/a/c");
  const paths = fc.uniqueArray(
    fc.record({ path: segment, type: fc.constantFrom("Prefix" as const, "Exact" as const) }),
    {
      selector: (p) => `${p.type}${p.path}`,
      minLength: 1,
    },
  );
  const url = fc.array(fc.constantFrom("a", "b", "c", "ab"), { maxLength: 3 }).map((s) => `/${s.join("/")}`);
  fc.assert(
    fc.property(paths, url, (ps, path) => {
      const routed = ps.map((p, i) => ({ ...p, backend: to(`s${i}`) }));
      expect(ask(set(routed), path)).toEqual(ask(set([...routed].reverse()), path));
    }),
  );
});
