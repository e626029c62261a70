import type { AwsFacts } from "../components/eks/plan/aws-facts";
import type { CalicoSite } from "../components/calico/plan/calico-site";
import { nodesOf, planEc2, type PlannedEc2 } from "../components/ec2/plan/ec2-plan";
import { patchOf, type VersionSet } from "../components/versions";
import type { ClusterFacts } from "../kube/cluster-facts";
import type { Problem } from "../kube/problems";
import type { Config } from "./config/stack-config";

/** What a cluster on EC2 means for all that stands on it. */
export interface Ec2Site {
  calico: CalicoSite;
  facts: Omit<ClusterFacts, "cni">;
  planned: PlannedEc2;
}

const WITH_CHECK =
  "within a subnet pods' packets would go as they are, and EC2 drops what does not come from the instance's own address (ec2.sourceDestCheck: on)";

/** Plans the cluster and describes it to Calico and to the facts. */
export function ec2Site(
  stack: string,
  clusterName: string,
  config: Config,
  versions: VersionSet,
  aws: AwsFacts,
): Ec2Site {
  const { ec2 } = config;
  const ebpf = config.calico.dataplane === "BPF";
  const kubeProxyMode = ec2.kubeProxyMode ?? (ebpf ? "none" : "iptables");
  const planned = planEc2(
    ec2,
    {
      stack,
      clusterName,
      version: patchOf(versions),
      owner: config.owner,
      expires: config.expires,
      kubeProxyMode,
    },
    aws,
  );
  planned.problems.push(...trafficProblems(config));
  const workers = ec2.workers.count;
  return {
    planned: { ...planned, warnings: [...planned.warnings, ...notes(config)] },
    calico: {
      cni: "calico",
      bgp: { possible: true },
      ...(ec2.sourceDestCheck === "on"
        ? { crossSubnet: { possible: false as const, reason: WITH_CHECK, unwrapped: true } }
        : {}),
      ...(ec2.sourceDestCheck === "felix" ? { sourceDestCheck: "felix" as const } : {}),
      podCidrs: [ec2.podCidr],
      serviceCidrs: [ec2.network.serviceCidr],
      taken: [{ what: "the VPC", cidr: ec2.network.vpcCidr }],
      kubeProxyMode,
      kubeProxyOff: "remove ec2.kubeProxyMode: with BPF the cluster is made without kube-proxy",
      nodesAtInstall: workers + 1,
      workers,
    },
    facts: {
      platform: "ec2",
      kubernetes: versions.kubernetes,
      workers,
      podCidrs: [ec2.podCidr],
      serviceCidr: ec2.network.serviceCidr,
      kubeProxyMode,
      controlPlaneReachesPods: true,
      // No cloud provider runs: nobody would make one.
      loadBalancer: "none",
      hostPorts: [],
      nodes: nodesOf(ec2, clusterName, [], aws).map(({ name, controlPlane }) => ({ name, controlPlane })),
      baseDomain: "localhost",
      owned: true,
      ...(planned.plan === undefined ? {} : { architectures: planned.plan.architectures }),
    },
  };
}

/** What Calico sends between nodes and their security group does not let pass. */
function trafficProblems({ ec2, calico }: Config): Problem[] {
  const wrapped = calico.pools?.map((p) => p.encapsulation) ?? ["VXLAN"];
  const bgp = calico.bgp ?? true;
  const wants = {
    bgp: bgp ? "nodes tell each other by BGP, TCP 179, where pods are" : undefined,
    ipip: wrapped.some((e) => e.startsWith("IPIP")) ? "a pool wraps in IPIP, IP protocol 4" : undefined,
    vxlan: wrapped.some((e) => e.startsWith("VXLAN")) ? "a pool wraps in VXLAN, UDP 4789" : undefined,
    wireguard: calico.wireguard ? "calico.wireguard wraps in UDP 51820" : undefined,
    typha: "Felix asks Typha, TCP 5473",
  };
  return Object.entries(wants).flatMap(([what, why]): Problem[] =>
    !calico.install || why === undefined || ec2.between.some((open) => open === what)
      ? []
      : [
          {
            path: "ec2.between",
            value: ec2.between,
            message: `the nodes' security group would drop what Calico sends: ${why}`,
            fix: `add ${what}, or leave ec2.between out`,
          },
        ],
  );
}

function notes({ ec2, mirrors }: Config): string[] {
  return [
    "no cloud provider runs: Services of type LoadBalancer get no address, and a Node of an instance that is gone stays until you delete it",
    ...(ec2.endpoint.nodePortCidrs.length === 0
      ? ["node ports are open to nobody outside the VPC; ec2.endpoint.nodePortCidrs says to whom"]
      : []),
    ...(ec2.sourceDestCheck === "on"
      ? ["EC2's source/destination check is on: only packets that are wrapped pass between nodes"]
      : []),
    ...(Object.keys(mirrors.images).length > 0
      ? ["mirrors.images is for what the stack registers: kubeadm's own images come from registry.k8s.io"]
      : []),
  ];
}
