import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface RecordsArgs {
  /** Names, `*.` allowed. */
  names: readonly string[];
  zoneId: pulumi.Input<string>;
  /** DNS name of a load balancer. */
  loadBalancer: pulumi.Input<string>;
  type: "network" | "application";
  /** Tells records of one name apart; it never changes, or the record would be made again. */
  identifier: string;
  /** Part of the answers for a name that lead here, against those of its other records. */
  weight: number;
  provider: aws.Provider;
}

/**
 * Alias records to a load balancer: they follow its addresses and cost nothing to ask. Weighted ones always, even where
 * there is one: Route 53 takes no weighted record beside a plain one, so names could not move step by step.
 */
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
          setIdentifier: args.identifier,
          weightedRoutingPolicies: [{ weight: args.weight }],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
