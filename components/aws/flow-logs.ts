import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ServiceRole } from "./service-role";
import { flowLogGroup, flowLogsPolicy, flowLogsTrust, type Place } from "./plan/iam-policies";

export interface FlowLogsArgs {
  vpcId: pulumi.Input<string>;
  place: Place;
  retentionDays: number;
}

/** Flow logs of a VPC: every accepted and rejected connection, to CloudWatch. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, opts: pulumi.ComponentResourceOptions) {
    super("labs:eks:FlowLogs", name, {}, opts);
    const group = new aws.cloudwatch.LogGroup(
      `${name}-group`,
      { name: flowLogGroup(args.place.cluster), retentionInDays: args.retentionDays },
      { parent: this },
    );
    const role = new ServiceRole(
      `${name}-role`,
      { trust: flowLogsTrust(args.place), policy: flowLogsPolicy(args.place) },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      `${name}-log`,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
      },
      { parent: this, dependsOn: role },
    );
    this.registerOutputs({});
  }
}
