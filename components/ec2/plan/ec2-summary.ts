import type { Ec2Plan } from "./ec2-types";

/** A plan on EC2 as plain data: what `labs plan` prints and gives as JSON. */
export interface Ec2Summary {
  region: string;
  vpc: { cidr: string; nat: string; zones: readonly string[] };
  podCidr: string;
  serviceCidr: string;
  apiServer: string;
  sourceDestCheck: string;
  nodes: { name: string; type: string; zone: string; subnet: string; range: string; maxPods: number }[];
  /** What the security groups let in: name, from whom, to whom. */
  rules: { what: string; from: string; to: string }[];
  tags: Record<string, string>;
}

/** The kubelet's own: Calico's addresses are no limit of the instance. */
const MAX_PODS = 110;

const CHECK = {
  off: "off, by the instances' own setting",
  on: "on: packets pass between nodes when they are wrapped",
  felix: "off, by Calico (awsSrcDstCheck)",
} as const;

export function ec2Summary(plan: Ec2Plan): Ec2Summary {
  const { network, kubeadm, nodes, rules } = plan;
  return {
    region: plan.place.region,
    vpc: { cidr: network.vpcCidr, nat: network.nat, zones: network.zones },
    podCidr: kubeadm.podCidr,
    serviceCidr: kubeadm.serviceCidr,
    apiServer: `${kubeadm.address} inside the VPC, and an Elastic IP for ${plan.publicCidrs.join(", ")}`,
    sourceDestCheck: CHECK[plan.sourceDestCheck],
    nodes: nodes.map((n) => ({
      name: n.name,
      type: n.instanceType,
      zone: n.zone,
      subnet: n.subnet,
      range: network.subnets.find((s) => s.role === n.subnet && s.zone === n.zone)?.cidr ?? "",
      maxPods: MAX_PODS,
    })),
    rules: rules.map(({ description, protocol, ports, from, group }) => ({
      what: `${protocol === "-1" ? "all" : protocol === "4" ? "protocol 4" : protocol.toUpperCase()}${ports === undefined ? "" : ` ${ports.from}${ports.to === ports.from ? "" : `-${ports.to}`}`}: ${description}`,
      from: "cidr" in from ? from.cidr : from.group,
      to: group,
    })),
    tags: plan.tags,
  };
}
