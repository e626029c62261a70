import { subjects } from "../../../policies/guardrails/registered";
import { checkAll, rules } from "../../../policies/guardrails";
import { UNKNOWN } from "../../../packages/reach/src/selector";
import { SERVICE, DEPLOYMENT, TEMPLATE, RELEASE } from "./table";

test("every rule says what must hold ; every finding has a fix", () => {
  for (const rule of rules) expect(rule.description).toMatch(/^[A-Z].*\.$/);
  const everything = {
    spec: UNKNOWN,
    metadata: UNKNOWN,
    tags: UNKNOWN,
    vpcConfig: UNKNOWN,
    ingress: UNKNOWN,
    stdin: UNKNOWN,
    create: UNKNOWN,
  };
  for (const type of [
    SERVICE,
    DEPLOYMENT,
    TEMPLATE,
    RELEASE,
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:eks/cluster:Cluster",
    "eks:index:Cluster",
    "command:local:Command",
  ]) {
    for (const props of [everything, {}, { spec: null, metadata: 3, tags: [] }]) {
      const found = checkAll(
        subjects([{ urn: "u", type, name: "n", inputs: props, dependencies: [], provider: "" }]),
      );
      for (const v of found) expect(v.fix).not.toBe("");
    }
  }
});
