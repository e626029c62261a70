import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface RecordsArgs {
  /** Names, `*.` allowed. */
  names: readonly string[];
  zoneId: pulumi.Input<string>;
  /** DNS name of a load balancer. */
  loadBalancer: pulumi.Input<string>;
  type: "network" | "application";
  provider: aws.Provider;
}

/** Alias records to a load balancer: they follow its addresses and cost nothing to ask. */
export class Records extends pulumi.ComponentResource {
  constructor(name: string, args: RecordsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:dns:Records", name, {}, { ...opts, providers: [args.provider] });
    const target = aws.lb.getHostedZoneIdOutput({ loadBalancerType: args.type }, { parent: this });
    for (const record of args.names) {
      new aws.route53.Record(
        `${name}-${record.replace(/^\*\./, "wildcard.")}`,
        {
          zoneId: args.zoneId,
          name: record,
          type: "A",
          aliases: [{ name: args.loadBalancer, zoneId: target.id, evaluateTargetHealth: true }],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
