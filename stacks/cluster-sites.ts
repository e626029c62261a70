import type { EksPlan } from "../components/eks/plan/eks-plan";
import type { Ec2Plan } from "../components/ec2/plan/ec2-types";
import type { CalicoSite } from "../components/calico/plan/calico-site";
import type { ClusterFacts } from "../kube/cluster-facts";
import { calicoThereProblems } from "../components/existing/plan/calico-there";
import {
  countedWorkers,
  describeCluster,
  type ClusterReading,
  type DescribedCluster,
} from "../components/existing/plan/described-cluster";
import { KUBE_PROXY_OFF } from "../components/existing/plan/ebpf-contents";
import { kindRanges } from "../components/kind/plan/address-families";
import { planKind, type KindPlan } from "../components/kind/plan/kind-plan";
import { defaultPorts, type PortHolders } from "../components/kind/kind-config";
import { mirroredImage } from "../components/mirrors";
import { planLoadBalancer } from "../components/kind/plan/load-balancer-plan";
import { CLOUD_PROVIDER_IMAGE, ROUTER_IMAGE, WEAVE, type VersionSet } from "../components/versions";
import { versionProblem } from "./kubeconfig";
import type { Problem } from "../kube/problems";
import type { Config } from "./config/stack-config";
import { controllerOf, hasGateway, someLab, wantsIngress } from "./ingress-plan";

export type TargetPlan =
  | { kind: "kind"; cluster: KindPlan }
  | { kind: "existing"; context: string; kubeconfig?: string | undefined; described: DescribedCluster }
  /** Without a cluster only while there are problems. */
  | { kind: "eks"; cluster: EksPlan | undefined }
  | { kind: "ec2"; cluster: Ec2Plan | undefined };

/** What a target decides about the cluster, and what that leaves to Calico. */
export interface Site {
  target: TargetPlan;
  calico: CalicoSite;
  facts: Omit<ClusterFacts, "cni">;
  notes: string[];
}

/** Whose ports are to be open on the machine. */
const portHolders = (config: Config): PortHolders => {
  const controller = wantsIngress(config) ? controllerOf(config) : undefined;
  return { nginx: controller !== undefined && controller !== "gateway", gateway: hasGateway(controller) };
};

/** A cluster of containers on this machine. */
export function kindSite(
  config: Config,
  clusterName: string,
  versions: VersionSet,
  problems: Problem[],
): Site {
  const portMappings =
    config.kind.portMappings ?? (config.kind.ipFamily === "ipv6" ? [] : defaultPorts(portHolders(config)));
  const ebpf = config.calico.dataplane === "BPF";
  const kubeProxyMode = config.kind.kubeProxyMode ?? (ebpf ? "none" : "iptables");
  const {
    plan,
    outside,
    problems: found,
  } = planKind(
    clusterName,
    { ...config.kind, portMappings, kubeProxyMode },
    versions.kindNode,
    mirroredImage(ROUTER_IMAGE, config.mirrors),
  );
  problems.push(...found);
  const balanced =
    config.kind.loadBalancer ?? (someLab(config, "balances") || config.ingress.expose === "load-balancer");
  const loadBalancer = balanced
    ? planLoadBalancer(clusterName, plan.network?.name, {
        image: mirroredImage(CLOUD_PROVIDER_IMAGE, config.mirrors),
        registry: config.mirrors.images["docker.io"],
      })
    : undefined;
  const { workers, ipFamily } = config.kind;
  const ranges = kindRanges(config.kind);
  const podCidrs = ranges.pods.map((r) => r.cidr);
  const [serviceCidr, serviceCidr6] = ranges.services.map((r) => r.cidr);
  const services = {
    ...(serviceCidr === undefined ? {} : { serviceCidr }),
    ...(serviceCidr6 === undefined ? {} : { serviceCidr6 }),
  };
  return {
    target: {
      kind: "kind",
      cluster: { ...plan, ...(loadBalancer === undefined ? {} : { loadBalancer }) },
    },
    notes: [
      ...(balanced
        ? [
            `load balancers: container ${clusterName}-load-balancer gets Docker's socket, which is as good as root on the engine's machine; kind.loadBalancer false does without`,
          ]
        : []),
      ...(ipFamily === "ipv6"
        ? [
            "IPv6 only: whether Docker leads ports of this machine to IPv6 node ports is not known here, so none is mapped unless kind.portMappings says so",
          ]
        : []),
      ...(config.kind.cni === "weave"
        ? [
            `Weave Net ${WEAVE.version} and no Calico; its images are taken by tag, as no public source names their digests`,
          ]
        : []),
      "kind changes nothing in place: another node image, name, value under `kind`, or `calico.dataplane` to or from BPF (kube-proxy off or on) replaces the cluster and all that is in it",
    ],
    calico: {
      cni: config.kind.cni,
      bgp: { possible: true },
      podCidrs,
      serviceCidrs: ranges.services.map((r) => r.cidr),
      kubeProxyMode,
      kubeProxyOff: "remove kind.kubeProxyMode: with BPF the cluster is made without kube-proxy",
      sctpPorts: portMappings.flatMap((m, i) =>
        m.protocol === "SCTP" ? [{ path: `kind.portMappings.${i}.protocol` }] : [],
      ),
      // The control plane is a node too, and the operator tolerates its taint.
      nodesAtInstall: workers + 1,
      workers,
    },
    facts: {
      platform: "kind",
      kubernetes: versions.kubernetes,
      workers,
      podCidrs,
      ...services,
      kubeProxyMode,
      controlPlaneReachesPods: true,
      loadBalancer: balanced ? "container" : "none",
      hostPorts: portMappings,
      hostPortNodes: { "ingress-ready": "true" },
      nodes: plan.nodes,
      docker: { prefix: clusterName },
      ...(outside === undefined ? {} : { outside }),
      baseDomain: "localhost",
      owned: true,
    },
  };
}

