import { connectivity, explain, load, type Flow, type Question } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { kubernetesPolicy, pod } from "./support";

/** Istio's semantics: istio.io/latest/docs/reference/config/security/authorization-policy, and pilot's source beside the code. */
const istio = (kind: string, name: string, spec: object, namespace = "shop"): KubeObject => ({
  apiVersion: "security.istio.io/v1",
  kind,
  metadata: { name, namespace },
  spec,
});
const allow = (rules: object[], more: object = {}): KubeObject =>
  istio("AuthorizationPolicy", "allow", { ...more, rules });
const deny = (rules: object[]): KubeObject => istio("AuthorizationPolicy", "deny", { action: "DENY", rules });
const peer = (mode: string, more: object = {}): KubeObject =>
  istio("PeerAuthentication", "mtls", { mtls: { mode }, ...more });
const from = (source: object): object => ({ from: [{ source }] });
const to = (operation: object): object => ({ to: [{ operation }] });
const ns = (labels: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", labels: labels as Record<string, string> },
});
const SIDECARS = ns({ "istio-injection": "enabled" });
const AMBIENT = ns({ "istio.io/dataplane-mode": "ambient" });
const web = pod("shop/web", { app: "web" }, { ip: "10.0.0.1" });
const api = pod("shop/api", { app: "api" }, { ip: "10.0.0.2" });
const stranger = pod("x/stranger", { app: "web" }, { ip: "10.0.0.3" });
const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "api", namespace: "shop" },
  spec: { clusterIP: "10.96.0.1", selector: { app: "api" }, ports: [{ port: 80, targetPort: 8080 }] },
};
const GET = { method: "GET", path: "/items" };

function ask(
  objects: readonly KubeObject[],
  more: Partial<Question> = {},
  around = [SIDECARS, service],
): Flow {
  const state = load([web, api, stranger, ...around, ...objects]);
  return explain(state, { from: "shop/web", to: "shop/api", port: 8080, request: GET, ...more })[0]!;
}
const verdict = (...args: Parameters<typeof ask>): string => ask(...args).verdict;

describe("actions", () => {
  test.each<[string, KubeObject[], string]>([
    ["no policy", [], "allow"],
    ["ALLOW without rules allows nothing", [allow([])], "deny"],
    ["an empty rule matches all", [allow([{}])], "allow"],
    ["DENY without rules denies nothing", [deny([])], "allow"],
    ["DENY with an empty rule", [deny([{}])], "deny"],
    ["DENY wins over ALLOW", [allow([{}]), deny([to({ methods: ["GET"] })])], "deny"],
    ["a rule that does not match", [allow([to({ methods: ["POST"] })])], "deny"],
    ["one that does", [allow([to({ methods: ["POST"] }), to({ methods: ["GET"] })])], "allow"],
    ["AUDIT has no say", [istio("AuthorizationPolicy", "a", { action: "AUDIT", rules: [{}] })], "allow"],
    [
      "CUSTOM is not known",
      [istio("AuthorizationPolicy", "a", { action: "CUSTOM", provider: { name: "p" }, rules: [{}] })],
      "unknown",
    ],
    [
      "DENY beside CUSTOM is",
      [
        istio("AuthorizationPolicy", "a", { action: "CUSTOM", provider: { name: "p" }, rules: [{}] }),
        deny([{}]),
      ],
      "deny",
    ],
    ["another namespace's", [istio("AuthorizationPolicy", "a", {}, "x")], "allow"],
    ["the root namespace's", [istio("AuthorizationPolicy", "a", {}, "istio-system")], "deny"],
    ["a selector that finds it", [allow([], { selector: { matchLabels: { app: "api" } } })], "deny"],
    ["one that does not", [allow([], { selector: { matchLabels: { app: "web" } } })], "allow"],
    [
      "targetRefs are for Gateways and waypoints",
      [allow([], { targetRefs: [{ kind: "Service", group: "", name: "api" }] })],
      "allow",
    ],
  ])("%s", (_, objects, expected) => {
    expect(verdict(objects)).toBe(expected);
  });
});

