import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { VpcPlan } from "./plan/vpc-plan";

/** Services of AWS under their own names, at addresses in the private subnets. `name`: what names of resources begin with. */
export function interfaceEndpoints(
  parent: pulumi.Resource,
  name: string,
  { plan, vpc, subnetIds }: { plan: VpcPlan; vpc: aws.ec2.Vpc; subnetIds: pulumi.Input<string>[] },
): pulumi.Resource[] {
  const named = (what: string) => ({ Name: `${plan.name}-${what}` });
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints`,
    {
      vpcId: vpc.id,
      description: `AWS from inside the VPC of ${plan.name}`,
      ingress: [
        {
          protocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrBlocks: [plan.network.vpcCidr, ...plan.network.secondaryCidrs],
        },
      ],
      tags: named("endpoints"),
    },
    { parent },
  );
  return plan.endpoints.map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        {
          vpcId: vpc.id,
          vpcEndpointType: "Interface",
          serviceName: `com.amazonaws.${plan.place.region}.${service}`,
          privateDnsEnabled: true,
          subnetIds,
          securityGroupIds: [group.id],
          tags: named(service),
        },
        { parent },
      ),
  );
}
