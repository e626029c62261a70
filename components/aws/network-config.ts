import { z } from "zod";
import { cidr4 } from "../../kube/config-fields";

const subnetPrefix = z
  .int()
  .min(16, "a subnet is /16 to /28")
  .max(28, "a subnet is /16 to /28")
  .exactOptional();

const subnetId = z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be the id of a subnet");

const existingNetwork = z.strictObject({
  vpcId: z
    .string()
    .regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be the id of a VPC")
    .meta({ description: "The VPC. `vpcCidr` and `secondaryCidrs` say its ranges." }),
  privateSubnets: z.array(subnetId).min(2, "EKS needs subnets in two zones").meta({
    description: "For control plane, nodes and internal load balancers: one for each zone, with a way out.",
  }),
  publicSubnets: z
    .array(subnetId)
    .default([])
    .meta({ description: "For internet-facing load balancers: one for each zone." }),
  podSubnets: z
    .array(subnetId)
    .default([])
    .meta({ description: "For pods, with `cni: aws-custom` or `aws-custom-prefix`: one for each zone." }),
  tagSubnets: z.boolean().default(false).meta({
    description:
      "Whether the stack sets the tags by which load balancers find their subnets, and takes them away at destroy. false: they must be there.",
  }),
});

/** Config of the VPC. What fits what is decided by components/eks/plan. */
export const networkSchema = z.strictObject({
  existing: existingNetwork.exactOptional().meta({
    description:
      "A VPC that is there already, with its subnets: nothing of it is made or taken away. Zones are those of its private subnets.",
  }),
  vpcCidr: cidr4
    .default("10.0.0.0/16")
    .meta({ description: "Addresses of the VPC, /16 to /28. A change replaces the VPC." }),
  secondaryCidrs: z.array(cidr4).exactOptional().meta({
    description:
      "Further ranges of the VPC: with `cni: aws-custom` and `aws-custom-prefix` pods live there. 100.64.0.0/16 if left out there.",
  }),
  serviceCidr: cidr4
    .default("172.20.0.0/16")
    .meta({ description: "Addresses of Services. A change replaces the cluster." }),
  peers: z
    .array(
      z.strictObject({
        name: z.string().min(1).meta({ description: "For messages." }),
        cidr: cidr4.meta({ description: "Range that the VPC must stay out of." }),
      }),
    )
    .default([])
    .meta({ description: "Networks that will be connected: an office, another VPC." }),
  nat: z.enum(["none", "single", "perZone"]).default("single").meta({
    description:
      "NAT gateways. Each costs about 33 USD a month and 0.045 USD a GB. `none`: nodes are launched on the public subnets, with public addresses.",
  }),
  private: z.boolean().default(false).meta({
    description:
      "A VPC that the internet does not reach and that does not reach it: no internet gateway, no NAT gateway, no public subnets. AWS is reached by endpoints (about 0.01 USD an hour each and zone), images come from `mirrors.images`, load balancers are internal.",
  }),
  prefixes: z
    .strictObject({
      public: subnetPrefix.meta({ description: "Public subnets." }),
      private: subnetPrefix.meta({ description: "Private subnets: control plane, nodes." }),
      pod: subnetPrefix.meta({ description: "Pod subnets, with `cni: aws-custom` or `aws-custom-prefix`." }),
    })
    .prefault({})
    .meta({ description: "Prefix lengths of subnets; what is left out is sized from the need." }),
  s3Endpoint: z
    .boolean()
    .default(true)
    .meta({ description: "Gateway endpoint for S3: image layers of ECR cost no NAT traffic." }),
  flowLogs: z
    .strictObject({
      retentionDays: z
        .union([1, 3, 5, 7, 14, 30, 60, 90].map((d) => z.literal(d)))
        .default(7)
        .meta({ description: "Days that CloudWatch keeps them." }),
    })
    .exactOptional()
    .meta({
      description:
        "VPC flow logs to CloudWatch: who talked to whom, accepted or rejected. About 0.50 USD a GB.",
    }),
});

export type NetworkConfig = z.output<typeof networkSchema>;
