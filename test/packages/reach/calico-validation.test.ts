import { load } from "../../../packages/reach/src";
import { globalPolicy } from "./support";

describe("what Calico's own validation refuses, or takes", () => {
  const problems = (spec: object): string => {
    try {
      load([globalPolicy("p", spec as Record<string, unknown>)]);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const ports = (port: unknown): object => ({
    ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [port] } }],
  });

  test.each([80.5, "-1", "WEB", "a--b", "more-than-15-characters"])("port %s", (port) => {
    expect(problems(ports(port))).toMatch("spec.ingress[0].destination.ports[0]: is not a port");
  });

  test("global() selects in namespaceSelectors of rules only; http stands in ingress only", () => {
    expect(problems({ namespaceSelector: "global()" })).toMatch("must not use global()");
    expect(problems({ egress: [{ action: "Allow", http: { methods: ["GET"] } }] })).toMatch(
      "only possible in ingress rules",
    );
  });

  test("an empty tier is the default one", () => {
    expect(problems({ tier: "", ...ports("web") })).toBe("");
  });
});
