import { UNKNOWN } from "../../../packages/reach/src/selector";
import { table, SERVICE, TEMPLATE, service, none, type Props } from "./table";

table("nothing-public", {
  passes: [
    ["a private endpoint", "aws:eks/cluster:Cluster", { vpcConfig: { endpointPublicAccess: false } }, none],
    [
      "an endpoint for named addresses",
      "eks:index:Cluster",
      { endpointPublicAccess: true, publicAccessCidrs: ["192.0.2.0/24"] },
      none,
    ],
    ["a ClusterIP Service", SERVICE, service({ type: "ClusterIP" }), none],
    [
      "an internal load balancer",
      SERVICE,
      service(
        { type: "LoadBalancer" },
        { annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" } },
      ),
      none,
    ],
    [
      "a load balancer for named clients",
      SERVICE,
      service({ type: "LoadBalancer", loadBalancerSourceRanges: ["192.0.2.0/24"] }),
      none,
    ],
    [
      "the ingress controller",
      SERVICE,
      service({ type: "LoadBalancer" }, { namespace: "ingress-nginx" }),
      none,
    ],
    [
      "nodes without public addresses",
      TEMPLATE,
      { networkInterfaces: [{ associatePublicIpAddress: "false" }] },
      none,
    ],
  ],
  fails: [
    [
      "an endpoint of which nothing is said",
      "aws:eks/cluster:Cluster",
      { vpcConfig: {} },
      "vpcConfig.publicAccessCidrs",
    ],
    [
      "an endpoint for the world",
      "eks:index:Cluster",
      { publicAccessCidrs: ["0.0.0.0/0"] },
      "publicAccessCidrs",
    ],
    [
      "a load balancer for the world",
      SERVICE,
      service({ type: "LoadBalancer" }),
      "spec.loadBalancerSourceRanges",
    ],
    [
      "a range that is the world",
      SERVICE,
      service({ type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/0"] }),
      "spec.loadBalancerSourceRanges",
    ],
    [
      "nodes with public addresses",
      TEMPLATE,
      { networkInterfaces: [{ associatePublicIpAddress: "true" }] },
      "networkInterfaces[0].associatePublicIpAddress",
    ],
    ["a public database", "aws:rds/instance:Instance", { publiclyAccessible: true }, "publiclyAccessible"],
    ["a public bucket", "aws:s3/bucketAcl:BucketAcl", { acl: "public-read" }, "acl"],
  ],
  unknown: [
    ["who reaches the endpoint", "eks:index:Cluster", { publicAccessCidrs: UNKNOWN }, "publicAccessCidrs"],
    [
      "one of the addresses",
      "eks:index:Cluster",
      { publicAccessCidrs: ["192.0.2.0/24", UNKNOWN] },
      "publicAccessCidrs",
    ],
    [
      "annotations",
      SERVICE,
      service({ type: "LoadBalancer" }, { annotations: UNKNOWN }),
      "metadata.annotations",
    ],
    ["the Service's type", SERVICE, service({ type: UNKNOWN }), "spec.type"],
  ],
});

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const kind = (listenAddress?: string): Props => ({
  create: "kind create cluster --name x --config -",
  stdin: JSON.stringify({ nodes: [{ extraPortMappings: [{ containerPort: 30180, listenAddress }] }] }),
});
table("no-open-node-ports", {
  passes: [
    [
      "HTTPS for the world",
      GROUP,
      { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }] },
      none,
    ],
    [
      "node ports for the VPC",
      RULE,
      { type: "ingress", protocol: "tcp", fromPort: 30000, toPort: 32767, cidrBlocks: ["10.0.0.0/16"] },
      none,
    ],
    [
      "egress to everywhere",
      RULE,
      { type: "egress", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] },
      none,
    ],
    [
      "ICMP from everywhere",
      INGRESS,
      { ipProtocol: "icmp", fromPort: 8, toPort: -1, cidrIpv4: "0.0.0.0/0" },
      none,
    ],
    ["kind on loopback", "command:local:Command", kind("127.0.0.1"), none],
    ["another command", "command:local:Command", { create: "true", stdin: UNKNOWN }, none],
  ],
  fails: [
    [
      "node ports for the world",
      RULE,
      { type: "ingress", protocol: "tcp", fromPort: 30000, toPort: 32767, cidrBlocks: ["0.0.0.0/0"] },
      "cidrBlocks",
    ],
    [
      "a range that has them",
      GROUP,
      {
        ingress: [
          { protocol: "tcp", fromPort: 1024, toPort: 65535, cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] },
        ],
      },
      "ingress[0].cidrBlocks",
    ],
    ["everything for the world, IPv6", INGRESS, { ipProtocol: "-1", cidrIpv6: "::/0" }, "cidrIpv6"],
    [
      "kind on every address",
      "command:local:Command",
      kind("0.0.0.0"),
      "stdin: nodes[0].extraPortMappings[0].listenAddress",
    ],
    [
      "kind of which nothing is said",
      "command:local:Command",
      kind(),
      "stdin: nodes[0].extraPortMappings[0].listenAddress",
    ],
  ],
  unknown: [
    ["who", INGRESS, { ipProtocol: "tcp", fromPort: 30180, toPort: 30180, cidrIpv4: UNKNOWN }, "cidrIpv4"],
    [
      "which ports, for the world",
      INGRESS,
      { ipProtocol: "tcp", fromPort: UNKNOWN, toPort: UNKNOWN, cidrIpv4: "0.0.0.0/0" },
      "fromPort",
    ],
    ["all rules", GROUP, { ingress: UNKNOWN }, "ingress"],
    [
      "kind's config",
      "command:local:Command",
      { create: "kind create cluster --name x --config -", stdin: UNKNOWN },
      "stdin",
    ],
  ],
});