describe("sources, of a pod with a sidecar", () => {
  test.each<[object, string]>([
    [{ principals: ["cluster.local/ns/shop/sa/default"] }, "allow"],
    [{ principals: ["*"] }, "allow"],
    [{ principals: ["cluster.local/ns/shop/*"] }, "allow"],
    [{ principals: ["*/sa/default"] }, "allow"],
    [{ principals: ["cluster.local/ns/x/sa/default"] }, "deny"],
    [{ principals: ["other.domain/ns/shop/sa/default"] }, "unknown"],
    [{ notPrincipals: ["cluster.local/ns/shop/sa/default"] }, "deny"],
    [{ namespaces: ["shop"] }, "allow"],
    [{ namespaces: ["sh*"] }, "allow"],
    [{ namespaces: ["x"] }, "deny"],
    [{ notNamespaces: ["x"] }, "allow"],
    [{ serviceAccounts: ["default"] }, "allow"],
    [{ serviceAccounts: ["x/default"] }, "deny"],
    [{ namespaces: ["shop"], principals: ["*/sa/other"] }, "deny"],
    [{ ipBlocks: ["10.0.0.0/24"] }, "allow"],
    [{ notIpBlocks: ["10.0.0.1"] }, "deny"],
    [{ remoteIpBlocks: ["10.0.0.0/24"] }, "unknown"],
    [{ requestPrincipals: ["*"] }, "unknown"],
    [{}, "allow"],
  ])("ALLOW from %j: %s", (source, expected) => {
    expect(verdict([allow([from(source)])])).toBe(expected);
  });
  test("who comes in plain text has no identity, but an address", () => {
    const plain = { from: "x/stranger" };
    expect(verdict([allow([from({ principals: ["*"] })])], plain)).toBe("deny");
    expect(verdict([deny([from({ notNamespaces: ["shop"] })])], plain)).toBe("deny");
    expect(verdict([allow([from({ ipBlocks: ["10.0.0.3"] })])], plain)).toBe("allow");
  });
});

describe("operations", () => {
  test.each<[object, Question["request"] | undefined, string]>([
    [{ methods: ["GET"] }, GET, "allow"],
    [{ methods: ["*"] }, GET, "allow"],
    [{ methods: ["G*"] }, GET, "allow"],
    [{ notMethods: ["GET"] }, GET, "deny"],
    [{ methods: ["GET"] }, undefined, "unknown"],
    [{ paths: ["/items"] }, { method: "GET", path: "/items?a=1" }, "allow"],
    [{ paths: ["/it*"] }, GET, "allow"],
    [{ paths: ["*ms"] }, GET, "allow"],
    [{ notPaths: ["/items"] }, GET, "deny"],
    [{ paths: ["/items"] }, { method: "GET", path: "/%69tems" }, "unknown"],
    [{ paths: ["/a/{*}"] }, { method: "GET", path: "/a/b" }, "allow"],
    [{ paths: ["/a/{*}"] }, { method: "GET", path: "/a/b/c" }, "deny"],
    [{ paths: ["/a/{**}"] }, { method: "GET", path: "/a/b/c" }, "allow"],
    [{ paths: ["/a/{*}/c/{**}"] }, { method: "GET", path: "/a/b/c/" }, "allow"],
    [{ paths: ["/a/{**}/"] }, { method: "GET", path: "/a/b" }, "deny"],
    [{ ports: ["8080"] }, undefined, "allow"],
    [{ ports: ["80"] }, undefined, "deny"],
    [{ notPorts: ["80"] }, undefined, "allow"],
    [{ hosts: ["api.shop"] }, GET, "unknown"],
    [{ hosts: ["*"] }, GET, "allow"],
  ])("ALLOW to %j, asked %j: %s", (operation, request, expected) => {
    const state = load([web, api, SIDECARS, service, allow([to(operation)])]);
    const question = { from: "shop/web", to: "shop/api", port: 8080, ...(request && { request }) };
    expect(explain(state, question)[0]!.verdict).toBe(expected);
  });
  test("conditions", () => {
    const when = (key: string, values: string[]): KubeObject => allow([{ when: [{ key, values }] }]);
    expect(verdict([when("source.namespace", ["shop"])])).toBe("allow");
    expect(verdict([when("destination.port", ["81"])])).toBe("deny");
    expect(verdict([when("destination.ip", ["10.0.0.2"])])).toBe("allow");
    expect(verdict([when("request.headers[x]", ["1"])])).toBe("unknown");
  });
  test("a TCP port of a Service has no requests: ALLOW rules with them are left out, DENY rules widened", () => {
    const tcp = {
      ...service,
      spec: { selector: { app: "api" }, ports: [{ name: "tcp-db", port: 80, targetPort: 8080 }] },
    };
    expect(verdict([allow([to({ methods: ["GET"] })])], {}, [SIDECARS, tcp])).toBe("deny");
    expect(verdict([deny([to({ methods: ["POST"], ports: ["8080"] })])], {}, [SIDECARS, tcp])).toBe("deny");
  });
});

