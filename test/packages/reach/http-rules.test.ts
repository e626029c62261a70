import { explain, load, type Question } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { calicoPolicy, globalPolicy, pod } from "./support";

const web = pod("x/web", { app: "web" }, { ip: "10.0.0.1" });
/** Beside Dikastes, by Calico's template for Istio's injector. */
const annotated = (more: object, labels = {}): KubeObject => {
  const plain = pod("x/api", { app: "api", ...labels }, { ip: "10.0.0.2" });
  return { ...plain, metadata: { ...plain.metadata, annotations: more as Record<string, string> } };
};
const api = annotated({ "inject.istio.io/templates": "sidecar,dikastes" });
const bare = pod("x/api", { app: "api" }, { ip: "10.0.0.2" });
const rules = (...ingress: object[]): KubeObject =>
  calicoPolicy("x/api", { selector: "app == 'api'", ingress });
const http = (methods: string[], ...paths: object[]): object => ({
  action: "Allow",
  http: { methods, ...(paths.length === 0 ? {} : { paths }) },
});
const answer = (
  policy: KubeObject,
  request?: Question["request"],
  to: readonly KubeObject[] = [api],
  more: Partial<Question> = {},
): ReturnType<typeof explain>[number] =>
  explain(load([web, ...to, policy]), {
    from: "x/web",
    to: "x/api",
    port: 80,
    ...(request === undefined ? {} : { request }),
    ...more,
  })[0]!;
const POST = { method: "POST", path: "/items" };

test("a question with method and path has a certain answer", () => {
  const policy = rules(http(["GET"], { exact: "/items" }, { prefix: "/public/" }));
  const verdict = (method: string, path: string): string => answer(policy, { method, path }).verdict;
  expect(verdict("GET", "/items")).toBe("allow");
  expect(verdict("GET", "/items/1")).toBe("deny");
  expect(verdict("GET", "/public/a")).toBe("allow");
  expect(verdict("POST", "/items")).toBe("deny");
});

test("without them the answer says what it depends on, unless another rule decides all the same", () => {
  expect(answer(rules(http(["GET"])))).toMatchObject({
    verdict: "unknown",
    ingress: {
      policy: "x/api",
      rule: 0,
      reason: expect.stringMatching(
        /depends on the request \(--method, --path\), and on whether Dikastes/,
      ) as string,
    },
  });
  expect(answer(rules(http(["GET"]), { action: "Allow" })).verdict).toBe("allow");
});

test("a path needs one of exact and prefix", () => {
  expect(() => load([web, api, rules(http([], { exact: "/a", prefix: "/b" }))])).toThrow(
    /http\.paths\[0\].*needs either exact or prefix/,
  );
});

test("rules as Calico stores them may mix address families", () => {
  const stored = (apiVersion: string): KubeObject => ({
    ...globalPolicy("p", {
      selector: "app == 'api'",
      ingress: [{ action: "Allow", source: { nets: ["10.0.0.0/8", "fd00::/8"] } }],
    }),
    apiVersion,
  });
  expect(answer(stored("crd.projectcalico.org/v1")).verdict).toBe("allow");
  expect(() => load([web, api, stored("projectcalico.org/v3")])).toThrow(/mixes IPv4 and IPv6/);
});

test("what Dikastes denies is told from what Felix drops: the same rules, with and without http", () => {
  const policy = rules({ ...http(["GET"]), source: { selector: "app == 'web'" } });
  expect(answer(policy, POST)).toMatchObject({
    verdict: "deny",
    ingress: {
      at: "proxy",
      policy: "x/api",
      reason: expect.stringMatching(/Dikastes, which answers 403/) as string,
    },
  });
  const other = rules({ ...http(["GET"]), source: { selector: "app == 'other'" } });
  expect(answer(other, POST).ingress).not.toHaveProperty("at");
});

test("without Dikastes Felix alone judges, and http is nothing to it; the note says so", () => {
  const policy = rules(http(["GET"]));
  expect(answer(policy, POST, [bare]).verdict).toBe("allow");
  expect(answer(policy, undefined, [bare]).verdict).toBe("allow");
  expect(load([web, bare, policy]).notes).toEqual([
    expect.stringMatching(/x\/api has rules with http, and no Dikastes stands before x\/api/) as string,
  ]);
  expect(load([web, api, policy]).notes).toEqual([]);
});

test("in a namespace of the mesh istiod's default templates decide, which nothing here tells", () => {
  const meshed = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "x", labels: { "istio-injection": "enabled" } },
  };
  const policy = rules(http(["GET"]));
  expect(answer(policy, POST, [bare, meshed]).verdict).toBe("unknown");
  expect(answer(policy, { method: "GET", path: "/" }, [bare, meshed]).verdict).toBe("allow");
  expect(answer(policy, POST, [annotated({ "inject.istio.io/templates": "sidecar" }), meshed]).verdict).toBe(
    "allow",
  );
  expect(answer(policy, POST, [annotated({}, { "sidecar.istio.io/inject": "false" }), meshed]).verdict).toBe(
    "allow",
  );
});

test("a running pod shows what the injector put there", () => {
  const labels = { app: "api" };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api", namespace: "x" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } },
  };
  const running = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "api-1",
      namespace: "x",
      labels,
      ownerReferences: [{ kind: "Deployment", name: "api" }],
    },
    spec: { containers: [{ name: "api" }], initContainers: [{ name: "dikastes" }] },
    status: { podIP: "10.0.0.2" },
  };
  expect(answer(rules(http(["GET"])), POST, [deployment]).verdict).toBe("allow");
  expect(answer(rules(http(["GET"])), POST, [deployment, running]).verdict).toBe("deny");
});

test("Dikastes sees TCP alone", () => {
  expect(answer(rules(http(["GET"])), undefined, [api], { protocol: "UDP" }).verdict).toBe("allow");
});

test.each([
  ["/items/", true],
  ["/items?a=1#b", true],
  ["//items/./", true],
  ["/it%65ms", true],
  ["/items;v=1", true],
  ["/other/../items", true],
  ["/public/a", true],
  ["/public", true],
  ["/public-leak", false],
  ["/public/../admin", false],
  ["/public/%2e%2e/admin", false],
  ["/public/%252e%252e/admin", false],
  ["/public\\..\\admin", false],
  ["/public/..;x/admin", false],
  ["/public/%zz", false],
])("paths are compared as Calico 3.33 does: %s", (path, open) => {
  const policy = rules(http(["*"], { exact: "/items" }, { prefix: "/public/" }));
  expect(answer(policy, { method: "GET", path }).verdict).toBe(open ? "allow" : "deny");
});

test("a rule that but for the request would match is named", () => {
  const policy = rules(http(["GET"], { prefix: "/items" }));
  expect(answer(policy, POST, [api], { remarks: true }).remarks).toContainEqual({
    about: "near-miss",
    text: "ingress rule 0 of NetworkPolicy x/api would match but for the request: it allows GET of /items and what is below it",
  });
});

test("http that Calico refuses is refused, all at once", () => {
  const wrong = calicoPolicy("x/api", {
    ingress: [
      { action: "Allow", http: { methods: ["GET", "GET"], paths: [{ exact: "items" }, { prefix: "/a?b" }] } },
      { action: "Deny", http: {} },
    ],
    egress: [{ action: "Allow", http: {} }],
  });
  expect(() => load([web, wrong])).toThrow(
    /methods\[1\]: .*twice[^]*paths\[0\]\.exact: .*must start with \/[^]*paths\[1\]\.prefix[^]*ingress\[1\]\.http: .*only possible with action Allow[^]*egress\[0\]\.http: .*only possible in ingress/,
  );
});
