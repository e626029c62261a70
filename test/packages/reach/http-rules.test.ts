import { explain, load, type Question } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { calicoPolicy, globalPolicy, pod } from "./support";

const web = pod("x/web", { app: "web" }, { ip: "10.0.0.1" });
const api = pod("x/api", { app: "api" }, { ip: "10.0.0.2" });
const rules = (...ingress: object[]): KubeObject =>
  calicoPolicy("x/api", { selector: "app == 'api'", ingress });
const http = (methods: string[], ...paths: object[]): object => ({
  action: "Allow",
  http: { methods, ...(paths.length === 0 ? {} : { paths }) },
});
const answer = (policy: KubeObject, request?: Question["request"]): ReturnType<typeof explain>[number] =>
  explain(load([web, api, policy]), {
    from: "x/web",
    to: "x/api",
    port: 80,
    ...(request === undefined ? {} : { request }),
  })[0]!;

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
      reason: expect.stringMatching(/depends on the request \(--method, --path\)/) as string,
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
