import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork, NetworkArgs } from "../aws/network";
import { subnetTags } from "../aws/plan/vpc-plan";
import type { SubnetRole } from "../aws/plan/network-request";

/** A VPC that is there already. Nothing of it is made, but tags where the config asks for them. */
export class ExistingNetwork extends pulumi.ComponentResource implements ClusterNetwork {
  readonly vpcId: pulumi.Output<string>;
  /** Tags: load balancers are made only where they are, and taken away while they are. */
  readonly ways: pulumi.Resource[];
  readonly reservations: pulumi.Resource[] = [];
  private readonly args: NetworkArgs;

  constructor(name: string, args: NetworkArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:eks:ExistingNetwork", name, {}, { ...opts, providers: [args.provider] });
    this.args = args;
    const { network, name: cluster } = args.plan;
    this.vpcId = pulumi.output(network.existing?.vpcId ?? "");
    const tagged = network.existing?.tagSubnets === true ? network.subnets : [];
    this.ways = tagged.flatMap((subnet) =>
      Object.entries(subnetTags(subnet, cluster)).map(
        ([key, value]) =>
          new aws.ec2.Tag(
            `${name}-${subnet.name}-${key.replace(/[^A-Za-z0-9]+/g, "-")}`,
            { resourceId: subnet.id ?? "", key, value },
            { parent: this },
          ),
      ),
    );
    this.registerOutputs({ vpcId: this.vpcId });
  }

  subnetIds(
    role: SubnetRole,
    zones: readonly string[] = this.args.plan.network.zones,
  ): pulumi.Output<string>[] {
    return this.args.plan.network.subnets
      .filter((s) => s.role === role && zones.includes(s.zone))
      .map((s) => pulumi.output(s.id ?? ""));
  }

  nodeSubnetIds(zones: readonly string[]): pulumi.Output<string>[] {
    return this.subnetIds("private", zones);
  }
}
