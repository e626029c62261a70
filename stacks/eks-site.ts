import { podRanges, planEks, type PlannedEks } from "../components/eks/plan/eks-plan";
import { controlPlaneReaches } from "../components/aws/plan/network-request";
import type { AwsFacts } from "../components/eks/plan/aws-facts";
import type { CalicoSite } from "../components/calico/plan/calico-site";
import type { ClusterFacts } from "../kube/cluster-facts";
import type { Config } from "./config/stack-config";

/** What an EKS cluster means for all that stands on it. */
export interface EksSite {
  calico: CalicoSite;
  facts: Omit<ClusterFacts, "cni">;
  planned: PlannedEks;
}

/** Plans the cluster and describes it to Calico and to the facts. */
export function eksSite(stack: string, clusterName: string, config: Config, aws: AwsFacts): EksSite {
  const { eks } = config;
  const overlay = eks.cni === "calico";
  const ebpf = config.calico.dataplane === "BPF";
  const kubeProxyMode = ebpf ? "none" : "iptables";
  const pools = overlay ? (config.calico.pools?.map((p) => p.cidr) ?? [eks.podCidr]) : [];
  const planned = planEks(
    eks,
    {
      stack,
      clusterName,
      kubernetes: config.kubernetes,
      owner: config.owner,
      expires: config.expires,
      alb: config.ingress.controller === "alb",
      kubeProxy: !ebpf,
      pools,
      today: new Date(),
    },
    aws,
  );
  if (overlay && !config.calico.install) {
    planned.problems.push({
      path: "calico.install",
      value: false,
      message: "with eks.cni calico nothing else gives pods their addresses",
      fix: "set calico.install to true, or another eks.cni",
    });
  }
  const workers = Object.values(eks.nodeGroups).reduce(
    (n, g) => n + g.min * (g.perZone ? zoneCount(eks.zones, g.zones) : 1),
    0,
  );
  const { serviceCidr } = eks.network;
  const reaches = controlPlaneReaches(eks.cni);
  return {
    planned,
    calico: {
      cni: overlay ? "calico" : "aws",
      provider: "EKS",
      bgp: {
        possible: false,
        reason:
          "on EKS nodes of different zones are on different subnets, and EC2 drops packets with pod addresses between them: routes alone carry nothing",
      },
      // EC2 checks the source of every packet, also within a subnet.
      crossSubnet: {
        possible: false,
        reason:
          "within a subnet it sends pod packets as they are, and EC2 drops what does not come from the node's address",
      },
      podCidrs: pools,
      serviceCidrs: [serviceCidr],
      taken: overlay
        ? [eks.network.vpcCidr, ...(eks.network.secondaryCidrs ?? [])].map((cidr) => ({
            what: "the VPC",
            cidr,
          }))
        : [],
      kubeProxyMode,
      kubeProxyOff: "remove calico.dataplane",
      // Calico first where it is the CNI: nodes cannot get Ready without it.
      nodesAtInstall: overlay ? 0 : workers,
      workers,
    },
    facts: {
      platform: "eks",
      kubernetes: config.kubernetes,
      workers,
      podCidrs: podRanges(eks, pools),
      serviceCidr,
      kubeProxyMode,
      controlPlaneReachesPods: reaches,
      loadBalancer: eks.loadBalancer.controller,
      ...(eks.network.private ? { isolated: true } : {}),
      hostPorts: [],
      baseDomain: "localhost",
      owned: true,
      ...(planned.plan === undefined ? {} : { architectures: planned.plan.architectures }),
    },
  };
}

function zoneCount(all: number | readonly string[], own: readonly string[] | undefined): number {
  if (own !== undefined) return own.length;
  return typeof all === "number" ? all : all.length;
}
