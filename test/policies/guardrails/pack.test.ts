import type {
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy";
import { rules } from "../../../policies/guardrails";
import { packPolicies, plain } from "../../../policies/guardrails/pack/policies";
import { UNKNOWN } from "../../../packages/reach/src/selector";

// Marked internal, so that its typings leave it out.
const { unknownCheckingProxy } = proxy as unknown as { unknownCheckingProxy: <T>(props: T) => T };

const policies = packPolicies(rules);
const policy = (name: string) => policies.find((p) => p.name === name)!;

test("each rule is a mandatory policy with its description", () => {
  expect(policies.map((p) => p.name)).toEqual(rules.map((r) => r.name));
  for (const p of policies) expect(p.enforcementLevel).toBe("mandatory");
});

test("what the framework hands over becomes plain data: its proxies throw, ours say UNKNOWN", () => {
  const props = {
    a: [1, { b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }],
    c: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    d: null,
    e: "x",
  };
  const proxied = unknownCheckingProxy(props);
  expect(() => proxied.c).toThrow();
  expect(plain(proxied)).toEqual({ a: [1, { b: UNKNOWN }], c: UNKNOWN, d: null, e: "x" });
});

test("a violation is reported with its fix; what is not known yet is told and stops nothing", () => {
  const told = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const check = (encrypted: unknown): string[] => {
    const reports: string[] = [];
    const { validateResource } = policy("encryption") as ResourceValidationPolicy;
    const args = {
      type: "aws:ebs/volume:Volume",
      name: "v",
      urn: "u",
      props: unknownCheckingProxy({ encrypted }),
    };
    const validate = validateResource as (a: ResourceValidationArgs, report: (m: string) => void) => void;
    validate(args as unknown as ResourceValidationArgs, (m) => reports.push(m));
    return reports;
  };
  expect(check(true)).toEqual([]);
  expect(check(false)).toEqual(["encrypted: it is not encrypted\nfix: set encrypted to true"]);
  expect(told).not.toHaveBeenCalled();
  expect(check("1c4a061d-8072-4f0a-a4cb-0ff528b18fe7")).toEqual([]);
  expect(told.mock.calls.flat().join()).toContain("cannot know yet whether it is encrypted");
  told.mockRestore();
});

test("order is looked at over the whole stack", () => {
  const resource = (name: string, type: string, props: object, dependencies: object[] = []) => ({
    name,
    type,
    urn: `urn:${name}`,
    props,
    dependencies,
  });
  const controller = resource("aws-load-balancer-controller", "kubernetes:helm.sh/v3:Release", {});
  const lb = (dependencies: object[]) =>
    resource("lb", "kubernetes:core/v1:Service", { spec: { type: "LoadBalancer" } }, dependencies);
  const check = (resources: object[]): unknown[][] => {
    const reports: unknown[][] = [];
    const { validateStack } = policy("load-balancer-contract") as StackValidationPolicy;
    void validateStack({ resources } as unknown as StackValidationArgs, (m, urn) =>
      reports.push([m.split(":")[0], urn]),
    );
    return reports;
  };
  expect(check([controller, lb([controller])])).toEqual([]);
  expect(check([controller, lb([])])).toEqual([["dependsOn", "urn:lb"]]);
});
