import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Ec2Plan } from "./plan/ec2-types";
import type { SecurityRule } from "./plan/security-rules";

export interface NodeSecurityArgs {
  plan: Ec2Plan;
  vpcId: pulumi.Input<string>;
}

/** The security groups of the nodes, each rule a resource of its own. */
export class NodeSecurity extends pulumi.ComponentResource {
  /** After these, nodes find each other. */
  readonly rules: pulumi.Resource[];
  private readonly groups: Readonly<Record<SecurityRule["group"], aws.ec2.SecurityGroup>>;

  constructor(name: string, { plan, vpcId }: NodeSecurityArgs, opts: pulumi.ComponentResourceOptions) {
    super("labs:ec2:NodeSecurity", name, {}, opts);
    const group = (what: SecurityRule["group"], description: string) =>
      new aws.ec2.SecurityGroup(
        `${name}-${what}`,
        { vpcId, description, tags: { Name: `${plan.name}-${what}` } },
        { parent: this },
      );
    this.groups = {
      nodes: group("nodes", `nodes of ${plan.name}`),
      "control-plane": group("control-plane", `control plane of ${plan.name}`),
    };
    const out = new aws.vpc.SecurityGroupEgressRule(
      `${name}-out`,
      {
        securityGroupId: this.groups.nodes.id,
        ipProtocol: "-1",
        cidrIpv4: "0.0.0.0/0",
        description: "everything",
      },
      { parent: this },
    );
    this.rules = [out, ...plan.rules.map((rule) => this.rule(name, rule))];
    this.registerOutputs({});
  }

  groupIds(controlPlane: boolean): pulumi.Output<string>[] {
    return controlPlane ? [this.groups.nodes.id, this.groups["control-plane"].id] : [this.groups.nodes.id];
  }

  private rule(name: string, rule: SecurityRule): aws.vpc.SecurityGroupIngressRule {
    const { from, ports, protocol, description } = rule;
    // Of ICMP, ports are type and code: -1 is all.
    const range = ports ?? (protocol === "icmp" ? { from: -1, to: -1 } : undefined);
    return new aws.vpc.SecurityGroupIngressRule(
      `${name}-${rule.name}`,
      {
        securityGroupId: this.groups[rule.group].id,
        ipProtocol: protocol,
        ...(range === undefined ? {} : { fromPort: range.from, toPort: range.to }),
        ...("cidr" in from
          ? { cidrIpv4: from.cidr }
          : { referencedSecurityGroupId: this.groups[from.group].id }),
        description,
      },
      { parent: this },
    );
  }
}
