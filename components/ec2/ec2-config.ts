import { z } from "zod";
import { cidr4 } from "../../kube/config-fields";
import { networkSchema } from "../aws/network-config";

/** Config of a cluster of EC2 instances by kubeadm. What fits what is decided by components/ec2/plan. */

const instance = {
  instanceType: z.string().min(1).default("t3.medium").meta({
    description: "Instance type. kubeadm wants 2 vCPUs and 1700 MB for a control plane.",
  }),
  diskGiB: z.int().min(20).max(1000).default(30).meta({ description: "Root volume, gp3, encrypted." }),
};

/** What nodes say to each other: the names of `ec2.between`. */
export const traffic = ["bgp", "ipip", "vxlan", "wireguard", "typha"] as const;

const tagText = z
  .string()
  .max(256, "at most 256 characters")
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, "only letters, digits, spaces and _ . : / = + - @");

export const ec2Schema = z.strictObject({
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
    .union([z.int().min(1).max(4), z.array(z.string())])
    .default(2)
    .meta({ description: "Availability zones: how many (1 to 4), or their names. Workers go round them." }),
  podCidr: cidr4
    .default("192.168.0.0/16")
    .meta({ description: "Addresses of pods. A change replaces the cluster." }),
  network: networkSchema
    .pick({ vpcCidr: true, serviceCidr: true, peers: true, s3Endpoint: true, flowLogs: true })
    .extend({
      nat: z.enum(["none", "single", "perZone"]).default("none").meta({
        description:
          "NAT gateways, for workers on private subnets; each costs about 33 USD a month. `none`: all nodes are on the public subnets, with public addresses that the security group closes.",
      }),
    })
    .prefault({})
    .meta({ description: "The VPC." }),
  endpoint: z
    .strictObject({
      publicCidrs: z.array(cidr4).default([]).meta({
        description: "Who may reach the API server from the internet: your address as /32.",
      }),
      nodePortCidrs: z.array(cidr4).default([]).meta({
        description: "Who may reach node ports (30000 to 32767) from the internet.",
      }),
    })
    .prefault({})
    .meta({ description: "Ways in from outside." }),
  controlPlane: z
    .strictObject(instance)
    .prefault({})
    .meta({ description: "The one control plane. A change of type stops and starts it." }),
  workers: z
    .strictObject({
      count: z.int().min(1).max(50).default(2).meta({ description: "Worker nodes." }),
      ...instance,
    })
    .prefault({})
    .meta({ description: "The workers." }),
  kubeProxyMode: z.enum(["iptables", "ipvs", "nftables"]).exactOptional().meta({
    description:
      "kube-proxy's mode: `iptables` if left out; `nftables` goes with `calico.dataplane: Nftables`. With `calico.dataplane: BPF` there is no kube-proxy. A change replaces the cluster.",
  }),
  sourceDestCheck: z.enum(["off", "on", "felix"]).default("off").meta({
    description:
      "EC2 drops packets whose source is not the instance's own address. `off`: the instances' own setting. `on`: pods' packets must travel wrapped (IPIP, VXLAN). `felix`: Calico turns it off (`awsSrcDstCheck`), and the nodes' role may do so.",
  }),
  between: z
    .array(z.enum(traffic))
    .default([...traffic])
    .meta({
      description:
        "What the security group lets pass between nodes, besides the kubelet and ping: `bgp` TCP 179, `ipip` protocol 4, `vxlan` UDP 4789, `wireguard` UDP 51820, `typha` TCP 5473. What Calico needs and is not here is refused.",
    }),
  tags: z.record(z.string(), tagText).default({}).meta({
    description: "Further tags of everything that AWS can tag, beside stack, `owner` and `expires`.",
  }),
});

export type Ec2Config = z.output<typeof ec2Schema>;
export type Traffic = (typeof traffic)[number];