describe("mutual TLS", () => {
  test("STRICT refuses plain text; so comes a pod outside, and a sidecar to a port that no Service leads to", () => {
    expect(verdict([peer("STRICT")])).toBe("allow");
    const refused = ask([peer("STRICT")], { from: "x/stranger" });
    expect(refused).toMatchObject({ verdict: "deny", ingress: { at: "proxy", policy: "shop/mtls" } });
    expect(verdict([peer("STRICT")], { port: 9090 })).toBe("deny");
    expect(verdict([peer("PERMISSIVE")], { from: "x/stranger" })).toBe("allow");
  });
  test("the narrowest says it; a port may differ; of two that differ nobody knows the older", () => {
    const own = { selector: { matchLabels: { app: "api" } } };
    const root = istio("PeerAuthentication", "default", { mtls: { mode: "STRICT" } }, "istio-system");
    const plain = { from: "x/stranger" };
    expect(verdict([root], plain)).toBe("deny");
    expect(verdict([root, peer("PERMISSIVE")], plain)).toBe("allow");
    expect(verdict([root, peer("UNSET")], plain)).toBe("deny");
    expect(
      verdict([root, peer("STRICT", { ...own, portLevelMtls: { 8080: { mode: "DISABLE" } } })], plain),
    ).toBe("allow");
    const second = istio("PeerAuthentication", "second", { mtls: { mode: "PERMISSIVE" } });
    expect(verdict([peer("STRICT"), second], plain)).toBe("unknown");
  });
  test("with DISABLE there are no identities", () => {
    expect(verdict([peer("DISABLE"), allow([from({ namespaces: ["shop"] })])])).toBe("deny");
  });
});

describe("who is in the mesh", () => {
  const closed = [allow([])];
  test.each<[string, KubeObject, string]>([
    ["injection by namespace", SIDECARS, "deny"],
    ["by revision", ns({ "istio.io/rev": "stable" }), "deny"],
    ["none", ns({}), "allow"],
    ["disabled", ns({ "istio-injection": "disabled", "istio.io/rev": "stable" }), "allow"],
    ["ambient", AMBIENT, "deny"],
  ])("%s", (_, namespace, expected) => {
    expect(verdict(closed, {}, [namespace, service])).toBe(expected);
  });
  test("a pod that runs without a proxy is outside, whatever its labels ask for", () => {
    const running = { ...api, status: { phase: "Running", podIP: "10.0.0.2" } };
    const state = load([web, running, SIDECARS, service, ...closed]);
    expect(explain(state, { from: "shop/web", to: "shop/api", port: 8080, request: GET })[0]!.verdict).toBe(
      "allow",
    );
  });
  test("sidecar and ambient, a waypoint, a Gateway's pods: not followed, and said so", () => {
    const mixed = { ...AMBIENT, metadata: { ...AMBIENT.metadata, name: "x" } };
    expect(verdict([], { from: "x/stranger" }, [SIDECARS, mixed, service])).toBe("unknown");
    const waypoint = ns({ "istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "waypoint" });
    expect(ask([], {}, [waypoint, service])).toMatchObject({
      verdict: "unknown",
      ingress: { reason: expect.stringMatching(/waypoint/) as string },
    });
  });
});

describe("ambient", () => {
  test("network policies see port 15008 between ztunnels, and must allow it", () => {
    const policy = (port: number): KubeObject =>
      kubernetesPolicy("shop/api", {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ port }] }],
      });
    expect(ask([policy(8080)], {}, [AMBIENT, service])).toMatchObject({
      verdict: "deny",
      ingress: { reason: expect.stringMatching(/port 15008, HBONE/) as string },
    });
    expect(verdict([policy(15008)], {}, [AMBIENT, service])).toBe("allow");
    expect(verdict([policy(8080)], { from: "x/stranger" }, [AMBIENT, service])).toBe("allow");
  });
  test("ztunnel knows no requests: ALLOW rules with them never match, DENY rules lose them, empty ones are nothing", () => {
    const at = (policy: KubeObject): string => verdict([policy], {}, [AMBIENT, service]);
    expect(at(allow([from({ namespaces: ["shop"] })]))).toBe("allow");
    expect(at(allow([{ ...from({ namespaces: ["shop"] }), ...to({ methods: ["GET"] }) }]))).toBe("deny");
    expect(at(deny([to({ methods: ["POST"] })]))).toBe("allow");
    expect(at(deny([to({ methods: ["POST"], ports: ["8080"] })]))).toBe("deny");
  });
});

