import { checkAll } from "../../../policies/guardrails";
import { subjects, type RegisteredResource } from "../../../policies/guardrails/registered";

export type Props = Record<string, unknown>;
export type Case = [title: string, type: string, props: Props, path: string | undefined];

/** What the guardrails say of one resource; `rule` alone counts. */
export function say(
  rule: string,
  type: string,
  props: Props,
  extra: Partial<RegisteredResource> = {},
  others: RegisteredResource[] = [],
) {
  const me: RegisteredResource = {
    urn: "urn:me",
    type,
    name: "me",
    inputs: props,
    dependencies: [],
    provider: "",
    ...extra,
  };
  return checkAll(subjects([me, ...others])).filter((v) => v.rule === rule && v.urn === "urn:me");
}

/** Each rule: cases that pass, that fail at a path, and that cannot be known at a path. */
export function table(rule: string, cases: { passes: Case[]; fails: Case[]; unknown: Case[] }): void {
  describe(rule, () => {
    test.each(cases.passes)("passes: %s", (_, type, props) => {
      expect(say(rule, type, props)).toEqual([]);
    });
    test.each(cases.fails)("fails: %s", (_, type, props, path) => {
      expect(say(rule, type, props).map((v) => [v.verdict, v.path])).toEqual([["violation", path]]);
    });
    test.each(cases.unknown)("cannot know yet: %s", (_, type, props, path) => {
      const found = say(rule, type, props);
      expect(found.map((v) => [v.verdict, v.path])).toEqual([["unknown", path]]);
      expect(found[0]?.message).toContain("cannot know yet");
    });
  });
}

export const SERVICE = "kubernetes:core/v1:Service";
export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const service = (spec: Props, metadata: Props = {}): Props => ({
  metadata: { namespace: "shop", name: "s", ...metadata },
  spec,
});
export const deployment = (...containers: unknown[]): Props => ({
  spec: { template: { spec: { containers } } },
});
export const none = undefined;
