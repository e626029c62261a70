import type { KubeObject } from "../../kube/objects";
import { migrate, type Migration } from "../../routing/migrate/migrate";
import type { HttpRequest } from "../../routing/request";
import { migrated, SERVICES } from "./migrate-cases";

/** What stands beside the Ingresses in a folder: classes, other controllers, the controller's ConfigMap. */

const A = "nginx.ingress.kubernetes.io/";
const ingress = (annotations: Record<string, string>, className?: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "i", namespace: "n", annotations },
  spec: {
    ...(className === undefined ? {} : { ingressClassName: className }),
    rules: [
      {
        host: "a.org",
        http: {
          paths: [
            { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
});
const ingressClass = (name: string, controller: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name },
  spec: { controller },
});
const config = (data: Record<string, string>): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "ingress-nginx-controller", namespace: "ingress-nginx" },
  data,
});
const run = (objects: KubeObject[], ask: HttpRequest, className = "nginx"): Migration =>
  migrate([...objects, ...SERVICES], {
    className,
    gatewayClass: "c",
    gateway: { namespace: "gw", name: "g" },
    defaultCertificate: "gw/default",
    ask: [ask],
  });
const HOME = { host: "a.org", path: "/" };
const answers = ({ requests: [r] }: Migration) => [r?.nginx, r?.gateway];
const texts = ({ notes }: Migration): string => notes.map((n) => `${n.about}: ${n.text}`).join("\n");

test("the class nginx of another controller is left as it is", () => {
  const got = run([ingressClass("nginx", "nginx.org/ingress-controller"), ingress({}, "nginx")], HOME);
  expect(answers(got)).toEqual(["status 404", "status 404"]);
  expect(texts(got)).toMatch(/its class is nginx, of controller nginx\.org\/ingress-controller/);
});

test("a second ingress-nginx is another controller, and --class names it", () => {
  const objects = [ingressClass("inside", "k8s.io/inside-ingress-nginx"), ingress({}, "inside")];
  expect(texts(run(objects, HOME))).toMatch(/--class inside converts it/);
  expect(answers(run(objects, HOME, "inside"))).toEqual(["n/web:80", "n/web:80"]);
});

test("a class by annotation that the controller may not look for is told", () => {
  const got = run(
    [ingressClass("inside", "k8s.io/ingress-nginx"), ingress({ "kubernetes.io/ingress.class": "inside" })],
    HOME,
  );
  expect(texts(got)).toMatch(/only where the controller runs with --ingress-class=inside/);
});

test.each([
  ["an allow list", { "whitelist-source-range": "10.0.0.0/8" }, {}, "status 403"],
  [
    "an allow list, and one of the Ingress",
    { "whitelist-source-range": "10.0.0.0/8" },
    { "allowlist-source-range": "192.0.2.0/24" },
    "n/web:80",
  ],
  ["a service that is asked", { "global-auth-url": "https://auth.org/" }, {}, "status 401"],
  [
    "a service that is asked, but not here",
    { "global-auth-url": "https://auth.org/" },
    { "enable-global-auth": "false" },
    "n/web:80",
  ],
])("the controller's ConfigMap: %s", (_what, data, own, nginx) => {
  const annotations = Object.fromEntries(Object.entries(own).map(([k, v]) => [A + k, v]));
  const got = run([config(data), ingress(annotations, "nginx")], { ...HOME, client: "192.0.2.1" });
  expect(answers(got)[0]).toBe(nginx);
  // Who is kept out at nginx gets nothing from the Gateway either.
  if (nginx !== "n/web:80") expect(answers(got)[1]).toBe("status 500");
  expect(texts(got)).toMatch(/hold for every Ingress here/);
});

test("keys of the ConfigMap that nobody follows are named, tuning is not", () => {
  const text = texts(
    run([config({ "block-cidrs": "10.0.0.0/8", "log-format-upstream": "x" }), ingress({}, "nginx")], HOME),
  );
  expect(text).toMatch(/block-cidrs may change answers/);
  expect(text).not.toMatch(/log-format/);
});

test.each([
  [
    "permanent-redirect",
    "https://b.org$request_uri",
    /refuses the value, and the controller leaves the whole Ingress out/,
  ],
  ["rewrite-target", "/x?y=$1", /refuses the value, and the controller takes the annotation for absent/],
  ["configuration-snippet", "more_set_headers a;", /risk Critical/],
])("a value that the controller refuses by default is told: %s", (annotation, value, told) => {
  const got = migrated([{ a: { [annotation]: value } }], "a.org/x");
  expect(texts(got)).toMatch(told);
  expect(got.requests[0]?.assumes.join()).toMatch(/validation=false|allows snippets/);
});

test("what nginx does unasked and the Gateway does not is told", () => {
  const text = texts(migrated([{ tls: [{ hosts: ["a.org"], secretName: "cert" }] }], "a.org/"));
  expect(text).toMatch(/Strict-Transport-Security/);
  expect(text).toMatch(/X-Real-IP/);
  expect(texts(migrated([{}], "a.org/"))).not.toMatch(/Strict-Transport/);
});

test("TLS to pods takes a CA for granted, and holds for one port of several", () => {
  const ports = [
    { name: "https", port: 443 },
    { name: "metrics", port: 9090 },
  ];
  const web: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "two", namespace: "n" },
    spec: { ports },
  };
  const { spec, ...rest } = ingress({ [`${A}backend-protocol`]: "HTTPS" }, "nginx");
  const text = JSON.stringify(spec).replace('"web"', '"two"').replace('"number":80', '"number":443');
  const got = run([web, { ...rest, spec: JSON.parse(text) as object }], HOME);
  const [policy] = got.objects.filter((o) => o.kind === "BackendTLSPolicy");
  expect(policy?.["spec"]).toMatchObject({ targetRefs: [{ name: "two", sectionName: "https" }] });
  expect(got.requests[0]?.assumes).toEqual([
    "ConfigMap n/two-ca holds the CA of the certificates of Service two",
  ]);
});

test("a week of patience is a duration that the CRD takes", () => {
  const { objects } = migrated([{ a: { "proxy-read-timeout": "604800" } }], "a.org/");
  expect(JSON.stringify(objects)).toContain('"timeouts":{"request":"168h"}');
});

test("regex characters where the webhook takes none are told", () => {
  expect(texts(migrated([{ paths: ["/api(/|$)(.*) Prefix api"] }], "a.org/"))).toMatch(
    /strict-validate-path-type.*not as an expression/,
  );
});

test("headers that an asked service is shown, and that it gives, stand in its policy", () => {
  const a = { "auth-url": "http://auth.n.svc/check", "auth-response-headers": "X-User, X-Group" };
  const { objects, notes } = migrated([{ a }], "a.org/ Cookie=s=1", "envoy-gateway");
  const [policy] = objects.filter((o) => o.kind === "SecurityPolicy");
  expect(policy?.["spec"]).toMatchObject({
    extAuth: {
      http: { headersToBackend: ["X-User", "X-Group"] },
      headersToExtAuth: expect.arrayContaining(["cookie"]) as string[],
    },
  });
  expect(notes.filter((note) => note.outcome === "closed")).toEqual([]);
});

test("a CORS filter holds only what its CRD takes", () => {
  const a = {
    "enable-cors": "true",
    "cors-allow-origin": "https://x.org, app://y.org, null",
    "cors-max-age": "0",
  };
  const text = JSON.stringify(migrated([{ a }], "a.org/").objects);
  expect(text).toContain('"allowOrigins":["https://x.org"]');
  expect(text).toContain('"maxAge":1');
});
