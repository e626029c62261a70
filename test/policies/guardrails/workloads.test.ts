import { type RegisteredResource } from "../../../policies/guardrails/registered";
import { isPinned } from "../../../policies/guardrails/rules/no-mutable-image";
import { UNKNOWN } from "../../../packages/reach/src/selector";
import { say, table, SERVICE, DEPLOYMENT, RELEASE, service, deployment, none } from "./table";

table("no-mutable-image", {
  passes: [
    ["a version", DEPLOYMENT, deployment({ image: "nginx:1.27.3-alpine" }), none],
    ["a digest", DEPLOYMENT, deployment({ image: `x@sha256:${"a".repeat(64)}` }), none],
    [
      "a stated exception, from a mirror too",
      DEPLOYMENT,
      deployment(
        { image: "calico/star-probe:multiarch" },
        { image: "mirror.local:5000/calico/star-probe:multiarch" },
      ),
      none,
    ],
    ["a chart's version", RELEASE, { chart: "tigera-operator", version: "v3.33.1" }, none],
    ["a local chart", RELEASE, { chart: "/charts/tigera-operator" }, none],
  ],
  fails: [
    ["latest", DEPLOYMENT, deployment({ image: "nginx:latest" }), "spec.template.spec.containers[0].image"],
    [
      "no tag",
      "kubernetes:core/v1:Pod",
      { spec: { containers: [{ image: "mirror.local:5000/nginx" }] } },
      "spec.containers[0].image",
    ],
    [
      "an init container",
      DEPLOYMENT,
      { spec: { template: { spec: { initContainers: [{ image: "busybox:stable" }], containers: [] } } } },
      "spec.template.spec.initContainers[0].image",
    ],
    ["a chart without a version", RELEASE, { chart: "x" }, "version"],
    ["a chart's range", RELEASE, { chart: "x", version: ">=1" }, "version"],
  ],
  unknown: [
    ["the image", DEPLOYMENT, deployment({ image: UNKNOWN }), "spec.template.spec.containers[0].image"],
    [
      "all containers",
      DEPLOYMENT,
      { spec: { template: { spec: { containers: UNKNOWN } } } },
      "spec.template.spec.containers.image",
    ],
    ["the whole spec", DEPLOYMENT, { spec: UNKNOWN }, "spec.template.spec.image"],
    ["a chart's version", RELEASE, { chart: "x", version: UNKNOWN }, "version"],
  ],
});

test.each([
  ["redis:7.4.2-alpine", true],
  ["traefik/whoami:v1.11.0", true],
  ["x:2026-01-01", true],
  ["localhost:5000/x:1.2", true],
  ["localhost:5000/x", false],
  ["x:1", false],
  ["redis:alpine", false],
  ["x@sha256:abc", false],
])("%s is pinned: %s", (image, pinned) => {
  expect(isPinned(image)).toBe(pinned);
});

const requests = { requests: { cpu: "10m", memory: "16Mi" } };
table("resource-requests", {
  passes: [
    ["both", DEPLOYMENT, deployment({ resources: requests }), none],
    ["limits count", DEPLOYMENT, deployment({ resources: { limits: { cpu: "1", memory: "1Gi" } } }), none],
    ["no workload", SERVICE, service({}), none],
  ],
  fails: [
    ["nothing", DEPLOYMENT, deployment({}), "spec.template.spec.containers[0].resources.requests"],
    [
      "no memory",
      "kubernetes:batch/v1:CronJob",
      {
        spec: {
          jobTemplate: {
            spec: { template: { spec: { containers: [{ resources: { requests: { cpu: "1" } } }] } } },
          },
        },
      },
      "spec.jobTemplate.spec.template.spec.containers[0].resources.requests",
    ],
  ],
  unknown: [
    [
      "requests",
      DEPLOYMENT,
      deployment({ resources: { requests: UNKNOWN } }),
      "spec.template.spec.containers[0].resources.requests",
    ],
    [
      "resources",
      DEPLOYMENT,
      deployment({ resources: UNKNOWN }),
      "spec.template.spec.containers[0].resources.requests",
    ],
  ],
});

describe("load-balancer-contract", () => {
  const resource = (name: string, type: string, dependencies: string[] = []): RegisteredResource => ({
    urn: `urn:${name}`,
    type,
    name,
    inputs: {},
    dependencies,
    provider: "",
  });
  const controller = resource("aws-load-balancer-controller", RELEASE);
  const lb = service({ type: "LoadBalancer" });
  const check = (
    extra: Partial<RegisteredResource>,
    others: RegisteredResource[] = [controller],
    props = lb,
  ) => say("load-balancer-contract", SERVICE, props, extra, others).map((v) => [v.verdict, v.path]);

  test("passes: it waits for its controller, also through others; without a controller here nothing is asked", () => {
    expect(check({ dependencies: [controller.urn] })).toEqual([]);
    expect(
      check({ dependencies: ["urn:between"] }, [controller, resource("between", "x", [controller.urn])]),
    ).toEqual([]);
    expect(check({}, [])).toEqual([]);
    expect(check({ deletedWith: "urn:cluster" }, [controller], service({ type: "ClusterIP" }))).toEqual([]);
  });
  test("fails: it does not wait, or goes away with the cluster", () => {
    expect(check({})).toEqual([["violation", "dependsOn"]]);
    expect(check({ dependencies: ["urn:loop"] }, [controller, resource("loop", "x", ["urn:loop"])])).toEqual([
      ["violation", "dependsOn"],
    ]);
    expect(check({ dependencies: [controller.urn], deletedWith: "urn:cluster" })).toEqual([
      ["violation", "deletedWith"],
    ]);
  });
  test("cannot know yet: the type", () => {
    expect(check({}, [controller], service({ type: UNKNOWN }))).toEqual([["unknown", "spec.type"]]);
  });
});
