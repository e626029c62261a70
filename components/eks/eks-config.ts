import { z } from "zod";
import { cidr4, dnsLabel } from "../../kube/config-fields";
import { networkSchema } from "../aws/network-config";
import { cniModes } from "../aws/plan/network-request";

/** Config of an EKS cluster. What fits what is decided by components/eks/plan. */

const arn = (service: string, what: string) =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:`), `must be the ARN of ${what}`);

const tagText = z
  .string()
  .max(256, "at most 256 characters")
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, "only letters, digits, spaces and _ . : / = + - @");

const taint = z.strictObject({
  key: z.string().min(1).meta({ description: "Key." }),
  value: z.string().default("").meta({ description: "Value." }),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).meta({ description: "Effect." }),
});

const nodeGroup = z
  .strictObject({
    instanceTypes: z
      .array(z.string().min(1))
      .min(1, "name at least one instance type")
      .default(["t3.medium"])
      .meta({ description: "Instance types, of one architecture; several are for spot." }),
    min: z
      .int()
      .min(0)
      .max(450)
      .default(2)
      .meta({ description: "Fewest nodes (of each zone with `perZone`)." }),
    desired: z
      .int()
      .min(0)
      .max(450)
      .exactOptional()
      .meta({ description: "Nodes at the start; `min` if left out. Later changes by an autoscaler stay." }),
    max: z
      .int()
      .min(1)
      .max(450)
      .exactOptional()
      .meta({ description: "Most nodes; the subnets are sized for it. `desired` and one more if left out." }),
    capacity: z
      .enum(["on-demand", "spot"])
      .default("on-demand")
      .meta({ description: "Spot costs less and may go at any time." }),
    os: z.enum(["al2023", "bottlerocket"]).default("al2023").meta({ description: "Operating system." }),
    diskGiB: z
      .int()
      .min(20)
      .max(1000)
      .default(30)
      .meta({ description: "Root volume, gp3, encrypted; with `bottlerocket` the data volume." }),
    labels: z.record(z.string(), z.string()).default({}).meta({ description: "Labels of the nodes." }),
    taints: z.array(taint).default([]).meta({ description: "Taints of the nodes." }),
    zones: z.array(z.string()).exactOptional().meta({ description: "Zones of this group; all if left out." }),
    perZone: z
      .boolean()
      .default(false)
      .meta({ description: "One managed group per zone: for volumes that live in one zone." }),
  })
  .transform((g) => {
    const desired = g.desired ?? g.min;
    return { ...g, desired, max: g.max ?? Math.max(1, desired + 1) };
  });

const warm = z.strictObject({
  warmEni: z
    .int()
    .min(0)
    .exactOptional()
    .meta({ description: "WARM_ENI_TARGET: free interfaces per node. AWS's default is 1." }),
  warmIp: z
    .int()
    .min(0)
    .exactOptional()
    .meta({ description: "WARM_IP_TARGET: free addresses per node; for small subnets." }),
  minimumIp: z
    .int()
    .min(0)
    .exactOptional()
    .meta({ description: "MINIMUM_IP_TARGET: addresses per node at least; with `warmIp`." }),
  warmPrefix: z
    .int()
    .min(0)
    .exactOptional()
    .meta({ description: "WARM_PREFIX_TARGET: free /28 prefixes per node." }),
});

const access = z.strictObject({
  principalArn: z.string().min(1).meta({ description: "ARN of an IAM user or role, of any account." }),
  policy: z
    .enum(["cluster-admin", "admin", "edit", "view"])
    .default("cluster-admin")
    .meta({ description: "What it may do." }),
  namespaces: z
    .array(
      z
        .string()
        .regex(
          /^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$/,
          "must be the name of a namespace; * stands for any characters, as team-*",
        ),
    )
    .default([])
    .meta({
      description: "Only in these namespaces, where `*` stands for any characters; everywhere if empty.",
    }),
});

/** Name of the node group that a cluster has where none is named. */
export const DEFAULT_GROUP = "workers";

export const eksSchema = z.strictObject({
  region: z.string().default("us-west-2").meta({ description: "AWS region." }),
  profile: z
    .string()
    .exactOptional()
    .meta({ description: "Profile of your AWS configuration; AWS_PROFILE and the like if left out." }),
  account: z
    .string()
    .regex(/^\d{12}$/, "must be an account id of 12 digits, in quotes")
    .exactOptional()
    .meta({ description: "Account id: credentials of any other account are refused." }),
  zones: z
    .union([z.int(), z.array(z.string())])
    .default(2)
    .meta({ description: "Availability zones: how many (2 to 4), or their names." }),
  cni: z.enum(cniModes).default("aws").meta({
    description:
      "Where pods get addresses. `aws`: one VPC address each. `aws-prefix`: /28 prefixes, more pods a node. `aws-custom`: subnets of their own in a secondary range. `aws-custom-prefix`: prefixes of those. `calico`: Calico's overlay. The first four have Calico for policy only. Between these a change renews the nodes; to or from `calico` make a new stack.",
  }),
  podCidr: cidr4
    .default("192.168.0.0/16")
    .meta({ description: "Pool of Calico's overlay, with `cni: calico`." }),
  pods: z
    .int()
    .min(1)
    .exactOptional()
    .meta({ description: "Pods planned in all; subnets are checked for them. Every node full if left out." }),
  warm: warm.prefault({}).meta({ description: "The VPC CNI's warm pool." }),
  podSecurityGroups: z
    .strictObject({
      enforcing: z.enum(["strict", "standard"]).default("strict").meta({
        description:
          "`strict`: only the pod's groups decide, Calico's policies have no say. `standard`: both do.",
      }),
    })
    .exactOptional()
    .meta({
      description:
        "Pods that match a SecurityGroupPolicy get security groups of their own. Not on t3 and other types without trunk interfaces.",
    }),
  network: networkSchema.prefault({}).meta({ description: "The VPC." }),
  endpoint: z
    .strictObject({
      publicCidrs: z.array(cidr4).default([]).meta({
        description:
          "Who may reach the API server from the internet: your address as /32. At most 40 ranges.",
      }),
      private: z.boolean().default(false).meta({
        description:
          "The API server has no public address. What runs `up`, and everybody who works with the cluster, then reaches the VPC by a way of their own: VPN, Direct Connect, peering.",
      }),
    })
    .prefault({})
    .meta({ description: "The API server." }),
  access: z
    .record(dnsLabel(), access)
    .default({})
    .meta({ description: "Who may use the cluster besides you who make it, by a name of your choice." }),
  logs: z
    .array(z.enum(["api", "audit", "authenticator", "controllerManager", "scheduler"]))
    .default(["api", "audit", "authenticator"])
    .meta({ description: "Logs of the control plane, to CloudWatch." }),
  logRetentionDays: z
    .union([1, 3, 5, 7, 14, 30, 60, 90].map((d) => z.literal(d)))
    .default(7)
    .meta({ description: "Days that CloudWatch keeps them." }),
  encryptSecrets: z
    .union([z.boolean(), arn("kms", "a KMS key")])
    .default(false)
    .meta({
      description:
        "Envelope encryption of Secrets: true makes a KMS key (1 USD a month), or the ARN of yours. Cannot be undone.",
    }),
  addons: z
    .strictObject({
      vpcCni: z.string().exactOptional().meta({ description: "Version of vpc-cni." }),
      kubeProxy: z.string().exactOptional().meta({ description: "Version of kube-proxy." }),
      coredns: z.string().exactOptional().meta({ description: "Version of coredns." }),
      podIdentityAgent: z
        .string()
        .exactOptional()
        .meta({ description: "Version of eks-pod-identity-agent." }),
      ebsCsi: z
        .string()
        .exactOptional()
        .meta({ description: "Version of aws-ebs-csi-driver, with `storage: ebs`." }),
    })
    .prefault({})
    .meta({
      description:
        "Versions of add-ons, as `v1.20.4-eksbuild.2`; what AWS takes by default at creation if left out.",
    }),
  nodeGroups: z
    .record(dnsLabel(20), nodeGroup)
    .prefault({ [DEFAULT_GROUP]: {} })
    .meta({ description: "Managed node groups, by name." }),
  loadBalancer: z
    .strictObject({
      controller: z.enum(["aws-lbc", "aws-in-tree"]).default("aws-lbc").meta({
        description:
          "Who serves LoadBalancer Services: the AWS Load Balancer Controller, or Kubernetes' own code for AWS.",
      }),
      identity: z
        .enum(["pod-identity", "irsa"])
        .default("pod-identity")
        .meta({ description: "How the controller gets its rights." }),
    })
    .prefault({})
    .meta({ description: "Load balancers." }),
  storage: z.enum(["none", "ebs"]).default("none").meta({
    description:
      "Volumes for claims of pods. `ebs`: the EBS CSI driver, and `gp3`, encrypted, as the default StorageClass. `none`: claims stay pending, as EKS comes without one.",
  }),
  deletionProtection: z.boolean().exactOptional().meta({
    description:
      "Whether the cluster cannot be destroyed, neither by the engine nor at AWS. If left out: true where nothing ends the stack (`expires`). To destroy it: set it to false, `up`, `destroy`.",
  }),
  tags: z.record(z.string(), tagText).default({}).meta({
    description: "Further tags of everything that AWS can tag, beside stack, `owner` and `expires`.",
  }),
});

export type EksConfig = z.output<typeof eksSchema>;
export type NodeGroupConfig = z.output<typeof nodeGroup>;
export type AccessConfig = z.output<typeof access>;
export type Taint = z.output<typeof taint>;