/** A cluster that is there already, as its config and what it tells itself describe it. */
export function existingSite(config: Config, reading: ClusterReading, problems: Problem[]): Site {
  const given = config.existing ?? { context: "" };
  const { described, problems: found } = describeCluster(
    given,
    reading,
    config.calico.install && config.calico.pools === undefined,
  );
  const version =
    reading.kind === "answered"
      ? versionProblem(reading.found.answers.version, config.kubernetes)
      : undefined;
  problems.push(
    ...(version === undefined ? [] : [version]),
    ...found,
    ...calicoThereProblems(described, config.calico.install),
  );
  const { workers, installedCni, podCidrs, serviceCidr, serviceCidr6, kubeProxyMode, apiServer } = described;
  const cni = installedCni === "aws" || installedCni === "other" ? installedCni : "calico";
  return {
    target: {
      kind: "existing",
      context: given.context,
      kubeconfig: given.kubeconfig,
      described,
    },
    notes: described.notes,
    calico: {
      cni,
      bgp: { possible: true },
      podCidrs,
      serviceCidrs: [serviceCidr, serviceCidr6].filter((c) => c !== undefined),
      kubeProxyMode,
      // Calico's operator could; nobody would turn it on again when the stack goes (kubeProxyManagement).
      kubeProxyOff: `turn it off yourself, as it is not this stack's (kubeadm: ${KUBE_PROXY_OFF}), then leave out existing.kubeProxyMode, or set existing.kubeProxyMode to none`,
      ...(apiServer === undefined ? { apiServerNeeded: "existing.apiServer" } : {}),
      nodesAtInstall: described.nodesAtInstall,
      workers: countedWorkers(given, workers),
      ...(described.calico === undefined ? {} : { there: described.calico }),
    },
    facts: {
      platform: "existing",
      kubernetes: config.kubernetes,
      workers,
      podCidrs,
      ...(serviceCidr === undefined ? {} : { serviceCidr }),
      ...(serviceCidr6 === undefined ? {} : { serviceCidr6 }),
      kubeProxyMode,
      controlPlaneReachesPods: described.controlPlaneReachesPods,
      loadBalancer: described.loadBalancer,
      hostPorts: [],
      baseDomain: "localhost",
      owned: false,
    },
  };
}
