import type { KubeObject } from "../../kube/objects";
import { gatewayAnswer } from "../../routing/gateway/answer";
import { answerText } from "../../routing/answer-text";
import { readGateways } from "../../routing/gateway/attach";

/**
 * Rules of the Gateway API that its conformance suite (1.6.1) tries, in cases of our own. The suite's 231 requests were run
 * against the model by hand: these were answered wrong once.
 */
const GROUP = "gateway.networking.k8s.io";
const object = (kind: string, name: string, namespace: string, spec: object): KubeObject => ({
  apiVersion: kind === "Service" ? "v1" : `${GROUP}/v1`,
  kind,
  metadata: { name, namespace },
  spec,
});
const service = (name: string, namespace: string) =>
  object("Service", name, namespace, { ports: [{ port: 80 }] });
const listener = (name: string, port: number, hostname?: string) => ({
  name,
  port,
  protocol: "HTTP",
  ...(hostname === undefined ? {} : { hostname }),
});
const route = (name: string, sectionName: string | undefined, backend: object): KubeObject =>
  object("HTTPRoute", name, "shop", {
    parentRefs: [{ name: "web", ...(sectionName === undefined ? {} : { sectionName }) }],
    rules: [{ backendRefs: [{ port: 80, ...backend }] }],
  });

describe("a grant opens what it names, by group, kind, namespace and name", () => {
  const from = { group: GROUP, kind: "HTTPRoute", namespace: "shop" };
  const to = { group: "", kind: "Service", name: "pay" };
  const world = (grant: object): KubeObject[] => [
    object("Gateway", "web", "shop", { gatewayClassName: "c", listeners: [listener("http", 80)] }),
    route("r", undefined, { name: "pay", namespace: "pay" }),
    service("pay", "pay"),
    object("ReferenceGrant", "g", "pay", grant),
  ];
  test.each<[string, object, string]>([
    ["just so", { from: [from], to: [to] }, "pay/pay:80"],
    ["every Service of the namespace", { from: [from], to: [{ group: "", kind: "Service" }] }, "pay/pay:80"],
    ["another group in from", { from: [{ ...from, group: "example.org" }], to: [to] }, "status 500"],
    ["another group in to", { from: [from], to: [{ ...to, group: "example.org" }] }, "status 500"],
    ["another kind in from", { from: [{ ...from, kind: "GRPCRoute" }], to: [to] }, "status 500"],
    ["another namespace", { from: [{ ...from, namespace: "x" }], to: [to] }, "status 500"],
    ["another name", { from: [from], to: [{ ...to, name: "x" }] }, "status 500"],
  ])("%s", (_, grant, answer) => {
    expect(answerText(gatewayAnswer(world(grant), { host: "a.org", path: "/" }))).toBe(answer);
  });
});

test("listeners of one name at several ports: the port that the client names decides", () => {
  const world = [
    object("Gateway", "web", "shop", {
      gatewayClassName: "c",
      listeners: [
        listener("one", 80, "a.org"),
        listener("two", 8080, "a.org"),
        listener("three", 8090, "b.org"),
      ],
    }),
    route("r1", "one", { name: "v1" }),
    route("r2", "two", { name: "v2" }),
    route("r3", "three", { name: "v3" }),
    ...["v1", "v2", "v3"].map((n) => service(n, "shop")),
  ];
  const at = (host: string) => answerText(gatewayAnswer(world, { host, path: "/" }));
  expect(["a.org", "a.org:8080", "b.org:8090", "b.org"].map(at)).toEqual([
    "shop/v1:80",
    "shop/v2:80",
    "shop/v3:80",
    "status 404",
  ]);
  // A port that no listener has is mapped by something in front.
  expect(at("a.org:31080")).toBe("shop/v1:80");
});

describe("why a reference of a route is not resolved: Envoy Gateway's own reasons", () => {
  const world = (backend: object, grant = false): KubeObject[] => [
    object("Gateway", "web", "shop", { gatewayClassName: "c", listeners: [listener("http", 80)] }),
    route("r", undefined, backend),
    service("books", "shop"),
    service("pay", "pay"),
    object("Service", "away", "shop", { type: "ExternalName", externalName: "a.org", ports: [{ port: 80 }] }),
    ...(grant
      ? [
          object("ReferenceGrant", "g", "pay", {
            from: [{ group: GROUP, kind: "HTTPRoute", namespace: "shop" }],
            to: [{ group: "", kind: "Service" }],
          }),
        ]
      : []),
  ];
  test.each<[string, object, boolean, string]>([
    ["another namespace without a grant", { name: "pay", namespace: "pay" }, false, "RefNotPermitted"],
    ["a Service that is not there", { name: "lost" }, false, "BackendNotFound"],
    ["nor there, and granted", { name: "lost", namespace: "pay" }, true, "BackendNotFound"],
    ["a port that it lacks", { name: "books", port: 81 }, false, "PortNotFound"],
    ["no port", { name: "books", port: undefined }, false, "PortNotSpecified"],
    ["an ExternalName", { name: "away" }, false, "UnsupportedValue"],
    ["what is no backend", { name: "books", kind: "ConfigMap" }, false, "InvalidKind"],
  ])("%s", (_, backend, grant, reason) => {
    const objects = world(backend, grant);
    expect(readGateways(objects).conditions).toMatchObject([
      { object: "HTTPRoute shop/r", type: "ResolvedRefs", reason },
    ]);
    expect(answerText(gatewayAnswer(objects, { host: "a.org", path: "/" }))).toBe("status 500");
  });

  test("a Backend of Envoy Gateway's is not read here: nothing is foretold of it", () => {
    const objects = world({ name: "books", kind: "Backend", port: undefined });
    expect(readGateways(objects).conditions).toEqual([]);
    expect(gatewayAnswer(objects, { host: "a.org", path: "/" })).toMatchObject({ kind: "unknown" });
  });
});