test("the network's policies come first, and the answer tells which of the two closed it", () => {
  const closed = kubernetesPolicy("shop/api", { podSelector: {}, policyTypes: ["Ingress"] });
  expect(ask([closed, allow([])]).ingress).toMatchObject({ tier: "default", policy: "shop/api" });
  expect(ask([closed, allow([])]).ingress).not.toHaveProperty("at");
  expect(ask([allow([])]).ingress).toMatchObject({
    at: "proxy",
    tier: null,
    policy: "shop/allow",
    reason: expect.stringMatching(/403 RBAC: access denied/) as string,
  });
});

test("a list tells the ports apart; UDP is no matter of the mesh", () => {
  const state = load([web, api, SIDECARS, service, allow([to({ ports: ["8080"] })])]);
  const flows = [...connectivity(state)].filter((f) => f.from === "shop/web" && f.to === "shop/api");
  expect(flows.map((f) => `${f.protocol} ${f.ports} ${f.verdict}`)).toContain("TCP 8080 allow");
  expect(flows.map((f) => `${f.protocol} ${f.ports}`)).toContain("UDP all");
});

test("without the mesh's objects nothing changes, whatever labels say", () => {
  const closed = kubernetesPolicy("shop/api", {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [{ ports: [{ port: 80 }] }],
  });
  const list = (...more: KubeObject[]): string =>
    JSON.stringify([...connectivity(load([web, api, stranger, closed, service, ...more]), { all: true })]);
  expect(list(SIDECARS)).toBe(list());
});

test("what Istio would refuse is refused, all at once with its path", () => {
  const wrong = allow([
    {
      from: [{ source: { serviceAccounts: ["a/*"], namespaces: ["x"] } }],
      to: [{ operation: { ports: ["http"], paths: ["/a/{*}.txt"], method: ["GET"] } }],
    },
    { when: [{ key: "source.nam", values: ["x"] }, { key: "source.ip" }] },
  ]);
  expect(() =>
    load([web, wrong, peer("STRCT"), istio("AuthorizationPolicy", "c", { action: "CUSTOM" })]),
  ).toThrow(/operation\.method: [^]*write notMethods|operation\.method/);
  let text = "";
  try {
    load([web, wrong, peer("STRCT"), istio("AuthorizationPolicy", "c", { action: "CUSTOM" })]);
  } catch (error) {
    text = (error as Error).message;
  }
  for (const part of [
    "takes no wildcard",
    "does not go with serviceAccounts",
    "must be a port as text",
    "is no path template",
    "is no attribute",
    "or notValues is needed",
    "mtls.mode",
    "goes with action CUSTOM",
  ])
    expect(text).toContain(part);
});

test("kinds beside the policies that are not read are named", () => {
  const rule = {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "d", namespace: "shop" },
    spec: {},
  };
  expect(load([web, rule, peer("STRICT")]).notes).toEqual([
    expect.stringMatching(/DestinationRule of the mesh/) as string,
  ]);
});
